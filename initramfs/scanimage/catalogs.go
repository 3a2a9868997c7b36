package scanimage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
)

// What the scan image takes of catalogues that were added to it: the machine has
// no disk to swap to.
const (
	MaxCatalogs     = 16
	MaxCatalogBytes = 32 << 20 // of one, as JSON
)

var errTooMany = fmt.Errorf("there are more than %d catalogues", MaxCatalogs)

// data is what the answers rest on: the embedded catalogue and what was added.
type data struct {
	mu    sync.Mutex
	added []*catalog.Catalog
}

// add reads the catalogues of a directory, which need not exist, and returns an
// error for each file that is left out.
func (d *data) add(dir string) (bad []error) {
	root := os.DirFS(dir)
	files, err := fs.ReadDir(root, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return []error{err}
	}
	files = slices.DeleteFunc(files, func(f fs.DirEntry) bool { return f.IsDir() || strings.HasPrefix(f.Name(), ".") })
	for _, f := range files {
		c, err := readAdded(root, f.Name())
		if err == nil && !d.keep(c) {
			err = errTooMany
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("%+q: %w", f.Name(), err))
		}
	}
	return bad
}

// keep adds a catalogue, unless there are too many already.
func (d *data) keep(c *catalog.Catalog) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.added) == MaxCatalogs {
		return false
	}
	d.added = append(d.added, c)
	return true
}

func readAdded(root fs.FS, name string) (*catalog.Catalog, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return catalog.ReadMost(file, MaxCatalogBytes)
}

// catalogs are those to answer from: the newest first, and of those of one name
// the newest alone.
func (d *data) catalogs() ([]*catalog.Catalog, error) {
	own, err := embedded.Default()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return catalog.Stack(catalog.Newest(append(slices.Clone(d.added), own)...))
}
