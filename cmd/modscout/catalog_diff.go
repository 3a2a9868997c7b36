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
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What a newer catalogue has, as release notes by device",
		Long: `Compare two catalogues, or sources of them, as "db diff" compares databases:
which devices gained a driver, which lost theirs, which moved to another one.
Platforms that changed alike stand together. Two catalogues of one platform
each, such as two releases of a kernel, are compared whatever its name is.

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
			diff := dbDiff{diffSchema, catalog.Alike(catalog.DiffDrivers(old.Drivers(), new.Drivers()))}
			err = printAs(cmd, format, diff, func(w io.Writer) error {
				fmt.Fprintf(w, "%s -> %s\n\n", versions([]*catalog.Catalog{old}), versions([]*catalog.Catalog{new}))
				return diff.write(w)
			})
			if err == nil && len(diff.Platforms) > 0 {
				err = errIncomplete
			}
			return err
		},
	}
	sources.register(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
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
