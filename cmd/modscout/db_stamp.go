package main

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/modalias/ko"
)

// stamp tells whether a file is the one that was read before, without reading
// it: size, time of modification, time of change, inode. A checksum would cost
// more than reading all that a database needs.
type stamp [4]int64

// append writes the stamp as it lies in a file.
func (s stamp) append(out []byte) []byte {
	for _, n := range s {
		out = binary.LittleEndian.AppendUint64(out, uint64(n))
	}
	return out
}

// racy is the stamp of a file that was changed so shortly before it was read
// that the next change might leave it the same times; it equals no other. git
// does the same with its index.
var racy = stamp{}

// absent is the stamp of a file that does not exist.
var absent = stamp{-1}

// raceWindow is longer than the step in which Linux counts file times, a tick
// of at most 10 ms; file systems without fractions of a second count in steps
// of up to two seconds (FAT).
const (
	raceWindow       = 100 * time.Millisecond
	coarseRaceWindow = 2 * time.Second
)

// stampOf makes the stamp of a file that is read at now.
func stampOf(st *unix.Stat_t, now time.Time) stamp {
	window := raceWindow
	if st.Mtim.Nsec == 0 && st.Ctim.Nsec == 0 {
		window = coarseRaceWindow
	}
	if latest := max(st.Mtim.Nano(), st.Ctim.Nano()); latest >= now.Add(-window).UnixNano() {
		return racy
	}
	return stamp{st.Size, st.Mtim.Nano(), st.Ctim.Nano(), int64(st.Ino)}
}

// settled is a time of reading at which no file is too new: for files that are
// only ever replaced as a whole.
var settled = time.Now().Add(1000 * time.Hour)

// stampOutput returns the stamp of a database that was written.
func stampOutput(file string) stamped {
	path, err := filepath.Abs(file)
	if err != nil || file == "-" {
		return stamped{}
	}
	return stampFile(path, settled)
}

// stamped is one file of a source.
type stamped struct {
	path  string
	stamp stamp
}

// stampFile returns the stamp of one file.
func stampFile(path string, now time.Time) stamped {
	var st unix.Stat_t
	switch err := unix.Stat(path, &st); {
	case errors.Is(err, fs.ErrNotExist):
		return stamped{path, absent}
	case err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG:
		return stamped{path, racy}
	}
	return stamped{path, stampOf(&st, now)}
}

// pathPrefix is what the paths of files in a directory begin with.
func pathPrefix(dir string) string { return strings.TrimSuffix(filepath.Join(dir, "x"), "x") }

// stampTree lists the files of a tree that a database is made of as
// [ko.ReadTree] finds them: in lexical order, and links are not followed. known
// is what the last build found in its directories.
func (l *fileList) stampTree(dir string, known map[string]*listedDirectory, now time.Time) error {
	prefix := pathPrefix(dir)
	l.enter(prefix)
	for _, name := range ko.TreeFiles {
		l.add(name, stampFile(prefix+name, now).stamp)
	}
	w := &treeStamps{now: now, known: known, files: l}
	return w.walk(unix.AT_FDCWD, dir, prefix)
}

// treeStamps walks a tree by the system calls themselves: where nothing has
// changed, this is most of what a build does.
type treeStamps struct {
	now     time.Time
	known   map[string]*listedDirectory
	files   *fileList
	block   [32 << 10]byte // of one directory
	entries []entry        // of the directories that are open
	stat    unix.Stat_t
}

// entry is one name in a directory.
type entry struct {
	name string
	kind byte // DT_REG, DT_DIR, or DT_UNKNOWN where the file system does not say
}

// walk lists what is below a directory called name in the open directory at;
// prefix is what its files are called before their names.
func (w *treeStamps) walk(at int, name, prefix string) error {
	flags := unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC
	if at != unix.AT_FDCWD {
		flags |= unix.O_NOFOLLOW
	}
	fd, err := unix.Openat(at, name, flags, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: prefix, Err: err}
	}
	defer unix.Close(fd)
	first := len(w.entries)
	if err := w.list(fd, prefix); err != nil {
		return &os.PathError{Op: "read", Path: prefix, Err: err}
	}
	for i := first; i < len(w.entries); i++ {
		if err := w.visit(fd, w.entries[i], prefix); err != nil {
			return err
		}
	}
	w.entries = w.entries[:first]
	return nil
}

// list appends the entries of an open directory in order. What is in a directory
// changes its times, so that one with the stamp that the last build saw has what
// that found.
func (w *treeStamps) list(fd int, prefix string) error {
	if err := unix.Fstat(fd, &w.stat); err != nil {
		return err
	}
	now := stampOf(&w.stat, w.now)
	w.files.directory(prefix, now)
	if last := w.known[prefix]; last != nil && now != racy && now == last.stamp {
		w.entries = append(w.entries, last.entries...)
		return nil
	}
	first := len(w.entries)
	err := w.readEntries(fd)
	slices.SortFunc(w.entries[first:], func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return err
}

// readEntries appends those entries of an open directory that may count.
func (w *treeStamps) readEntries(fd int) error {
	const head = 19 // of struct linux_dirent64 (getdents64(2)): its length at 16, the kind at 18
	for {
		n, err := unix.Getdents(fd, w.block[:])
		if n <= 0 || err != nil {
			return err
		}
		for block := w.block[:n]; len(block) > head; {
			size, kind := binary.NativeEndian.Uint16(block[16:]), block[18]
			name := unix.ByteSliceToString(block[head:size])
			block = block[size:]
			if kind == unix.DT_REG && !ko.IsModule(name) || kind == unix.DT_LNK || name == "." || name == ".." {
				continue
			}
			w.entries = append(w.entries, entry{name, kind})
		}
	}
}

// visit takes one entry of an open directory into the list.
func (w *treeStamps) visit(fd int, e entry, prefix string) error {
	if e.kind != unix.DT_DIR {
		if err := unix.Fstatat(fd, e.name, &w.stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return &os.PathError{Op: "stat", Path: prefix + e.name, Err: err}
		}
	}
	switch {
	case e.kind == unix.DT_DIR || w.stat.Mode&unix.S_IFMT == unix.S_IFDIR:
		return w.walk(fd, e.name, prefix+e.name+"/")
	case w.stat.Mode&unix.S_IFMT == unix.S_IFREG && ko.IsModule(e.name):
		w.files.enter(prefix)
		w.files.add(e.name, stampOf(&w.stat, w.now))
	}
	return nil
}
