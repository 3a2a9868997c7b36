package scan

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// A readRequest asks the goroutine that reads for one file.
type readRequest struct {
	file   string
	answer chan<- readAnswer
}

type readAnswer struct {
	data []byte
	err  error
}

// await reads a file and gives up on one that does not answer: a broken device
// can hold its driver's attributes for ever. The goroutine that hangs on it is
// left behind, as nothing can stop it; the device's other attributes are not
// asked for.
func (t *tree) await(file string) ([]byte, error) {
	dir := path.Dir(file)
	if t.stuck[dir] {
		return nil, errStuck
	}
	if t.asked == nil {
		t.asked = make(chan readRequest)
		go serve(t.asked, &reader{dirs: dirCache{root: t.root}, before: &t.before})
	}
	answer := make(chan readAnswer, 1)
	t.timer.Reset(readLimit)
	t.asked <- readRequest{file, answer}
	select {
	case a := <-answer:
		return a.data, a.err
	case <-t.ctx.Done():
		t.abandon()
		return nil, t.ctx.Err()
	case <-t.timer.C:
		t.abandon()
		t.stuck[dir] = true
		return nil, errStuck
	}
}

// abandon lets the goroutine that reads end when it has its answer.
func (t *tree) abandon() {
	if t.asked != nil {
		close(t.asked)
	}
	t.asked = nil
}

func serve(asked <-chan readRequest, r *reader) {
	defer r.dirs.close()
	for request := range asked {
		data, err := r.read(request.file)
		request.answer <- readAnswer{data, err}
	}
}

// reader reads the files of a tree.
type reader struct {
	dirs   dirCache
	before *func(file string) // for tests; see tree
	page   [4096]byte         // the size of most attributes, at most
}

// read returns a regular file whole, or an error where it has no end.
func (r *reader) read(file string) ([]byte, error) {
	if before := *r.before; before != nil {
		before(file)
	}
	f, err := r.open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errNotRegular
	}
	n, err := io.ReadFull(f, r.page[:])
	data := append([]byte(nil), r.page[:n]...)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	rest, err := io.ReadAll(io.LimitReader(f, maxAttribute))
	if data = append(data, rest...); len(data) > maxAttribute {
		return nil, errTooLarge
	}
	return data, err
}

// open opens a file by its directory, and where that does not work, as with a
// link to another one, by its whole path.
func (r *reader) open(file string) (*os.File, error) {
	dir, err := r.dirs.open(path.Dir(file))
	if err != nil {
		return nil, err
	}
	f, err := dir.OpenFile(path.Base(file), openFlags, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return r.dirs.root.OpenFile(file, openFlags, 0)
	}
	return f, err
}

// openFlags are for reading, without waiting for the other end of a pipe that
// somebody put into a captured tree.
const openFlags = os.O_RDONLY | unix.O_NONBLOCK

// dirCache keeps the directory open that was used last. What is asked for next
// is mostly in it, and os.Root walks a path element by element.
type dirCache struct {
	root *os.Root
	name string
	last *os.Root
}

func (c *dirCache) open(name string) (*os.Root, error) {
	if c.last != nil && c.name == name {
		return c.last, nil
	}
	dir, err := c.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	c.close()
	c.name, c.last = name, dir
	return dir, nil
}

func (c *dirCache) close() {
	if c.last != nil {
		c.last.Close()
	}
	c.last = nil
}
