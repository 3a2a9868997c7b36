package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/recommend/catalog/store"
)

// catalogInfo is what info prints of a catalogue.
type catalogInfo struct {
	Name       string                 `json:"name"`
	Version    string                 `json:"version"`
	Date       string                 `json:"date"`
	AgeDays    int                    `json:"age_days,omitzero"` // where it is old
	SHA256     string                 `json:"sha256"`            // of its canonical form, "sha256:…"
	Loaders    map[string]loaderCount `json:"loaders"`
	Modules    int                    `json:"modules"`
	AliasSets  int                    `json:"alias_sets"`
	Firmware   int                    `json:"firmware_packages"`
	Provenance []catalog.Provenance   `json:"provenance"`
}

type loaderCount struct {
	Platforms  int `json:"platforms"`
	Extensions int `json:"extensions"`
	Recipes    int `json:"recipes"`
}

func newCatalogInfoCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "info [NAME|FILE]",
		Short: "What a catalogue holds and where that comes from (default: the default one)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := catalogNamed(append(args, store.Default)[0])
			if err != nil {
				return err
			}
			info, err := infoOf(c)
			if err != nil {
				return err
			}
			return printAs(cmd, format, info, bind(printInfo, info))
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func infoOf(c *catalog.Catalog) (*catalogInfo, error) {
	hash, err := c.Hash()
	return &catalogInfo{
		Name: c.Name, Version: c.Version, Date: c.Date, AgeDays: age(c), SHA256: hash, Loaders: countByLoader(c),
		Modules: len(c.Modules), AliasSets: len(c.AliasSets), Firmware: len(c.Firmware), Provenance: c.Provenance,
	}, err
}

// printCatalogInfo describes a catalogue to a person.
func printCatalogInfo(w io.Writer, c *catalog.Catalog) error {
	info, err := infoOf(c)
	if err != nil {
		return err
	}
	return printInfo(w, info)
}

func printInfo(w io.Writer, i *catalogInfo) error {
	fmt.Fprintf(w, "%s, version %s of %s\n", oneLine(i.Name), oneLine(i.Version), oneLine(i.Date))
	if i.AgeDays > 0 {
		fmt.Fprintf(w, "%d days old; modscout catalog update fetches a newer one\n", i.AgeDays)
	}
	fmt.Fprintf(w, "%s\n\n", i.SHA256)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "LOADER\tPLATFORMS\tEXTENSIONS\tRECIPES")
	for _, loader := range slices.Sorted(maps.Keys(i.Loaders)) {
		n := i.Loaders[loader]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", oneLine(loader), n.Platforms, n.Extensions, n.Recipes)
	}
	fmt.Fprintf(table, "\nmodules %d, alias sets %d, firmware packages %d\n\n", i.Modules, i.AliasSets, i.Firmware)
	fmt.Fprintln(table, "SOURCE\tVERSION\tDATE\tCOMMIT OR SHA256")
	for _, p := range i.Provenance {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", oneLine(p.Source), oneLine(p.Version), oneLine(p.Date), oneLine(cmp.Or(p.Commit, p.SHA256)))
	}
	return table.Flush()
}

func countByLoader(c *catalog.Catalog) map[string]loaderCount {
	counts := map[string]loaderCount{}
	for _, p := range c.Platforms {
		n := counts[p.Loader]
		n.Platforms++
		counts[p.Loader] = n
	}
	for _, e := range c.Extensions {
		n := counts[e.Loader]
		n.Extensions++
		n.Recipes += len(e.Recipes)
		counts[e.Loader] = n
	}
	return counts
}

// embeddedIs says whether a catalogue is the embedded one.
func embeddedIs(c *catalog.Catalog) (bool, error) {
	own, err := embedded.Default()
	return own == c, err
}
