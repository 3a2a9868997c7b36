package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newImageDiffCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two images, layers or folders, file by file",
		Long: `Compare two scan images, layers that pack made, or folders, file by file: what was
added, removed or changed, by mode, size, link and sha256. Status 1 where they
differ.`,
		Example: `  modscout image diff old/custom.gz new/custom.gz
  modscout image diff scan.img scan-again.img`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			changes, err := diffImages(args[0], args[1])
			if err != nil {
				return err
			}
			if err := printChanges(cmd.OutOrStdout(), changes, format); err != nil {
				return err
			}
			if len(changes) > 0 {
				return errIncomplete
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func diffImages(a, b string) ([]initramfs.Change, error) {
	old, err := initramfs.Contents(a)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", a, err)
	}
	fresh, err := initramfs.Contents(b)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", b, err)
	}
	return initramfs.Diff(old, fresh), nil
}

// imageChange is a change in JSON: modes as ls writes them.
type imageChange struct {
	Change string      `json:"change"`
	Path   string      `json:"path"`
	Old    *imageEntry `json:"old,omitempty"`
	New    *imageEntry `json:"new,omitempty"`
}

// imageEntry is a file of an image as ls and diff print it.
type imageEntry struct {
	Path   string `json:"path,omitempty"`
	Mode   string `json:"mode"`
	Size   int64  `json:"size"`
	Link   string `json:"link,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

func imageEntryOf(e *initramfs.Entry) *imageEntry {
	if e == nil {
		return nil
	}
	return &imageEntry{e.Path, e.Mode.String(), e.Size, e.Link, e.SHA256}
}

// printChanges writes a line a change: + and - as diff has them, and for what
// changed both sides.
func printChanges(w io.Writer, changes []initramfs.Change, format string) error {
	if format == "json" {
		list := []imageChange{}
		for _, c := range changes {
			list = append(list, imageChange{c.Kind, c.Path, imageEntryOf(c.Old), imageEntryOf(c.New)})
		}
		return jsondoc.Write(w, struct {
			Changes []imageChange `json:"changes"`
		}{list})
	}
	for _, c := range changes {
		if c.Old != nil {
			fmt.Fprintf(w, "- %s\n", imageEntryOf(c.Old).hashedLine())
		}
		if c.New != nil {
			fmt.Fprintf(w, "+ %s\n", imageEntryOf(c.New).hashedLine())
		}
	}
	return nil
}
