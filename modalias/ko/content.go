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

// pieces is a large file that has been decompressed. Each piece but the last
// has pieceSize bytes. One buffer for all would take some times the file's size
// while it grows.
type pieces [][]byte

const pieceSize = 1 << 20

// gather reads r to its end.
func gather(r io.Reader) (content, error) {
	first, err := io.ReadAll(io.LimitReader(r, pieceSize))
	if err != nil || len(first) < pieceSize {
		return memory(first), err
	}
	for p := (pieces{first}); ; {
		piece := make([]byte, pieceSize)
		n, err := io.ReadFull(r, piece)
		p = append(p, piece[:n])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p pieces) length() uint64 { return uint64(len(p)-1)*pieceSize + uint64(len(p[len(p)-1])) }

func (p pieces) slice(offset, size uint64) ([]byte, error) {
	if err := within(offset, size, p.length()); err != nil {
		return nil, err
	}
	at, start := offset/pieceSize, offset%pieceSize
	if start+size <= uint64(len(p[at])) {
		return p[at][start : start+size], nil
	}
	joined := make([]byte, 0, size)
	for ; uint64(len(joined)) < size; at, start = at+1, 0 {
		piece := p[at][start:]
		joined = append(joined, piece[:min(uint64(len(piece)), size-uint64(len(joined)))]...)
	}
	return joined, nil
}

// onDisk is a file of which only what is asked for is read. Of a module that
// is less than half, and the pieces lie in one buffer, which serves the next
// file.
type onDisk struct {
	r      io.ReaderAt
	size   uint64
	head   []byte // the first bytes
	buffer []byte
}

func (f *onDisk) length() uint64 { return f.size }

func (f *onDisk) slice(offset, size uint64) ([]byte, error) {
	if offset == 0 && size <= uint64(len(f.head)) {
		return f.head[:size], nil
	}
	if err := within(offset, size, f.size); err != nil {
		return nil, err
	}
	start := len(f.buffer)
	if uint64(start)+size > 2*f.size+namesBefore {
		return nil, fmt.Errorf("%w: its sections lie over each other", ErrMalformed)
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
