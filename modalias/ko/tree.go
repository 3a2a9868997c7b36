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
	"sync/atomic"

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
	return ReadTreeOf(dir, files, ReadFile)
}

// ReadTreeOf is [ReadTree] for a caller who knows the files, paths below dir in
// lexical order, and perhaps what is in them: read is called for each with its
// whole path, by several goroutines at once.
func ReadTreeOf(dir string, files []string, read func(path string) (*Module, error)) (*Tree, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoTree)
	}
	t := &Tree{Dir: dir, Release: filepath.Base(filepath.Clean(dir))}
	for _, name := range TreeFiles {
		data, err := archive.ReadFile(filepath.Join(dir, name), maxList)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		t.readList(name, data)
	}
	t.readAll(files, read)
	return t, nil
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

// readAll reads files on all cores and keeps their order.
func (t *Tree) readAll(files []string, read func(path string) (*Module, error)) {
	modules, errs := make([]*Module, len(files)), make([]error, len(files))
	forEach(len(files), func(i int) {
		modules[i], errs[i] = read(filepath.Join(t.Dir, filepath.FromSlash(files[i])))
		if errs[i] == nil {
			modules[i].File = files[i]
		}
	})
	t.Modules = slices.DeleteFunc(modules, func(m *Module) bool { return m == nil })
	t.Bad = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// forEach calls work for 0 to n-1, on all cores. A goroutine for each would cost
// as much as reading a module does.
func forEach(n int, work func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	group.Wait()
}

// readList reads one of TreeFiles.
func (t *Tree) readList(name string, data []byte) {
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
