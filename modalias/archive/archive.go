// Package archive reads the containers that kernel modules come in: tar, cpio
// (also several concatenated ones, as initrds have them) and Debian packages,
// plain or compressed with gzip, xz, zstd, lzma, bzip2, lz4 or lzo. What a file
// is, its first bytes say; names are not looked at, because packs call plain
// tar ".tgz".
//
// Archives come from strangers. Nothing is ever written to disk, every name is
// relative and stays below the archive's root, and [Limits] bound what a few
// bytes can make a reader do.
package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// The ways in which an archive can be bad; errors of this package have one of
// them in their chain, or that of the reader underneath.
var (
	ErrFormat     = errors.New("not an archive that is known here")
	ErrTooLarge   = errors.New("archive expands beyond the limit")
	ErrUnsafePath = errors.New("name points outside the archive")
	ErrTruncated  = errors.New("archive ends in the middle")
)

// Limits bound the work that one archive can cause.
type Limits struct {
	Bytes   int64 // in all, decompressed
	Entries int
	Depth   int // archives inside archives
	Name    int // bytes of one name
	Window  int // bytes of memory for a decompressor's dictionary
}

// Default is enough for the largest pack that is known (516 modules) and for a
// distribution's kernel package several times over.
var Default = Limits{Bytes: 4 << 30, Entries: 200_000, Depth: 3, Name: 4096, Window: 128 << 20}

// Entry is one member of an archive.
type Entry struct {
	Name    string // relative, cleaned, with slashes
	Dir     bool
	Regular bool        // a plain file; links and devices are neither Dir nor Regular
	Mode    fs.FileMode // permissions
	Size    int64       // bytes of Body
	Link    string      // where a link points, as the archive says it: not to be followed unchecked
	Body    io.Reader   // valid until fn returns; what fn leaves is skipped
}

// Walk calls fn for every member of an archive, in its order, and stops at the
// first error, which it returns.
func Walk(r io.Reader, limits Limits, fn func(Entry) error) error {
	w := &walker{limits: limits, left: limits.Bytes, entries: limits.Entries, fn: fn}
	return w.walk(r, 0)
}

type walker struct {
	limits  Limits
	left    int64 // bytes
	entries int
	fn      func(Entry) error
}

// walk reads one stream, which may be compressed and may be followed by
// another archive.
func (w *walker) walk(r io.Reader, depth int) error {
	if depth > w.limits.Depth {
		return fmt.Errorf("%w: more than %d archives inside each other", ErrTooLarge, w.limits.Depth)
	}
	in := bufio.NewReaderSize(r, 4096)
	for first := true; ; first = false {
		skipped, err := skipZeros(in)
		if errors.Is(err, io.EOF) && (!first || skipped > 0) {
			return nil
		}
		if err != nil {
			return truncated(err)
		}
		if err := w.segment(in, depth); err != nil {
			return err
		}
	}
}

// segment reads one archive at the reader's position.
func (w *walker) segment(in *bufio.Reader, depth int) error {
	head, _ := in.Peek(tarBlock)
	switch {
	case bytes.HasPrefix(head, cpioMagic), bytes.HasPrefix(head, cpioMagicCRC):
		return w.cpio(in)
	case bytes.HasPrefix(head, debMagic):
		return w.deb(in, depth)
	case isTar(head):
		return w.tar(in)
	}
	plain, err := open(in, head, w.limits)
	if err != nil {
		return err
	}
	if plain == nil {
		return ErrFormat
	}
	return w.walk(&budget{plain, &w.left}, depth+1)
}

// emit hands one member to the caller.
func (w *walker) emit(e Entry) error {
	if w.entries--; w.entries < 0 {
		return fmt.Errorf("%w: more than %d members", ErrTooLarge, w.limits.Entries)
	}
	name, err := cleanName(e.Name, w.limits.Name)
	if err != nil {
		return err
	}
	e.Name = name
	return w.fn(e)
}

// maxPadding is the most padding between archives, in bytes: pages and tape
// records take a few thousand. Without an end to it, /dev/zero would have none.
const maxPadding = 16 << 20

// skipZeros passes the padding between concatenated archives. Exactly one
// block of zeros is also what an empty tar looks like.
func skipZeros(in *bufio.Reader) (n int, err error) {
	for n <= maxPadding {
		c, err := in.ReadByte()
		if err != nil {
			return n, err
		}
		if c != 0 {
			return n, in.UnreadByte()
		}
		n++
	}
	return n, fmt.Errorf("%w: more than %d zeros", ErrFormat, maxPadding)
}

// budget counts what is read against what the whole walk may read.
type budget struct {
	r    io.Reader
	left *int64
}

// Read fails once more bytes were read than the limit allows.
func (b *budget) Read(p []byte) (int, error) {
	if *b.left <= 0 {
		return b.atLimit()
	}
	n, err := b.r.Read(p[:min(int64(len(p)), *b.left)])
	*b.left -= int64(n)
	return n, err
}

// atLimit tells the end of the content from the end of what is allowed.
func (b *budget) atLimit() (int, error) {
	var next [1]byte
	if n, err := io.ReadFull(b.r, next[:]); n == 0 {
		return 0, err
	}
	return 0, ErrTooLarge
}

// truncated names an early end for what it is.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
