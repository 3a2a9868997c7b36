package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// errStuck is the gap of an attribute whose driver does not answer.
var errStuck = fmt.Errorf("no answer within %v", readLimit)

// tree reads a /sys with its /proc, of the live machine or captured. No path
// and no symbolic link leads out of it.
//
// What is not there is "", because half of sysfs depends on the kernel's
// configuration. What is there and may not be read is noted as a gap. Whatever
// it answers, a recording keeps, if there is one.
type tree struct {
	ctx     context.Context
	root    *root
	reader  reader
	reading reading
	stuck   map[string]bool // files that did not answer, and their directories
	gaps    gaps
	rec     *recording        // nil: nothing is captured
	before  func(file string) // see Options
}

func openTree(ctx context.Context, dir string) (*tree, error) {
	root, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	t := &tree{ctx: ctx, root: root, reader: reader{root: root}}
	t.gaps = readGaps(t.bytes(gapsFile))
	return t, nil
}

func (t *tree) close() { t.root.close() }

// text returns an attribute without the white space around it.
func (t *tree) text(name ...string) string { return strings.TrimSpace(t.string(name...)) }

// string returns a file whole, fit for JSON: firmware fills its strings with
// any bytes.
func (t *tree) string(name ...string) string {
	return strings.ToValidUTF8(string(t.bytes(name...)), "\uFFFD")
}

// bytes returns a file, but for what of it nobody asks about; see [needed].
func (t *tree) bytes(name ...string) []byte {
	file := strings.Join(name, "/")
	data, err := t.read(file)
	if err != nil {
		t.note(file, err)
		return nil
	}
	data = needed(file, data)
	t.rec.file(t, file, data)
	return data
}

// read returns a file whole, unless its driver does not answer or the scan is
// over.
func (t *tree) read(file string) ([]byte, error) {
	if t.isStuck(file) {
		return nil, errStuck
	}
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	t.reading.begin(file)
	defer t.reading.end()
	if t.before != nil {
		t.before(file)
	}
	return t.reader.read(file)
}

// list returns the names in a directory, sorted. The kernel's are ASCII: one
// that is not even UTF-8 is a gap.
func (t *tree) list(name ...string) []string {
	dir := strings.Join(name, "/")
	fd, err := t.root.open(dir)
	if err != nil {
		t.note(dir, err)
		return nil
	}
	defer unix.Close(fd)
	return t.listOpen(dir, fd)
}

// listOpen is list of a directory that is open.
func (t *tree) listOpen(dir string, fd int) []string {
	names, err := t.reader.names(fd)
	if err != nil {
		t.note(dir, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		if !utf8.ValidString(name) {
			t.note(dir, errNotText)
		}
		return !utf8.ValidString(name)
	})
	slices.Sort(names)
	t.rec.dir(t, dir)
	return names
}

// names is list for directories of which only the names count: a recording
// keeps them as empty files.
func (t *tree) names(name ...string) []string {
	names := t.list(name...)
	if t.rec != nil {
		for _, entry := range names {
			t.rec.file(t, path.Join(strings.Join(name, "/"), entry), nil)
		}
	}
	return names
}

// link returns the last element of what a symbolic link points to, the way
// sysfs names drivers, modules and groups.
func (t *tree) link(name ...string) string {
	file := strings.Join(name, "/")
	target, err := t.root.readlink(file)
	if err != nil {
		return ""
	}
	t.rec.link(t, file)
	return strings.ToValidUTF8(path.Base(target), "\uFFFD")
}

// follow is list that says of each name, too, where it leads: to the target of
// the symbolic link that it is in sysfs, or to itself, as in trees that were
// captured with links resolved. A recording does not keep the links; see
// [recording.followed].
func (t *tree) follow(dir string) (names, places []string) {
	fd, err := t.root.open(dir)
	if err != nil {
		t.note(dir, err)
		return nil, nil
	}
	defer unix.Close(fd)
	names = t.listOpen(dir, fd)
	for _, name := range names {
		place := dir + "/" + name
		if target, err := readlinkat(fd, name); err == nil && !path.IsAbs(target) && utf8.ValidString(target) {
			place = path.Join(dir, target)
		}
		places = append(places, place)
	}
	return names, places
}

func (t *tree) exists(name ...string) bool {
	file := strings.Join(name, "/")
	found, isDir := t.root.exists(file)
	if isDir {
		t.rec.dir(t, file)
	}
	return found
}

// note keeps the errors that hide something. A driver's attribute may answer
// any other (EINVAL from the carrier of a port that is down, ENODEV from a
// device that was unplugged a moment ago): no value.
func (t *tree) note(file string, err error) {
	if errors.Is(err, fs.ErrPermission) {
		err = fs.ErrPermission
	}
	if slices.Contains(hiding, err) {
		t.gaps[file] = err.Error()
	}
}

// hiding are the reasons for gaps.
var hiding = []error{fs.ErrPermission, errNoSysfs, errStuck, errNotRegular, errTooLarge, errTooMany, errNotText}

var (
	errNoSysfs    = errors.New("it is not there: sysfs is not mounted, and no device is in the report")
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = fmt.Errorf("larger than %d bytes", maxAttribute)
	errTooMany    = fmt.Errorf("more than %d entries", maxEntries)
	errNotText    = errors.New("a name in it is not UTF-8")
)
