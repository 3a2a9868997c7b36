package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newDBShowCmd() *cobra.Command {
	var platform, format string
	cmd := &cobra.Command{
		Use:   "show DB [MODULE]",
		Short: "What a database holds, or says about one module",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			table, err := readDB(cmd, args[0])
			if err != nil {
				return err
			}
			platforms, err := decodePlatforms(table, platform)
			if err != nil {
				return fmt.Errorf("reading the database %s: %w", args[0], err)
			}
			show := func(w io.Writer, platforms []modalias.Platform) error {
				fmt.Fprintln(w, table.Hash())
				return showPlatforms(w, platforms)
			}
			if len(args) == 2 {
				if platforms = onlyModule(platforms, args[1]); len(platforms) == 0 {
					return fmt.Errorf("the database %s has no module %q", args[0], args[1])
				}
				show = showModules
			}
			if format == "json" {
				return jsondoc.Write(cmd.OutOrStdout(), dbDocument(table, platforms))
			}
			return writeBuffered(cmd.OutOrStdout(), func(w io.Writer) error { return show(w, platforms) })
		},
	}
	cmd.Flags().StringVar(&platform, "platform", "", "show this platform only")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// onlyModule returns what platforms have of one module, asked for by its name
// or its file's.
func onlyModule(platforms []modalias.Platform, name string) []modalias.Platform {
	var out []modalias.Platform
	for _, p := range platforms {
		part := modalias.Platform{ID: p.ID}
		for _, m := range p.Modules {
			if m.Name == modalias.NameOf(name) || m.File == name {
				part.Modules = append(part.Modules, m)
			}
		}
		if part.Modules != nil {
			out = append(out, part)
		}
	}
	return out
}

// showPlatforms prints one line a module.
func showPlatforms(w io.Writer, platforms []modalias.Platform) error {
	for _, p := range platforms {
		fmt.Fprintf(w, "%s: %d modules\n", p.ID, len(p.Modules))
		t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		for _, m := range p.Modules {
			fmt.Fprintf(t, "  %s\t%d patterns\t%s\n", m.Name, len(m.Aliases), place(m))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// place says where a module is.
func place(m modalias.Module) string {
	if m.Builtin {
		return "built in"
	}
	return m.File
}

// showModules prints all that is known of the modules.
func showModules(w io.Writer, platforms []modalias.Platform) error {
	for _, p := range platforms {
		for _, m := range p.Modules {
			fmt.Fprintf(w, "%s\t%s\t%s\n", m.Name, p.ID, place(m))
			for _, field := range []struct {
				name   string
				values []string
			}{
				{"depends", m.Depends}, {"softdep pre", m.SoftPre}, {"softdep post", m.SoftPost}, {"firmware", m.Firmware},
			} {
				if len(field.values) > 0 {
					fmt.Fprintf(w, "  %s: %s\n", field.name, strings.Join(field.values, " "))
				}
			}
			for _, alias := range m.Aliases {
				fmt.Fprintf(w, "  alias: %s\n", alias)
			}
		}
	}
	return nil
}

// The database in JSON, for other programs; "modscout.db/v1" is the file.
type (
	dbJSON struct {
		Schema    string           `json:"schema"`
		Database  string           `json:"database"` // the SHA-256 of its file
		Platforms []dbJSONPlatform `json:"platforms"`
	}
	dbJSONPlatform struct {
		ID      string         `json:"id"`
		Modules []dbJSONModule `json:"modules"`
	}
	dbJSONModule struct {
		Name     string   `json:"name"`
		File     string   `json:"file,omitempty"`
		Builtin  bool     `json:"builtin,omitzero"`
		Aliases  []string `json:"aliases,omitempty"`
		Depends  []string `json:"depends,omitempty"`
		SoftPre  []string `json:"soft_pre,omitempty"`
		SoftPost []string `json:"soft_post,omitempty"`
		Firmware []string `json:"firmware,omitempty"`
	}
)

func dbDocument(table *modalias.Table, platforms []modalias.Platform) dbJSON {
	doc := dbJSON{Schema: "modscout.modules/v1", Database: table.Hash(), Platforms: []dbJSONPlatform{}}
	for _, p := range platforms {
		part := dbJSONPlatform{ID: p.ID, Modules: []dbJSONModule{}}
		for _, m := range p.Modules {
			part.Modules = append(part.Modules,
				dbJSONModule{m.Name, m.File, m.Builtin, m.Aliases, m.Depends, m.SoftPre, m.SoftPost, m.Firmware})
		}
		doc.Platforms = append(doc.Platforms, part)
	}
	return doc
}
