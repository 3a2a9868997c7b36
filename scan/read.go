package scan

import (
	"errors"
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
		go serve(t.asked, &reader{root: t.root, before: &t.before})
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
	for request := range asked {
		data, err := r.read(request.file)
		request.answer <- readAnswer{data, err}
	}
}

// reader reads the files of a tree.
type reader struct {
	root   *root
	before *func(file string) // for tests; see tree
	page   [4096]byte         // the size of most attributes, at most
}

// read returns a regular file whole, or an error where it has no end.
func (r *reader) read(file string) ([]byte, error) {
	if before := *r.before; before != nil {
		before(file)
	}
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
