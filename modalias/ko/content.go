package ko

import (
	"fmt"
	"io"
	"slices"
)

// content is where the bytes of an object are. What slice returns is valid
// until the content's owner takes another file.
type content interface {
	length() uint64
	slice(offset, size uint64) ([]byte, error)
}

// within says what is wrong with a range of a file of that length.
func within(offset, size, length uint64) error {
	if offset > length || size > length-offset {
		return fmt.Errorf("%d bytes at offset %d, but the file has %d", size, offset, length)
	}
	return nil
}

// memory is a file that has been read.
type memory []byte

func (m memory) length() uint64 { return uint64(len(m)) }

func (m memory) slice(offset, size uint64) ([]byte, error) {
	if err := within(offset, size, m.length()); err != nil {
		return nil, err
	}
	return m[offset : offset+size], nil
}

// onDisk is a file of which only what is asked for is read. Of a module that
// is less than half, and the pieces lie in one buffer, which serves the next
// file.
type onDisk struct {
	r      io.ReaderAt
	size   uint64
	buffer []byte
}

func (f *onDisk) length() uint64 { return f.size }

func (f *onDisk) slice(offset, size uint64) ([]byte, error) {
	if err := within(offset, size, f.size); err != nil {
		return nil, err
	}
	start := len(f.buffer)
	if uint64(start)+size > 2*f.size {
		return nil, fmt.Errorf("%w: its sections lie over each other", ErrFormat)
	}
	f.buffer = slices.Grow(f.buffer, int(size))[:start+int(size)]
	piece := f.buffer[start:]
	if n, err := f.r.ReadAt(piece, int64(offset)); n < len(piece) {
		return nil, err
	}
	return piece, nil
}

// words keeps one copy of each name: most modules take the same few thousand
// symbols from the kernel.
type words map[string]string

// maxWords is some times what a whole kernel has. A stranger's modules must not
// fill the memory.
const maxWords = 1 << 17

func (w words) keep(name []byte) string {
	if kept, found := w[string(name)]; found {
		return kept
	}
	if len(w) == maxWords {
		clear(w)
	}
	kept := string(name)
	w[kept] = kept
	return kept
}
