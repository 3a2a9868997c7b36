package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/catalog/source/web"
	"github.com/modscout/modscout/recommend/catalog/store"
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
	name := strings.TrimSpace(l.Name + " " + l.Version)
	out := cmd.ErrOrStderr()
	c, err := readLoader(cmd, l, name)
	if err != nil {
		fmt.Fprintf(out, "warning: found %s, and cannot read what it has: %v\n", name, err)
		return nil
	}
	fmt.Fprintf(out, "found %s with %d platforms and %d modules of its own%s\n", name, len(c.Platforms), len(c.Modules), chosen(l.Choice))
	if l.Name != "tcrp" {
		return c
	}
	base, err := defaultCatalog()
	if err != nil {
		return c
	}
	return catalog.Extend(c, base)
}

// readLoader reads what a loader has, or what an earlier run made of the same
// files: 63 packs take ten seconds.
func readLoader(cmd *cobra.Command, l *source.Loader, name string) (*catalog.Catalog, error) {
	var known store.Store
	if dir, err := web.CacheDir(); err == nil {
		known.Dir = filepath.Join(dir, "loader")
	}
	key := fingerprint(l.Sources)
	if c, err := known.Catalog(key); err == nil {
		return c, nil
	}
	c, findings, err := source.Read(l.Sources, name, newest(l.Sources), source.Options{
		Loader: packLoader(l.Name), Progress: stages(cmd), Complete: platform.Complete,
	})
	if err != nil {
		return nil, err
	}
	if n := len(findings); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d defects in what %s has; modscout catalog check %s lists them\n", n, name, l.Sources[0])
	}
	if old, err := known.Names(); err == nil && known.Dir != "" && key != "" {
		for _, name := range old {
			known.Remove(name)
		}
		known.Put(key, c, store.Origin{Sources: l.Sources}) // the next run is slow where it cannot be kept
	}
	return c, nil
}

// fingerprint names a state of directories by the names, sizes and times of
// their files; "" where there are directories in them, whose times do not say
// what changed deeper down.
func fingerprint(dirs []string) string {
	digest := sha256.New()
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return ""
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() {
				return ""
			}
			fmt.Fprintln(digest, dir, e.Name(), info.Size(), info.ModTime().UnixNano(), tool)
		}
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// packLoader is the loader whose name packs get: TCRP has extensions, which
// are RedPill's.
func packLoader(name string) string {
	if name == "tcrp" {
		return ""
	}
	return name
}

// newest is the date of the youngest file in some directories: when the loader
// was last updated.
func newest(dirs []string) string {
	date := ""
	for _, dir := range dirs {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				date = max(date, info.ModTime().UTC().Format(time.DateOnly))
			}
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
