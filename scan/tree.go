package scan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// Limits of one read. Sysfs attributes are one page, /proc/cpuinfo of 512
// threads is 800 kB; the largest directory known is /sys/bus/memory/devices.
const (
	maxAttribute = 4 << 20
	maxEntries   = 1 << 16
)

// tree reads a /sys with its /proc, of the live machine or captured. No path
// and no symbolic link leads out of it.
//
// What is not there is "", because half of sysfs depends on the kernel's
// configuration. What is there and may not be read is noted as a gap.
type tree struct {
	root *os.Root
	gaps map[string]error // by path
}

func openTree(dir string) (*tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &tree{root: root, gaps: map[string]error{}}, nil
}

func (t *tree) close() { t.root.Close() }

// text returns an attribute without the white space around it.
func (t *tree) text(name ...string) string { return strings.TrimSpace(t.string(name...)) }

// string returns a file whole, fit for JSON: firmware fills its strings with
// any bytes.
func (t *tree) string(name ...string) string {
	return strings.ToValidUTF8(string(t.bytes(name...)), "\uFFFD")
}

// bytes returns a file whole.
func (t *tree) bytes(name ...string) []byte {
	file := path.Join(name...)
	f, err := t.open(file)
	if err != nil {
		t.note(file, err)
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		t.gaps[file] = errors.New("not a regular file")
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(f, maxAttribute+1))
	if err != nil {
		t.note(file, err)
		return nil
	}
	if len(data) > maxAttribute {
		t.gaps[file] = fmt.Errorf("larger than %d bytes", maxAttribute)
		return nil
	}
	return data
}

// open opens a file or directory. It does not wait for the other end of a pipe
// that somebody put into a captured tree.
func (t *tree) open(file string) (*os.File, error) {
	return t.root.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0)
}

// list returns the names in a directory, sorted. The kernel's are ASCII: one
// that is not even UTF-8 is a gap.
func (t *tree) list(name ...string) []string {
	dir := path.Join(name...)
	f, err := t.open(dir)
	if err != nil {
		t.note(dir, err)
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(maxEntries)
	if err != nil && err != io.EOF {
		t.note(dir, err)
	}
	if len(names) == maxEntries {
		t.gaps[dir] = fmt.Errorf("more than %d entries", maxEntries)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		if !utf8.ValidString(name) {
			t.gaps[dir] = errors.New("a name in it is not UTF-8")
		}
		return !utf8.ValidString(name)
	})
	slices.Sort(names)
	return names
}

// link returns the last element of what a symbolic link points to, the way
// sysfs names drivers, modules and groups.
func (t *tree) link(name ...string) string {
	target, err := t.root.Readlink(path.Join(name...))
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(path.Base(target), "\uFFFD")
}

// follow returns where a directory really is: the target of the symbolic link
// that it is in sysfs, or itself, as in trees that were captured with links
// resolved.
func (t *tree) follow(name ...string) string {
	file := path.Join(name...)
	target, err := t.root.Readlink(file)
	if err != nil || path.IsAbs(target) || !utf8.ValidString(target) {
		return file
	}
	return path.Join(path.Dir(file), target)
}

func (t *tree) exists(name ...string) bool {
	_, err := t.root.Stat(path.Join(name...))
	return err == nil
}

// note keeps the errors that hide something. A driver's attribute may answer
// any other (EINVAL from the carrier of a port that is down): no value.
func (t *tree) note(file string, err error) {
	if errors.Is(err, fs.ErrPermission) {
		t.gaps[file] = err
	}
}

// gapList returns the paths that could not be read, sorted.
func (t *tree) gapList() []string { return slices.Sorted(maps.Keys(t.gaps)) }
