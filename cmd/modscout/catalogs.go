package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/catalog/source/web"
	"github.com/modscout/modscout/recommend/catalog/store"
)

// openStore returns the user's own catalogues.
func openStore() (store.Store, error) {
	dir, err := store.Dir()
	return store.Store{Dir: dir}, withHint(err, "set XDG_DATA_HOME or HOME")
}

// defaultCatalog is the embedded catalogue, or a newer one that catalog update
// fetched. It is read once and shared.
var defaultCatalog = sync.OnceValues(func() (*catalog.Catalog, error) {
	own, err := embedded.Default()
	if err != nil {
		return nil, err
	}
	kept, err := openStore()
	if err != nil {
		return own, nil // nowhere to have a newer one
	}
	newer, err := kept.Catalog(store.Default)
	switch {
	case errors.Is(err, store.ErrNone):
		return own, nil
	case err != nil:
		return nil, withHint(fmt.Errorf("reading the updated catalogue: %w", err), "modscout catalog remove default goes back to the embedded one")
	case own.Newer(newer):
		return own, nil
	}
	return newer, nil
})

// catalogNamed reads a catalogue by the name that the store has it under, or a
// file.
func catalogNamed(name string) (*catalog.Catalog, error) {
	if name == store.Default {
		return defaultCatalog()
	}
	if !strings.ContainsRune(name, filepath.Separator) && !exists(name) {
		if kept, err := openStore(); err == nil {
			c, err := kept.Catalog(name)
			if !errors.Is(err, store.ErrNone) {
				return c, err
			}
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, withHint(fmt.Errorf("reading the catalogue: %w", err), "modscout catalog list names those in use")
	}
	defer f.Close()
	c, err := catalog.Read(f)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue %s: %w", name, err)
	}
	return c, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// openCatalogs reads the catalogues that are named, or all that are in use.
func openCatalogs(cmd *cobra.Command, names []string) ([]*catalog.Catalog, error) {
	if len(names) == 0 {
		return usualCatalogs(cmd)
	}
	var list []*catalog.Catalog
	for _, name := range names {
		c, err := catalogNamed(name)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// usualCatalogs are those in use: what lies in the loader that modscout runs
// in, what the user added, and the default, in this order. Each is seen behind
// those before it: that they have an id too is what they are there for.
func usualCatalogs(cmd *cobra.Command) ([]*catalog.Catalog, error) {
	var list []*catalog.Catalog
	if c := loaderCatalog(cmd); c != nil {
		list = append(list, c)
	}
	for _, name := range append(addedNames(), store.Default) {
		c, err := catalogNamed(name)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return catalog.Stack(list)
}

// addedNames lists the store's catalogues beside the default.
func addedNames() []string {
	kept, err := openStore()
	if err != nil {
		return nil
	}
	names, _ := kept.Names()
	return slices.DeleteFunc(names, func(name string) bool { return name == store.Default })
}

// maxAge is how old a catalogue may be before an answer says that a newer one
// may know more.
const maxAge = 90 * 24 * time.Hour

// noteAge says of which date the data is where that is long ago, and an answer
// names something that it lacks.
func noteAge(cmd *cobra.Command, list []*catalog.Catalog) {
	for _, c := range list {
		if days := age(c); days > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "note: the catalogue %s is of %s, %d days old; a newer one may have what is missing: modscout catalog update\n", c.Name, c.Date, days)
		}
	}
}

// age returns how many days old a catalogue is, or 0 where it is not old. What
// "platform import" read of a kernel stays true.
func age(c *catalog.Catalog) int {
	if len(c.Extensions) == 0 {
		return 0
	}
	date, err := time.Parse(time.DateOnly, c.Date)
	if passed := sourceDate(time.Now()).Sub(date); err == nil && passed > maxAge {
		return int(passed / (24 * time.Hour))
	}
	return 0
}

// versions writes which data an answer rests on.
func versions(list []*catalog.Catalog) string {
	var parts []string
	for _, c := range list {
		part := c.Name + " of " + c.Date
		if c.Version != c.Date {
			part = c.Name + " " + c.Version + " of " + c.Date
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// catalogVersion is a catalogue as JSON answers name it, the form of a plan's.
type catalogVersion struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Date    string `json:"date"`
}

func catalogVersions(list []*catalog.Catalog) []catalogVersion {
	var out []catalogVersion
	for _, c := range list {
		out = append(out, catalogVersion{c.Name, c.Version, c.Date})
	}
	return out
}

// fetcher returns what gets files from the web for a command. That there is no
// place for downloads matters only when there is one.
func fetcher(ctx context.Context, opts web.Options) source.Fetch {
	client, err := web.New(opts)
	return func(url, sha256 string, most int64) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		return client.Get(ctx, url, sha256, most)
	}
}

// absolute makes paths independent of the current directory; URLs are.
func absolute(sources []string) ([]string, error) {
	list := slices.Clone(sources)
	for i, s := range list {
		if strings.Contains(s, "://") {
			continue
		}
		path, err := filepath.Abs(s)
		if err != nil {
			return nil, err
		}
		list[i] = path
	}
	return list, nil
}
