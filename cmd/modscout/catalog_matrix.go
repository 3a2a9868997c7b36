package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
)

// matrixAnswer is what matrix prints with --format json.
type matrixAnswer struct {
	Catalogs []catalogVersion    `json:"catalogs"`
	Matrices []catalog.Matrix    `json:"matrices,omitempty"`
	Coverage *recommend.Coverage `json:"coverage,omitempty"`
}

// matrixFlags are what the user chooses.
type matrixFlags struct {
	sources                 catalogSources
	loader, os, ids, format string
	platforms               []string
	only                    []string
	modules, why            bool
	rows                    int
}

func newCatalogMatrixCmd() *cobra.Command {
	var flags matrixFlags
	cmd := &cobra.Command{
		Use:   "matrix CATALOG… [REPORT…]",
		Short: "Which extension or module there is for which platform, and what that covers",
		Long: `Show which extension, or which module, there is for which platform, and why a
cell is empty: no release for it, a recipe that is not there, a wrong hash, a
module of another kernel, a wrong load order. Of module packs, which hold
everything, and with --modules, a row is a module.

CATALOG is a name or a file, or a source as "catalog build" reads it, of which
more is known. Whatever else is given must be a report, or what "import" reads:
then the answer is which machines each platform serves, and the missing devices
ranked, with the platforms and kernels that have a module for them. --ids reads a
weighted list instead, one "VENDOR DEVICE COUNT [CLASS]" a line.`,
		Example: `  modscout catalog matrix rp-ext --loader redpill --os 7.1
  modscout catalog matrix default machine1.json machine2.txt --loader rr
  modscout catalog matrix default --ids population.tsv --platform rr:geminilakenk-7.2`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runMatrix(cmd, args, flags) },
	}
	flags.sources.register(cmd)
	f := cmd.Flags()
	f.StringVar(&flags.loader, "loader", "", "only platforms of this loader")
	f.StringVar(&flags.os, "os", "", "only this OS version, such as 7.2")
	f.StringArrayVar(&flags.platforms, "platform", nil, "only this platform; again for more")
	f.StringSliceVar(&flags.only, "only", nil, "only these extensions or modules")
	f.BoolVar(&flags.modules, "modules", false, "a row is a module, whoever ships it")
	f.BoolVar(&flags.why, "why", false, "list the reason of each empty cell")
	f.StringVar(&flags.ids, "ids", "", "weighted list of PCI ids instead of reports, - for standard input")
	f.IntVar(&flags.rows, "top", 40, "how many missing devices to list in text")
	f.StringVar(&flags.format, "format", "text", "text or json")
	return cmd
}

func runMatrix(cmd *cobra.Command, args []string, flags matrixFlags) error {
	cats, machines, err := flags.sortArguments(cmd, args)
	if err != nil {
		return err
	}
	if flags.ids != "" {
		m, err := weightedIDs(cmd, flags.ids)
		if err != nil {
			return err
		}
		machines = append(machines, *m)
	}
	answer := matrixAnswer{Catalogs: catalogVersions(cats)}
	if len(machines) > 0 {
		if answer.Coverage, err = cover(machines, cats, flags); err != nil {
			return fmt.Errorf("comparing platforms: %w", err)
		}
	} else {
		answer.Matrices = flags.matrices(cats)
	}
	return printAs(cmd, flags.format, answer, func(w io.Writer) error { return printMatrixAnswer(w, &answer, flags) })
}

// cover asks what the platforms do for the machines. Whether Linux has a
// driver at all, the default catalogue says too.
func cover(machines []recommend.Machine, cats []*catalog.Catalog, flags matrixFlags) (*recommend.Coverage, error) {
	opts := recommend.Options{Loader: flags.loader, Platforms: flags.platforms, OS: flags.os}
	reference, err := defaultCatalog()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(cats, reference) {
		opts.Reference = []*catalog.Catalog{reference}
	}
	return recommend.Cover(machines, cats, opts)
}

// matrices are those of all catalogues as one, without what was not asked for.
func (f matrixFlags) matrices(cats []*catalog.Catalog) []catalog.Matrix {
	c := cats[0]
	if len(cats) > 1 {
		c = catalog.Merge("all", cats...)
	}
	list := c.Matrix(f.wants, f.modules)
	for i := range list {
		if len(f.only) > 0 {
			list[i].Rows = slices.DeleteFunc(list[i].Rows, func(r catalog.Row) bool { return !slices.Contains(f.only, r.Name) })
		}
	}
	return list
}

func (f matrixFlags) wants(p *catalog.Platform) bool {
	return (f.loader == "" || p.Loader == f.loader) &&
		(len(f.platforms) == 0 || slices.Contains(f.platforms, p.ID)) &&
		(f.os == "" || p.OSVersion == f.os || strings.HasPrefix(p.OSVersion, f.os+"."))
}
