package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs"
)

func newImageLsCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "ls FILE.img|DIR/|INITRD",
		Short: "List a scan image and check it",
		Long: `List what is in a scan image and in its initramfs, and hold the initramfs to the
manifest inside it. Status 1 where a file is missing or differs.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return listImage(cmd.OutOrStdout(), args[0])
		},
	}
}

func listImage(w io.Writer, image string) error {
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
	fmt.Fprintf(w, "disk %s\n", stick.Signature)
	printEntries(w, files)
	fmt.Fprintln(w, "initramfs")
	data, err := fs.ReadFile(stick, "boot/"+initramfs.InitrdName)
	if err != nil {
		return nil, fmt.Errorf("no boot/%s on it: %w", initramfs.InitrdName, err)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func printEntries(w io.Writer, entries []initramfs.Entry) {
	for _, e := range entries {
		fmt.Fprintf(w, "%v %9d %s\n", e.Mode, e.Size, oneLine(e.Path))
	}
}
