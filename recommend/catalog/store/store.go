// Package store keeps the catalogues that are used beside the embedded one:
// those that somebody added, and a newer default.
//
// It is a directory of two files a catalogue: NAME.json.zst and NAME.source.json,
// which says how to make it anew. A file of somebody else's making may be put
// there by hand. Each file is replaced as a whole.
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/google/renameio/v2"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Default is the name under which a newer default catalogue is kept.
const Default = "default"

const (
	suffix       = ".json.zst"
	sourceSuffix = ".source.json"
)

var (
	// ErrName is for a name that cannot be a file's.
	ErrName = errors.New("a catalogue's name is made of a-z, 0-9, point, dash and underscore")
	// ErrNone is for a catalogue that is not there.
	ErrNone = errors.New("no such catalogue")
)

// Origin says how a catalogue was made.
type Origin struct {
	Sources []string `json:"sources,omitempty"` // as given to catalog add
	Mirrors []string `json:"mirrors,omitempty"`
	URL     string   `json:"url,omitempty"` // of the file that catalog update fetched
}

// Store is a directory of catalogues. It need not exist.
type Store struct{ Dir string }

// Dir is where catalogues are kept: modscout/catalogs in $XDG_DATA_HOME, which
// is ~/.local/share where it is not set (XDG Base Directory Specification 0.8).
func Dir() (string, error) {
	data := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "modscout", "catalogs"), nil
}

// validName is compiled when it is first needed, because that takes as long as
// the start of all else here.
var validName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`) })

// Names lists the catalogues in order.
func (s Store) Names() ([]string, error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if name, found := strings.CutSuffix(e.Name(), suffix); found && validName().MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

// Catalog reads a catalogue; [ErrNone] is in the chain of the error where there
// is none of that name.
func (s Store) Catalog(name string) (*catalog.Catalog, error) {
	if !validName().MatchString(name) {
		return nil, fmt.Errorf("%w: %q", ErrNone, name)
	}
	f, err := os.Open(filepath.Join(s.Dir, name+suffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNone, name)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read := catalog.Read
	if _, err := os.Stat(filepath.Join(s.Dir, name+sourceSuffix)); err == nil {
		read = catalog.ReadCanonical // as Put wrote it
	}
	c, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return c, nil
}

// Origin says how a catalogue was made; that of a file which was put there by
// hand is empty.
func (s Store) Origin(name string) (o Origin, err error) {
	f, err := os.Open(filepath.Join(s.Dir, name+sourceSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	defer f.Close()
	err = json.UnmarshalRead(f, &o)
	return o, err
}

// Put adds a catalogue or replaces the one of that name. Interrupted at any
// point, it leaves the old one.
func (s Store) Put(name string, c *catalog.Catalog, o Origin) error {
	if !validName().MatchString(name) {
		return fmt.Errorf("%w: %q", ErrName, name)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	origin, err := renameio.NewPendingFile(filepath.Join(s.Dir, name+sourceSuffix), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer origin.Cleanup()
	file, err := renameio.NewPendingFile(filepath.Join(s.Dir, name+suffix), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if err := errors.Join(jsondoc.Write(origin, o), c.Write(file)); err != nil {
		return err
	}
	return errors.Join(origin.CloseAtomicallyReplace(), file.CloseAtomicallyReplace())
}

// Remove removes a catalogue.
func (s Store) Remove(name string) error {
	if !validName().MatchString(name) {
		return fmt.Errorf("%w: %q", ErrNone, name)
	}
	err := os.Remove(filepath.Join(s.Dir, name+suffix))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNone, name)
	}
	if other := os.Remove(filepath.Join(s.Dir, name+sourceSuffix)); !errors.Is(other, fs.ErrNotExist) {
		err = errors.Join(err, other)
	}
	return err
}
