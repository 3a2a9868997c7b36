package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newDBDiffCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What two databases differ in, by device and by module",
		Long: `Compare two databases, platform by platform; two that hold one platform each are
compared whatever its name is. For each platform that differs it prints which
modules came and went, and which devices

  gained    had no driver of their own and have one now
  lost      had one and have none now
  moved     are claimed by other modules than before
  changed   are claimed by the same modules with other patterns

A device is named by its ids where the pattern has them, else by the pattern.
The status is 1 where there are differences.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			old, err := readPlatforms(cmd, args[0])
			if err != nil {
				return err
			}
			new, err := readPlatforms(cmd, args[1])
			if err != nil {
				return err
			}
			diff := dbDiff{diffSchema, catalog.DiffDrivers(old, new)}
			if format == "json" {
				err = jsondoc.Write(cmd.OutOrStdout(), diff)
			} else {
				err = writeBuffered(cmd.OutOrStdout(), diff.write)
			}
			if err == nil && len(diff.Platforms) > 0 {
				err = errIncomplete
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// dbDiff is what db diff and catalog diff print with --format json.
type dbDiff struct {
	Schema    string                 `json:"schema"`
	Platforms []catalog.PlatformDiff `json:"platforms"`
}

const diffSchema = "modscout.dbdiff/v1"

// write prints release notes.
func (d dbDiff) write(w io.Writer) error {
	for i := range d.Platforms {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := writePlatformDiff(w, &d.Platforms[i]); err != nil {
			return err
		}
	}
	return nil
}

func writePlatformDiff(w io.Writer, d *catalog.PlatformDiff) error {
	names := oneLine(strings.Join(append([]string{d.Platform}, d.Also...), ", "))
	if d.Change != catalog.Changed {
		_, err := fmt.Fprintf(w, "%s: %s\n", names, d.Change)
		return err
	}
	fmt.Fprintf(w, "%s, compared with %s\n", names, oneLine(cmp.Or(d.Old, "before")))
	writeList(w, "modules added", d.Added)
	writeList(w, "modules removed", d.Removed)
	for _, change := range []string{catalog.Gained, catalog.LostOne, catalog.Moved, catalog.Changed} {
		var lines []string
		for _, device := range d.Devices {
			if device.Change == change {
				lines = append(lines, device.ID+"\t"+story(&device))
			}
		}
		writeList(w, "devices "+change, lines)
	}
	_, err := fmt.Fprint(w)
	return err
}

// story says which modules claim the device.
func story(d *catalog.DeviceDiff) string {
	old, new := strings.Join(d.Old, ", "), strings.Join(d.New, ", ")
	switch d.Change {
	case catalog.Gained:
		return new
	case catalog.Moved:
		return old + " -> " + new
	}
	return old
}

func writeList(w io.Writer, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %d\n", title, len(lines))
	for _, line := range lines {
		fmt.Fprintf(w, "  %s\n", line)
	}
}
