package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
)

func newCatalogDiffCmd() *cobra.Command {
	var sources catalogSources
	var format string
	var patterns bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What a newer catalogue has, as release notes by device",
		Long: `Compare two catalogues, or sources of them, platform by platform: which devices
gained a driver, which lost theirs, which moved to another one. Platforms that
changed alike stand together. Two catalogues of one platform each, such as two
releases of a kernel, are compared whatever its name is.

The status is 1 where there are differences.`,
		Example: `  modscout catalog diff default new.json.zst
  modscout catalog diff /lib/modules/6.1.0-49-amd64 /lib/modules/6.1.0-56-amd64`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			old, err := sources.open(cmd, args[:1])
			if err != nil {
				return err
			}
			new, err := sources.open(cmd, args[1:])
			if err != nil {
				return err
			}
			changes := catalog.DiffDrivers(old.Drivers(), new.Drivers())
			err = printAs(cmd, format, changes, func(w io.Writer) error {
				fmt.Fprintf(w, "%s -> %s\n", versions([]*catalog.Catalog{old}), versions([]*catalog.Catalog{new}))
				return printChanges(w, changes, patterns)
			})
			if err == nil && !changes.Empty() {
				err = errIncomplete
			}
			return err
		},
	}
	sources.register(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&patterns, "patterns", false, "list also devices whose drivers stay the same and claim them by other patterns")
	return cmd
}

// open reads one catalogue by its name or file, or makes one of sources.
func (s *catalogSources) open(cmd *cobra.Command, args []string) (*catalog.Catalog, error) {
	if len(args) == 1 && len(s.mirrors) == 0 {
		if c, err := catalogNamed(args[0]); err == nil {
			return c, nil
		}
	}
	args = slices.Clone(args)
	var kept []*catalog.Catalog
	args = slices.DeleteFunc(args, func(name string) bool {
		c, err := catalogNamed(name)
		if err == nil {
			kept = append(kept, c)
		}
		return err == nil
	})
	if len(args) > 0 {
		c, _, err := s.read(cmd, args, strings.Join(args, " "), "")
		if err != nil {
			return nil, err
		}
		dateIt(c)
		if len(kept) == 0 {
			return c, nil
		}
		kept = append([]*catalog.Catalog{c}, kept...)
	}
	return catalog.Merge(versions(kept), kept...), nil
}

// printChanges words what differs between two states of drivers.
func printChanges(w io.Writer, c *catalog.Changes, patterns bool) error {
	for _, line := range []struct {
		what string
		list []string
	}{{"New platforms", c.Added}, {"Platforms that are gone", c.Removed}} {
		if len(line.list) > 0 {
			fmt.Fprintf(w, "\n%s: %s\n", line.what, oneLine(strings.Join(line.list, ", ")))
		}
	}
	for i := range c.Changed {
		printPlatformChange(w, &c.Changed[i], patterns)
	}
	if c.Empty() {
		fmt.Fprintln(w, "\nNo driver differs.")
	}
	_, err := fmt.Fprintf(w, "\n%d platforms, %d modules\n", c.Platforms, c.Modules)
	return err
}

func printPlatformChange(w io.Writer, c *catalog.PlatformChange, patterns bool) {
	fmt.Fprintf(w, "\n%s\n", oneLine(strings.Join(c.Platforms, ", ")))
	names := func(what string, list []string) {
		if len(list) > 0 {
			fmt.Fprintf(w, "  %s: %s\n", what, oneLine(strings.Join(list, ", ")))
		}
	}
	names("new modules", c.ModulesAdded)
	names("modules that are gone", c.ModulesRemoved)
	devices := func(what string, list []catalog.DeviceChange) {
		if len(list) == 0 {
			return
		}
		fmt.Fprintf(w, "  %d %s\n", len(list), what)
		for _, d := range list {
			fmt.Fprintf(w, "    %s\n", oneLine(changeLine(d)))
		}
	}
	devices("devices have a driver now:", c.Gained)
	devices("devices have none any more:", c.Lost)
	devices("devices have another driver:", c.Moved)
	if patterns {
		devices("devices are claimed by other patterns:", c.Patterns)
	} else if n := len(c.Patterns); n > 0 {
		fmt.Fprintf(w, "  %d devices are claimed by other patterns of the same drivers (--patterns lists them)\n", n)
	}
}

// changeLine words what happened to one device.
func changeLine(d catalog.DeviceChange) string {
	from, to := strings.Join(d.From, ", "), strings.Join(d.To, ", ")
	switch {
	case from == "":
		return d.Device + "  " + to
	case to == "" || from == to:
		return d.Device + "  " + from
	}
	return d.Device + "  " + from + " -> " + to
}
