package layout

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/modscout/modscout/modalias/archive"
)

// MaxModule bounds a module, in bytes; the largest of Debian's has 17 MB.
const MaxModule = 64 << 20

// Limits bound an archive of modules.
var Limits = archive.Limits{Bytes: 512 << 20, Entries: 10_000, Depth: 1, Name: 4096, Window: 16 << 20}

// WalkModules reads the archive at [ModulesPath], cpio packed by xz, which has
// the modules in load order, and gives fn one after the other: at no time are
// all of them in memory. Those that are not what the manifest says, or that are
// not there, are left out and returned.
func (m Manifest) WalkModules(r io.Reader, fn func(path string, module []byte)) []*DamageError {
	var bad []*DamageError
	missing := m.Modules()
	err := archive.Walk(r, Limits, func(e archive.Entry) error {
		want, listed := missing[e.Name]
		if !listed {
			return nil
		}
		data, err := io.ReadAll(io.LimitReader(e.Body, MaxModule))
		if err != nil {
			return err
		}
		delete(missing, e.Name)
		if FileOf(e.Name, data) == want {
			fn(e.Name, data)
		} else {
			bad = append(bad, &DamageError{e.Name, errContent})
		}
		return nil
	})
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		bad = append(bad, &DamageError{name, errors.Join(fs.ErrNotExist, err)})
	}
	return bad
}

// Compare returns one error for each file of the manifest that is not among
// those that were found, by path, or is another.
func (m Manifest) Compare(found map[string]File) []error {
	var bad []error
	for _, f := range m {
		switch got, ok := found[f.Path]; {
		case !ok:
			bad = append(bad, &DamageError{f.Path, fs.ErrNotExist})
		case got != f:
			bad = append(bad, &DamageError{f.Path, errContent})
		}
	}
	return bad
}
