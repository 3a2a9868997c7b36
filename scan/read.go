package scan

import (
	"errors"

	"golang.org/x/sys/unix"
)

// reader reads the files of a tree.
type reader struct {
	root *root
	page [4096]byte // the size of most attributes, at most; also for what else the kernel fills in
}

// read returns a regular file whole, or an error where it has no end.
func (r *reader) read(file string) ([]byte, error) {
	fd, err := r.root.open(file)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, err
	}
	if kind := stat.Mode & unix.S_IFMT; kind != unix.S_IFREG && kind != unix.S_IFDIR { // reading a directory is an error of its own
		return nil, errNotRegular
	}
	return r.readAll(fd, stat.Size > 0)
}

// readAll reads to the end of a file. In sysfs and on a disk, where files have
// a size, a page that is not full is the last one; in /proc it need not be.
func (r *reader) readAll(fd int, hasSize bool) (data []byte, err error) {
	for {
		n, err := unix.Read(fd, r.page[:])
		switch data = append(data, r.page[:max(n, 0)]...); {
		case errors.Is(err, unix.EINTR):
		case len(data) > maxAttribute:
			return nil, errTooLarge
		case err != nil || n == 0 || hasSize && n < len(r.page):
			return data, err
		}
	}
}

// names returns the names in an open directory, and errTooMany with the first
// of them.
func (r *reader) names(fd int) ([]string, error) {
	var names []string
	for {
		n, err := unix.ReadDirent(fd, r.page[:])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil || n == 0:
			return names, err
		}
		_, _, names = unix.ParseDirent(r.page[:n], maxEntries-len(names), names)
		if len(names) == maxEntries {
			return names, errTooMany
		}
	}
}
