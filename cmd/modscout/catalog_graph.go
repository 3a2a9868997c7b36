package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newCatalogGraphCmd() *cobra.Command {
	var sources catalogSources
	var platform, format string
	var between bool
	cmd := &cobra.Command{
		Use:   "graph SOURCE… --platform ID",
		Short: "What the modules of a platform need of each other, and of other extensions",
		Long: `Print the dependency graph of one platform, one edge a line:

  EXTENSION<TAB>MODULE<TAB>KIND<TAB>what it needs<TAB>where that is

KIND is depends, symbol, softdep-pre, softdep-post (an order, no need) or
firmware. "symbol?" is ambiguous: the kernel may have the symbols itself, which
is decided where the platform's exports are known. With --between, only edges
from one extension to others.`,
		Example: `  modscout catalog graph rp-ext --platform ds918p_42218 --between`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := sources.read(cmd, args, "graph", "")
			if err != nil {
				return err
			}
			i := slices.IndexFunc(c.Platforms, func(p catalog.Platform) bool { return p.ID == platform })
			if i < 0 {
				return withHint(fmt.Errorf("the sources have no platform %q", platform), "modscout catalog matrix lists them")
			}
			edges := c.Edges(&c.Platforms[i])
			if between {
				edges = catalog.Between(edges)
			}
			return printEdges(cmd.OutOrStdout(), edges, format)
		},
	}
	sources.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&platform, "platform", "", "platform id")
	flags.BoolVar(&between, "between", false, "only what leads from one extension to others")
	flags.StringVar(&format, "format", "text", "text or json")
	cmd.MarkFlagRequired("platform")
	return cmd
}

func printEdges(w io.Writer, edges []catalog.Edge, format string) error {
	switch format {
	case "json":
		return jsondoc.Write(w, struct {
			Edges []catalog.Edge `json:"edges"`
		}{edges})
	case "text":
		for _, e := range edges {
			kind := e.Kind
			if e.Ambiguous {
				kind += "?"
			}
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.Extension, e.Module, kind, oneLine(e.Needs), whereNeeded(e)); err != nil {
				return err
			}
		}
		return nil
	}
	return withHint(fmt.Errorf("unknown format %q", format), "text or json")
}

// whereNeeded says where the end of an edge is found.
func whereNeeded(e catalog.Edge) string {
	switch {
	case e.Platform:
		return "the platform"
	case len(e.From) == 0:
		return "-"
	case e.From[0] == e.Extension:
		return "here"
	}
	return strings.Join(e.From, " ")
}
