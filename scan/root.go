package scan

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// root opens what is below a directory. No path and no symbolic link leads out
// of it: the kernel sees to that in one call (openat2(2), since Linux 5.6), and
// before, on the kernels of NAS boxes too, os.Root, element by element.
type root struct {
	*os.Root
	fd int // of the directory, -1 where there is no openat2
}

func openRoot(dir string) (*root, error) {
	slow, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	r := &root{Root: slow, fd: -1}
	if fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
		r.fd = fd
		r.tryBeneath()
	}
	return r, nil
}

// tryBeneath falls back on os.Root where the kernel has no openat2, or a
// container forbids it.
func (r *root) tryBeneath() {
	fd, err := r.beneath(".", unix.O_PATH)
	if err != nil {
		unix.Close(r.fd)
		r.fd = -1
		return
	}
	unix.Close(fd)
}

func (r *root) close() {
	if r.fd >= 0 {
		unix.Close(r.fd)
	}
	r.Close()
}

// open returns a descriptor for reading, which does not wait for the other end
// of a pipe that somebody put into a captured tree.
func (r *root) open(name string) (fd int, err error) {
	if r.fd >= 0 {
		return r.beneath(name, unix.O_RDONLY|unix.O_NONBLOCK)
	}
	f, err := r.OpenFile(name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	defer f.Close()
	return unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
}

// beneath opens a path with the kernel's help. The kernel says EAGAIN where it
// cannot tell whether a path that is being renamed leads out.
func (r *root) beneath(name string, flags uint64) (fd int, err error) {
	how := unix.OpenHow{Flags: flags | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS}
	for range maxLinks {
		fd, err = unix.Openat2(r.fd, name, &how)
		if !errors.Is(err, syscall.EINTR) && !errors.Is(err, syscall.EAGAIN) {
			break
		}
	}
	return fd, err
}

// readlink returns the target of a symbolic link.
func (r *root) readlink(name string) (string, error) {
	if r.fd < 0 {
		return r.Readlink(name)
	}
	fd, err := r.beneath(name, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	return readlinkat(fd, "")
}

// readlinkat returns the target of a symbolic link in an open directory, or of one
// that is open itself for "".
func readlinkat(dir int, name string) (string, error) {
	var target [unix.PathMax]byte
	n, err := unix.Readlinkat(dir, name, target[:])
	if err != nil {
		return "", err
	}
	return string(target[:n]), nil
}

// exists says whether there is something, and whether it is a directory.
func (r *root) exists(name string) (found, isDir bool) {
	if r.fd < 0 {
		info, err := r.Stat(name)
		return err == nil, err == nil && info.IsDir()
	}
	fd, err := r.beneath(name, unix.O_PATH)
	if err != nil {
		return false, false
	}
	defer unix.Close(fd)
	var stat unix.Stat_t
	err = unix.Fstat(fd, &stat)
	return err == nil, err == nil && stat.Mode&unix.S_IFMT == unix.S_IFDIR
}
