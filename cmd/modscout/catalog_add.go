package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/store"
)

func newCatalogAddCmd() *cobra.Command {
	var sources catalogSources
	var name string
	cmd := &cobra.Command{
		Use:   "add SOURCE… --name NAME",
		Short: "Keep a catalogue of these sources, and use it before the default",
		Long: `Make a catalogue of the sources, as "catalog build" does, and keep it. Answers
rest on it from now on, before the default one; "catalog update NAME" makes it
anew from the same sources.

Catalogues are kept in $XDG_DATA_HOME/modscout/catalogs (~/.local/share).`,
		Example: `  modscout catalog add https://raw.githubusercontent.com/pocopico/rp-ext/main/rpext-index.json --name rp-ext
  modscout catalog add ~/my-drivers --name mine`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := openStore()
			if err != nil {
				return err
			}
			return addCatalog(cmd, kept, name, &sources, args)
		},
	}
	sources.register(cmd)
	cmd.Flags().StringVar(&name, "name", "", "name to keep it under")
	cmd.MarkFlagRequired("name")
	return cmd
}

// addCatalog makes a catalogue of sources and keeps it.
func addCatalog(cmd *cobra.Command, kept store.Store, name string, sources *catalogSources, paths []string) error {
	if name == store.Default {
		return withHint(fmt.Errorf("adding a catalogue: the name %s belongs to the default one", name), "modscout catalog update --url renews that")
	}
	paths, err := absolute(paths)
	if err != nil {
		return err
	}
	c, findings, err := sources.read(cmd, paths, name, "")
	if err != nil {
		return err
	}
	if len(c.Platforms)+len(c.Extensions) == 0 {
		return withHint(fmt.Errorf("adding a catalogue: the sources give nothing for it, and have %d defects", len(findings)),
			"modscout catalog check "+strings.Join(paths, " ")+" lists them")
	}
	dateIt(c)
	if err := kept.Put(name, c, store.Origin{Sources: paths, Mirrors: sources.mirrors}); err != nil {
		return fmt.Errorf("keeping the catalogue: %w", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "kept as %s: %d platforms, %d extensions, %d modules\n", name, len(c.Platforms), len(c.Extensions), len(c.Modules))
	return nil
}

// dateIt gives a catalogue whose sources have no date the present one.
func dateIt(c *catalog.Catalog) {
	if c.Date == "" {
		c.Date = today()
		c.Version = cmp.Or(c.Version, c.Date)
	}
}
