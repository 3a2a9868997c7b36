package archive

import "io"

// blocks reads what is compressed block by block.
type blocks struct {
	next func() ([]byte, error) // the content of the next block, io.EOF behind the last
	left []byte                 // of the current one
}

// Read gives the blocks of a stream one behind the other.
func (b *blocks) Read(p []byte) (n int, err error) {
	for len(b.left) == 0 {
		if b.left, err = b.next(); err != nil {
			return 0, err
		}
	}
	n = copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// readBlock reads size bytes into buf, which grows with what is really there.
func readBlock(in io.Reader, buf []byte, size int) ([]byte, error) {
	const step = 1 << 20
	buf = buf[:0]
	for len(buf) < size {
		n := min(step, size-len(buf))
		at := len(buf)
		buf = append(buf, make([]byte, n)...)
		if _, err := io.ReadFull(in, buf[at:]); err != nil {
			return nil, ErrTruncated
		}
	}
	return buf, nil
}
