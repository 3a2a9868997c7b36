package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
)

// Drivers are modules that can be tried, and who claims what.
type Drivers struct {
	table    *modalias.Table
	platform *modalias.Platform
	dir      string
	read     func(*modalias.Module) (*ko.Module, error)
}

// TableFile is the database of its modules that a directory of drivers may
// have, one platform of package modalias. With it, only modules that are tried
// are read.
const TableFile = "modules.db"

// OpenDrivers reads a directory of modules, lib/modules/RELEASE or one that
// `image build` put on a stick. Errors: [ko.ErrNoTree], those of package
// modalias for a damaged database.
func OpenDrivers(dir string) (*Drivers, error) {
	table, err := modalias.OpenTable(filepath.Join(dir, TableFile))
	if errors.Is(err, fs.ErrNotExist) {
		tree, err := ko.ReadTree(dir)
		if err != nil {
			return nil, err
		}
		table = modalias.NewTable([]modalias.Platform{tree.Platform()})
	} else if err != nil {
		return nil, err
	}
	platforms, err := table.Platforms()
	if err != nil {
		return nil, err
	}
	if len(platforms) != 1 {
		return nil, fmt.Errorf("%s: %d platforms, want 1", dir, len(platforms))
	}
	d := &Drivers{table: table, platform: &platforms[0], dir: dir}
	d.read = func(m *modalias.Module) (*ko.Module, error) { return ko.ReadFile(d.path(m)) }
	return d, nil
}

// path is where a module's file lies.
func (d *Drivers) path(m *modalias.Module) string {
	return filepath.Join(d.dir, filepath.FromSlash(m.File))
}
