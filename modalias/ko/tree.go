package ko

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/modprobe"
)

// Tree is a kernel's module directory, /lib/modules/VERSION. Nothing that
// depmod makes is needed.
type Tree struct {
	Dir     string
	Release string    // the directory's name: what uname -r says
	Modules []*Module // ordered by File, their path below Dir
	Builtin []string  // internal names, from modules.builtin
	Order   []string  // paths below Dir in the order of the kernel's makefiles, from modules.order
	Bad     []error   // files that could not be read; the rest goes on

	// Softdeps are from modules.softdep. They count for modules of whose own
	// nothing is known.
	Softdeps []modprobe.Softdep

	// BuiltinInfo is what modules.builtin.modinfo says of built-in modules.
	// Kernels before 6.18 keep no PCI, USB or ACPI aliases of them there.
	BuiltinInfo []*Module
}

// ErrNoTree says that a directory holds no modules.
var ErrNoTree = errors.New("no kernel modules in it")

// TreeFiles are the files in a tree's directory that are read beside the
// modules, where they exist.
var TreeFiles = []string{"modules.builtin", "modules.order", "modules.builtin.modinfo", "modules.softdep"}

// ReadTree reads all modules below dir. It fails only where dir cannot be
// listed or holds no module; single bad files are left out and listed in Bad.
func ReadTree(dir string) (*Tree, error) {
	files, err := moduleFiles(dir)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoTree)
	}
	t := NewTree(dir)
	for _, name := range TreeFiles {
		data, err := ReadList(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		t.SetList(name, data)
	}
	t.readAll(files)
	return t, nil
}

// NewTree returns the tree of a directory of which nothing has been read.
func NewTree(dir string) *Tree {
	return &Tree{Dir: dir, Release: filepath.Base(filepath.Clean(dir))}
}

// moduleFiles lists module files below dir in lexical order. Links such as
// "build" and "source" are not followed.
func moduleFiles(dir string) ([]string, error) {
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && IsModule(name) {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

// readAll reads files on all cores and keeps their order. A goroutine for each
// file would cost as much as reading it.
func (t *Tree) readAll(files []string) {
	modules, errs := make([]*Module, len(files)), make([]error, len(files))
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for first := range cores {
		group.Go(func() {
			for i := first; i < len(files); i += cores {
				modules[i], errs[i] = ReadFile(filepath.Join(t.Dir, filepath.FromSlash(files[i])))
				if errs[i] == nil {
					modules[i].File = files[i]
				}
			}
		})
	}
	group.Wait()
	t.Modules = slices.DeleteFunc(modules, func(m *Module) bool { return m == nil })
	t.Bad = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// ReadList returns the contents of one of TreeFiles, nothing where there is no
// such file.
func ReadList(file string) ([]byte, error) {
	data, err := archive.ReadFile(file, maxList)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// SetList takes the contents of one of TreeFiles into the tree.
func (t *Tree) SetList(name string, data []byte) {
	switch name {
	case "modules.builtin":
		t.Builtin = readLines(data, modalias.NameOf)
	case "modules.order":
		t.Order = readLines(data, path.Clean)
	case "modules.builtin.modinfo":
		t.BuiltinInfo = readBuiltin(data)
	case "modules.softdep":
		t.Softdeps = readSoftdeps(data)
	}
}

// maxList is the most that one of TreeFiles may hold, in bytes; the largest of
// Debian's, modules.order, has 0.2 MB.
const maxList = 8 << 20

// readLines reads one path a line.
func readLines(data []byte, clean func(string) string) []string {
	var list []string
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			list = append(list, clean(string(line)))
		}
	}
	return list
}

// IsModule says whether a file is called like a module, compressed or not.
func IsModule(file string) bool { return strings.HasSuffix(uncompressed(file), ".ko") }

// uncompressed returns a file's name without the suffix of a compression.
func uncompressed(file string) string {
	for _, suffix := range []string{".gz", ".xz", ".zst"} {
		if name, found := strings.CutSuffix(file, suffix); found {
			return name
		}
	}
	return file
}
