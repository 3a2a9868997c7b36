package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/platform"
)

// loaderRootVariable names a directory to look for a loader in, instead of the
// root of the system: where the partitions of a stick are mounted, for one.
const loaderRootVariable = "MODSCOUT_LOADER_ROOT"

// findLoader looks for the loader that modscout runs in.
func findLoader() (*source.Loader, bool) {
	root := os.Getenv(loaderRootVariable)
	if root == "" {
		root = "/"
	}
	return source.FindLoader(root)
}

// loaderCatalog reads the packs and extensions of the loader that modscout runs
// in, or returns nil. What cannot be read there is said and passed over: the
// embedded catalogue may know the rest.
func loaderCatalog(cmd *cobra.Command) *catalog.Catalog {
	l, found := findLoader()
	if !found || len(l.Sources) == 0 {
		return nil
	}
	name := l.Name
	if l.Version != "" {
		name += " " + l.Version
	}
	out := cmd.ErrOrStderr()
	c, findings, err := source.Read(l.Sources, name, "", source.Options{
		Loader: packLoader(l.Name), Progress: stages(cmd), Complete: platform.Complete,
	})
	if err != nil {
		fmt.Fprintf(out, "warning: found %s, and cannot read what it has: %v\n", name, err)
		return nil
	}
	c.Date = newest(l.Sources)
	c.Version = c.Date
	fmt.Fprintf(out, "found %s with %d platforms and %d modules of its own%s\n", name, len(c.Platforms), len(c.Modules), chosen(l.Choice))
	if n := len(findings); n > 0 {
		fmt.Fprintf(out, "%d defects in them; modscout catalog check %s lists them\n", n, l.Sources[0])
	}
	return c
}

// packLoader is the loader whose name packs get: TCRP has extensions, which
// are RedPill's.
func packLoader(name string) string {
	if name == "tcrp" {
		return ""
	}
	return name
}

// newest is the date of the youngest of some files: when the loader was last
// updated.
func newest(files []string) string {
	date := ""
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			date = max(date, info.ModTime().UTC().Format("2006-01-02"))
		}
	}
	return date
}

// chosen words what the loader is configured for.
func chosen(c source.Choice) string {
	if c.Model == "" {
		return ""
	}
	text := "; it is set to " + c.Model
	if c.OS != "" {
		text += " " + c.OS
	}
	if c.Platform != "" {
		text += " (" + c.Platform + ")"
	}
	return text
}
