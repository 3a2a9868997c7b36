package archive

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"strconv"
)

// The magic numbers of the "newc" format, without and with checksums; see the
// kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
var (
	cpioMagic    = []byte("070701")
	cpioMagicCRC = []byte("070702")
)

const (
	cpioHeader  = 110
	cpioTrailer = "TRAILER!!!"
)

// cpio reads one archive up to and with its trailer. Bodies are padded to four
// bytes, counted from the archive's beginning; so is the end of each name.
func (w *walker) cpio(in *bufio.Reader) error {
	for {
		name, mode, size, err := w.cpioHead(in)
		if err != nil {
			return fmt.Errorf("cpio: %w", truncated(err))
		}
		if name == cpioTrailer {
			return nil
		}
		body := &io.LimitedReader{R: in, N: size}
		entry := Entry{Name: name, Size: size, Mode: fs.FileMode(mode & 0o777), Body: &whole{body}}
		switch mode & 0o170000 {
		case 0o040000:
			entry.Dir = true
		case 0o100000:
			entry.Regular = true
		case 0o120000:
			if entry.Link, err = w.cpioLink(body); err != nil {
				return fmt.Errorf("cpio: %s: %w", name, truncated(err))
			}
		}
		if err := w.emit(entry); err != nil {
			return err
		}
		if err := skip(in, body.N+pad(size)); err != nil {
			return fmt.Errorf("cpio: %s: %w", name, truncated(err))
		}
	}
}

// cpioLink reads the target of a link, which is its body.
func (w *walker) cpioLink(body *io.LimitedReader) (string, error) {
	if body.N > int64(w.limits.Name) {
		return "", fmt.Errorf("%w: link of %d bytes", ErrTooLarge, body.N)
	}
	target, err := io.ReadAll(&whole{body})
	return string(target), err
}

// cpioHead reads a header and the name behind it.
func (w *walker) cpioHead(in *bufio.Reader) (name string, mode, size int64, err error) {
	var head [cpioHeader]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return "", 0, 0, err
	}
	if magic := string(head[:6]); magic != string(cpioMagic) && magic != string(cpioMagicCRC) {
		return "", 0, 0, fmt.Errorf("%w: no header where one should be", ErrFormat)
	}
	var field [13]int64 // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
	for i := range field {
		field[i], err = strconv.ParseInt(string(head[6+8*i:14+8*i]), 16, 64)
		if err != nil || field[i] < 0 {
			return "", 0, 0, fmt.Errorf("%w: header field %d is not a number", ErrFormat, i)
		}
	}
	length := field[11]
	if length < 1 || length > int64(w.limits.Name) {
		return "", 0, 0, fmt.Errorf("%w: name of %d bytes", ErrTooLarge, length)
	}
	padded := make([]byte, length+pad(cpioHeader+length))
	if _, err := io.ReadFull(in, padded); err != nil {
		return "", 0, 0, err
	}
	return string(padded[:length-1]), field[1], field[6], nil
}

// pad returns how many bytes follow n to make it a multiple of four.
func pad(n int64) int64 { return -n & 3 }

func skip(in *bufio.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, in, n)
	return err
}

// whole reports a body that ends early.
type whole struct{ r *io.LimitedReader }

// Read takes the end of the input in the middle of an entry for an error.
func (w *whole) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err == io.EOF && w.r.N > 0 {
		err = ErrTruncated
	}
	return n, err
}
