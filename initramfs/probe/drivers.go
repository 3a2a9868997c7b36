package probe

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

// Drivers are modules that can be tried, and who claims what.
type Drivers struct {
	table    *modalias.Table
	platform *modalias.Platform
	dir      string
	unpacked string // directory of the modules that were in archives; "" before the first
	read     func(*modalias.Module) (*ko.Module, error)
}

// ArchiveSuffix is of the archives that have several modules of a directory,
// cpio packed by xz. The database names a module "ARCHIVE/MODULE.ko" then.
const ArchiveSuffix = ".cpio.xz"

// TableFile is the database of its modules that a directory of drivers may
// have, one platform of package modalias. With it, only modules that are tried
// are read.
const TableFile = "modules.db"

// OpenDrivers reads a directory of modules, lib/modules/RELEASE or one that
// `image build` put on a stick. Close removes what is unpacked. Errors:
// [ko.ErrNoTree], those of package modalias for a damaged database.
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
	d.read = func(m *modalias.Module) (*ko.Module, error) {
		file, err := d.path(m)
		if err != nil {
			return nil, err
		}
		return ko.ReadFile(file)
	}
	return d, nil
}

// Close removes what was unpacked.
func (d *Drivers) Close() error {
	if d.unpacked == "" {
		return nil
	}
	return os.RemoveAll(d.unpacked)
}

// path is where a module's file lies, after it was unpacked where it is in an
// archive.
func (d *Drivers) path(m *modalias.Module) (string, error) {
	file := filepath.Join(d.dir, filepath.FromSlash(m.File))
	packed, name := path.Split(m.File)
	if !strings.HasSuffix(path.Clean(packed), ArchiveSuffix) {
		return file, nil
	}
	if d.unpacked == "" {
		dir, err := os.MkdirTemp("", "modscout-drivers-")
		if err != nil {
			return "", err
		}
		d.unpacked = dir
	}
	unpacked := filepath.Join(d.unpacked, name)
	if _, err := os.Stat(unpacked); err == nil {
		return unpacked, nil
	}
	return unpacked, unpack(filepath.Dir(file), name, unpacked)
}

// errUnpacked ends the walk through an archive.
var errUnpacked = errors.New("found")

// unpack copies one member of an archive to a file. It reads the archive no
// further than that, and keeps none of the others.
func unpack(packed, name, to string) error {
	in, err := archive.OpenFile(packed)
	if err != nil {
		return err
	}
	defer in.Close()
	err = archive.Walk(in, layout.Limits, func(e archive.Entry) error {
		switch {
		case e.Name != name:
			return nil
		case e.Size > layout.MaxModule:
			return archive.ErrTooLarge
		}
		module, err := io.ReadAll(e.Body)
		if err == nil {
			err = renameio.WriteFile(to, module, 0o600)
		}
		return cmp.Or(err, errUnpacked)
	})
	switch {
	case errors.Is(err, errUnpacked):
		return nil
	case err == nil:
		err = fs.ErrNotExist
	}
	return fmt.Errorf("%s: %s: %w", packed, name, err)
}
