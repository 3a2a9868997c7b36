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

// bytes is the stamp as it lies in a file.
func (s stamp) bytes() []byte {
	b := make([]byte, 0, 32)
	for _, n := range s {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return b
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
// [ko.ReadTree] finds them: in lexical order, and links are not followed.
func stampTree(dir string, now time.Time) ([]stamped, error) {
	w := &treeStamps{now: now, files: make([]stamped, 0, usualFiles)}
	for _, name := range ko.TreeFiles {
		w.files = append(w.files, stampFile(filepath.Join(dir, name), now))
	}
	return w.files, w.walk(unix.AT_FDCWD, dir, pathPrefix(dir))
}

// usualFiles is about what a distribution's kernel has.
const usualFiles = 4500

type treeStamps struct {
	now   time.Time
	files []stamped
	block [32 << 10]byte // of one directory
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
	names, err := w.entries(fd)
	if err != nil {
		return &os.PathError{Op: "read", Path: prefix, Err: err}
	}
	var st unix.Stat_t
	for _, name := range names {
		if err := unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return &os.PathError{Op: "stat", Path: prefix + name, Err: err}
		}
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG:
			if ko.IsModule(name) {
				w.files = append(w.files, stamped{prefix + name, stampOf(&st, w.now)})
			}
		case unix.S_IFDIR:
			if err := w.walk(fd, name, prefix+name+"/"); err != nil {
				return err
			}
		}
	}
	return nil
}

// entries returns the names in an open directory, sorted.
func (w *treeStamps) entries(fd int) ([]string, error) {
	var names []string
	for {
		n, err := unix.Getdents(fd, w.block[:])
		if n <= 0 || err != nil {
			slices.Sort(names)
			return names, err
		}
		_, _, names = unix.ParseDirent(w.block[:n], -1, names)
	}
}
