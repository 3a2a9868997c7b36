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
	return &cobra.Command{
		Use:   "ls FILE.img|FILE.iso|DIR/|INITRD|LAYER",
		Short: "List a scan image and check it, or a layer that pack made",
		Long: `List what is in a scan image and in its initramfs, and hold the initramfs to the
manifest inside it. Status 1 where a file is missing or differs.

Of a layer (custom.gz, modscout.cpio.zst, extra.lzma or another archive) it lists
each file with its sha256.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return listImage(cmd.OutOrStdout(), args[0])
		},
	}
}

func listImage(w io.Writer, image string) error {
	if layer, found := readLayer(image); found {
		for _, e := range layer {
			fmt.Fprintln(w, hashedLine(e))
		}
		return nil
	}
	initrd, err := openInitrd(w, image)
	if err != nil {
		return fmt.Errorf("listing %s: %w", image, err)
	}
	defer initrd.Close()
	entries, problems, err := initramfs.List(initrd)
	printEntries(w, entries)
	if err != nil {
		return fmt.Errorf("listing %s: initramfs: %w", image, err)
	}
	for _, problem := range problems {
		fmt.Fprintln(w, oneLine(problem.Error()))
	}
	if len(problems) > 0 {
		return errIncomplete
	}
	return nil
}

// openInitrd opens the initramfs of an image, of a directory of parts, or by
// itself. Of an image it lists the files around it.
func openInitrd(w io.Writer, image string) (io.ReadCloser, error) {
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
	fmt.Fprintf(w, "disk %s\n", cmp.Or(stick.Signature, "is a CD"))
	printEntries(w, files)
	fmt.Fprintln(w, "initramfs")
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

// hashedLine is an entry with its hash, and where it points if it is a link.
func hashedLine(e initramfs.Entry) string {
	line := fmt.Sprintf("%v %9d %-64s %s", e.Mode, e.Size, cmp.Or(e.SHA256, "-"), oneLine(e.Path))
	if e.Link != "" {
		line += " -> " + oneLine(e.Link)
	}
	return line
}

func printEntries(w io.Writer, entries []initramfs.Entry) {
	for _, e := range entries {
		fmt.Fprintf(w, "%v %9d %s\n", e.Mode, e.Size, oneLine(e.Path))
	}
}
