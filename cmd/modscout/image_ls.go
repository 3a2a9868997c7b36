package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/modalias/archive"
)

func newImageLsCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "ls FILE.img|FILE.iso|DIR/|INITRD|LAYER",
		Short: "List a scan image and check it, or a layer that pack made",
		Long: `List what is in a scan image and in its initramfs, and hold the initramfs to the
manifest inside it. Status 1 where a file is missing or differs.

Of a layer (custom.gz, modscout.cpio.zst, extra.lzma or another archive) it lists
each file with its sha256.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			list, listErr := listImage(args[0])
			if listErr != nil {
				if format == "text" {
					printListing(cmd.OutOrStdout(), list)
				}
				return fmt.Errorf("listing %s: %w", args[0], listErr)
			}
			if err := printAs(cmd, format, list, bind(printListing, list)); err != nil {
				return err
			}
			if len(list.Problems) > 0 {
				return errIncomplete
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// imageListing is what ls found: a layer, or an initramfs and the disk image
// around it, if there is one.
type imageListing struct {
	Disk      string       `json:"disk,omitempty"`
	Files     []imageEntry `json:"files,omitempty"`
	Initramfs []imageEntry `json:"initramfs,omitempty"`
	Layer     []imageEntry `json:"layer,omitempty"`
	Problems  []string     `json:"problems,omitempty"`
}

// listImage lists an image. After an error the listing holds what was read
// before it, which text shows and JSON, all or nothing, does not.
func listImage(image string) (*imageListing, error) {
	if layer, found := readLayer(image); found {
		return &imageListing{Layer: imageEntries(layer)}, nil
	}
	list := new(imageListing)
	initrd, err := openInitrd(list, image)
	if err != nil {
		return list, err
	}
	defer initrd.Close()
	entries, problems, err := initramfs.List(initrd)
	list.Initramfs = imageEntries(entries)
	for _, problem := range problems {
		list.Problems = append(list.Problems, problem.Error())
	}
	if err != nil {
		return list, fmt.Errorf("initramfs: %w", err)
	}
	return list, nil
}

// openInitrd opens the initramfs of an image, of a directory of parts, or by
// itself. Of an image it lists the files around it.
func openInitrd(list *imageListing, image string) (io.ReadCloser, error) {
	info, err := os.Stat(image)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return os.Open(filepath.Join(image, initramfs.InitrdName))
	}
	stick, err := initramfs.OpenStick(image)
	if err != nil {
		return os.Open(image)
	}
	defer stick.Close()
	files, err := stick.Files()
	if err != nil {
		return nil, err
	}
	list.Disk, list.Files = cmp.Or(stick.Signature, "is a CD"), imageEntries(files)
	data, err := stick.Initrd()
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// readLayer lists an archive that is no initramfs of ours: without a program to
// start, it is a layer for one.
func readLayer(name string) ([]initramfs.Entry, bool) {
	file, err := archive.OpenFile(name)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	entries, err := initramfs.Members(file)
	starts := slices.ContainsFunc(entries, func(e initramfs.Entry) bool { return e.Path == "init" })
	return entries, err == nil && len(entries) > 0 && !starts
}

// hashedLine is an entry with its hash.
func (e *imageEntry) hashedLine() string {
	return fmt.Sprintf("%s %9d %-64s %s", e.Mode, e.Size, cmp.Or(e.SHA256, "-"), e.name())
}

// name is where the entry is, and where it points if it is a link.
func (e *imageEntry) name() string {
	if e.Link == "" {
		return oneLine(e.Path)
	}
	return oneLine(e.Path) + " -> " + oneLine(e.Link)
}

func imageEntries(entries []initramfs.Entry) []imageEntry {
	list := make([]imageEntry, 0, len(entries))
	for _, e := range entries {
		list = append(list, *imageEntryOf(&e))
	}
	return list
}

func printListing(w io.Writer, list *imageListing) error {
	for _, e := range list.Layer {
		fmt.Fprintln(w, e.hashedLine())
	}
	if list.Disk != "" {
		fmt.Fprintf(w, "disk %s\n", list.Disk)
		printEntries(w, list.Files)
		fmt.Fprintln(w, "initramfs")
	}
	printEntries(w, list.Initramfs)
	for _, problem := range list.Problems {
		fmt.Fprintln(w, oneLine(problem))
	}
	return nil
}

func printEntries(w io.Writer, entries []imageEntry) {
	for _, e := range entries {
		fmt.Fprintf(w, "%s %9d %s\n", e.Mode, e.Size, e.name())
	}
}
