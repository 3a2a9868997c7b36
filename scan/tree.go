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
func (t *tree) text(name ...string) string {
	return strings.TrimSpace(string(t.bytes(name...)))
}

// bytes returns a file whole.
func (t *tree) bytes(name ...string) []byte {
	file := path.Join(name...)
	f, err := t.root.Open(file)
	if err != nil {
		t.note(file, err)
		return nil
	}
	defer f.Close()
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

// list returns the names in a directory, sorted.
func (t *tree) list(name ...string) []string {
	dir := path.Join(name...)
	f, err := t.root.Open(dir)
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
	return path.Base(target)
}

// follow returns where a directory really is: the target of the symbolic link
// that it is in sysfs, or itself, as in trees that were captured with links
// resolved.
func (t *tree) follow(name ...string) string {
	file := path.Join(name...)
	target, err := t.root.Readlink(file)
	if err != nil || path.IsAbs(target) {
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
