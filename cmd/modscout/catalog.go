package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
)

func newCatalogCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Build, check and look into catalogues of platforms and their drivers",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newCatalogBuildCmd(), newCatalogCheckCmd(), newCatalogInfoCmd(), newCatalogListCmd(), newCatalogGenerateCmd())
	return cmd
}

func newCatalogInfoCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "info [FILE]",
		Short: "What a catalogue holds and where that comes from (default: the embedded one)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := catalogArg(args)
			if err != nil {
				return err
			}
			return printCatalogInfo(cmd.OutOrStdout(), c)
		},
	}
}

func newCatalogListCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "list [FILE]",
		Short: "The extensions of a catalogue: loader, id, number of platforms and of modules (default: the embedded one)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := catalogArg(args)
			if err != nil {
				return err
			}
			return printCatalogList(cmd.OutOrStdout(), c)
		},
	}
}

// catalogArg reads the catalogue that a command was given, or the embedded one.
func catalogArg(args []string) (*catalog.Catalog, error) {
	if len(args) == 0 || args[0] == "default" {
		return embedded.Default()
	}
	f, err := os.Open(args[0])
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	defer f.Close()
	c, err := catalog.Read(f)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue %s: %w", args[0], err)
	}
	return c, nil
}

func printCatalogInfo(w io.Writer, c *catalog.Catalog) error {
	hash, err := c.Hash()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, version %s of %s\n%s\n\n", c.Name, c.Version, c.Date, hash)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	counts := countByLoader(c)
	fmt.Fprintln(table, "LOADER\tPLATFORMS\tEXTENSIONS\tRECIPES")
	for _, loader := range slices.Sorted(maps.Keys(counts)) {
		n := counts[loader]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", loader, n.platforms, n.extensions, n.recipes)
	}
	fmt.Fprintf(table, "\nmodules %d, alias sets %d, firmware packages %d\n\n", len(c.Modules), len(c.AliasSets), len(c.Firmware))
	fmt.Fprintln(table, "SOURCE\tVERSION\tDATE\tCOMMIT OR SHA256")
	for _, p := range c.Provenance {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", p.Source, p.Version, p.Date, cmp.Or(p.Commit, p.SHA256))
	}
	return table.Flush()
}

type loaderCount struct{ platforms, extensions, recipes int }

func countByLoader(c *catalog.Catalog) map[string]loaderCount {
	counts := map[string]loaderCount{}
	for _, p := range c.Platforms {
		n := counts[p.Loader]
		n.platforms++
		counts[p.Loader] = n
	}
	for _, e := range c.Extensions {
		n := counts[e.Loader]
		n.extensions++
		n.recipes += len(e.Recipes)
		counts[e.Loader] = n
	}
	return counts
}

func printCatalogList(w io.Writer, c *catalog.Catalog) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "LOADER\tEXTENSION\tPLATFORMS\tMODULES")
	for i := range c.Extensions {
		e := &c.Extensions[i]
		modules := map[string]bool{}
		for _, r := range e.Recipes {
			for _, k := range r.Kmods {
				modules[c.Modules[k.Module].Name] = true
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", e.Loader, e.ID, len(e.Releases), len(modules))
	}
	return table.Flush()
}
