package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNotRegular is in the chain of the error for what lies where a file should.
var ErrNotRegular = errors.New("not a regular file")

// OpenFile opens a file of a directory that a stranger may have filled. A pipe
// would block for ever and a device might never end: both are refused with
// [ErrNotRegular], and so is a directory.
func OpenFile(path string) (*os.File, error) {
	return Regular(os.OpenFile(path, os.O_RDONLY|NonBlocking, 0))
}

// NonBlocking is the flag that lets a pipe be opened and looked at.
const NonBlocking = syscall.O_NONBLOCK

// Regular passes on what was opened if it is a regular file, else closes it.
func Regular(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: f.Name(), Err: ErrNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ReadFile returns the contents of a regular file of at most that many bytes;
// a larger one fails with [ErrTooLarge].
func ReadFile(path string, most int64) ([]byte, error) {
	f, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s: %w: more than %d bytes", path, ErrTooLarge, most)
	}
	return data, err
}
