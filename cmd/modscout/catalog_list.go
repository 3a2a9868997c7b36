package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/store"
)

// catalogEntry is one catalogue in use, as list prints it.
type catalogEntry struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Date       string   `json:"date"`
	AgeDays    int      `json:"age_days,omitzero"` // where it is old
	Platforms  int      `json:"platforms"`
	Extensions int      `json:"extensions"`
	Modules    int      `json:"modules"`
	From       []string `json:"from"` // "embedded", URLs, sources, or the store's directory
}

// extensionEntry is one extension of a catalogue, as list prints it.
type extensionEntry struct {
	Loader    string `json:"loader"`
	ID        string `json:"id"`
	IndexURL  string `json:"index_url,omitempty"`
	Platforms int    `json:"platforms"`
	Modules   int    `json:"modules"`
}

func newCatalogListCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list [NAME|FILE]",
		Short: "The catalogues in use, or the extensions of one",
		Long: `Without an argument, list the catalogues that answers rest on, in the order in
which they count: that of the loader which modscout runs in, those that were
added, and the default. With one, list its extensions: loader, id, number of
platforms and of modules.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				entries, err := catalogsInUse(cmd)
				if err != nil {
					return err
				}
				return printAs(cmd, format, map[string]any{"catalogs": entries}, bind(printCatalogs, entries))
			}
			c, err := catalogNamed(args[0])
			if err != nil {
				return err
			}
			entries := extensionsOf(c)
			return printAs(cmd, format, map[string]any{"extensions": entries}, bind(printExtensions, entries))
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// printAs prints an answer to standard output in the format that was asked for.
func printAs(cmd *cobra.Command, format string, value any, text func(io.Writer) error) error {
	return writeOutput(cmd, "-", (&document{value: value, text: text}).as(format))
}

func catalogsInUse(cmd *cobra.Command) ([]catalogEntry, error) {
	var entries []catalogEntry
	if c := loaderCatalog(cmd); c != nil {
		l, _ := findLoader()
		entries = append(entries, entryOf(c, c.Name, l.Sources...))
	}
	kept, err := openStore()
	if err != nil {
		return nil, err
	}
	for _, name := range append(addedNames(), store.Default) {
		c, err := catalogNamed(name)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entryOf(c, name, origin(kept, name, c)...))
	}
	return entries, nil
}

func entryOf(c *catalog.Catalog, name string, from ...string) catalogEntry {
	return catalogEntry{name, c.Version, c.Date, age(c), len(c.Platforms), len(c.Extensions), len(c.Modules), from}
}

// origin says where a catalogue comes from.
func origin(kept store.Store, name string, c *catalog.Catalog) []string {
	if own, err := embeddedIs(c); err == nil && own {
		return []string{"embedded"}
	}
	o, err := kept.Origin(name)
	switch {
	case err == nil && o.URL != "":
		return []string{o.URL}
	case err == nil && len(o.Sources) > 0:
		return o.Sources
	}
	return []string{kept.Dir}
}

func printCatalogs(w io.Writer, entries []catalogEntry) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "CATALOGUE\tVERSION\tDATE\tPLATFORMS\tEXTENSIONS\tMODULES\tFROM")
	for _, e := range entries {
		date := e.Date
		if e.AgeDays > 0 {
			date += fmt.Sprintf(" (%d days old)", e.AgeDays)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", oneLine(e.Name), oneLine(e.Version), oneLine(date), e.Platforms, e.Extensions, e.Modules, oneLine(shortList(e.From)))
	}
	return table.Flush()
}

func shortList(list []string) string {
	if len(list) > 2 {
		return fmt.Sprintf("%s and %d more", list[0], len(list)-1)
	}
	return strings.Join(list, " ")
}

func extensionsOf(c *catalog.Catalog) []extensionEntry {
	entries := []extensionEntry{}
	for i := range c.Extensions {
		e := &c.Extensions[i]
		modules := map[string]bool{}
		for _, r := range e.Recipes {
			for _, k := range r.Kmods {
				modules[c.Modules[k.Module].Name] = true
			}
		}
		entries = append(entries, extensionEntry{e.Loader, e.ID, e.IndexURL, len(e.Releases), len(modules)})
	}
	return entries
}

func printExtensions(w io.Writer, entries []extensionEntry) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "LOADER\tEXTENSION\tPLATFORMS\tMODULES")
	for _, e := range entries {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", oneLine(e.Loader), oneLine(e.ID), e.Platforms, e.Modules)
	}
	return table.Flush()
}
