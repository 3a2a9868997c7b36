package archive

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/zstd"
)

// An initrd may go on behind a compressed archive with another one, of another
// kind. The decompressors read ahead and would swallow its beginning, so they
// get readers that end where the stream ends.

// joined reads consecutive streams of one kind as one, as gzip, xz and zstd
// themselves do.
type joined struct {
	in     *bufio.Reader
	limits Limits
	kind   *compression
	stream io.Reader
}

// Read goes on with the next part where one ends.
func (j *joined) Read(p []byte) (int, error) {
	for {
		n, err := j.stream.Read(p)
		if n > 0 || err != io.EOF {
			return n, ignoreEOF(err)
		}
		if head, _ := j.in.Peek(len(j.kind.magic)); string(head) != string(j.kind.magic) {
			return 0, io.EOF
		}
		if j.stream, err = j.kind.open(j.in, j.limits); err != nil {
			return 0, truncated(err)
		}
	}
}

// ignoreEOF leaves the end for the next read, which may find another stream.
func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// measured passes on a stream whose parts next measures one after the other,
// in bytes, each when it begins. next ends the stream with io.EOF.
type measured struct {
	in   *bufio.Reader
	next func() (int64, error)
	left int64 // bytes until the next part
}

// Read asks for the size of the next part where one ends.
func (m *measured) Read(p []byte) (n int, err error) {
	for m.left == 0 {
		if m.left, err = m.next(); err != nil {
			return 0, err
		}
	}
	n, err = m.in.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	if err == io.EOF {
		err = ErrTruncated
	}
	return n, err
}

// peek returns the next n bytes, which must be there.
func (m *measured) peek(n int) ([]byte, error) {
	head, err := m.in.Peek(n)
	return head, truncated(err)
}

// zstdFrame ends behind one zstd frame: a header, blocks that tell their size,
// perhaps a checksum (RFC 8878, section 3.1.1).
type zstdFrame struct {
	measured
	last     bool // the last block has been seen
	checksum bool
}

func newZstdFrame(in *bufio.Reader) *zstdFrame {
	z := &zstdFrame{measured: measured{in: in}}
	z.next = z.header
	return z
}

func (z *zstdFrame) header() (int64, error) {
	head, _ := z.in.Peek(zstd.HeaderMaxSize)
	var h zstd.Header
	if err := h.Decode(head); err != nil {
		return 0, truncated(err) // an EOF in the first bytes would pass for an empty stream
	}
	z.next, z.checksum = z.block, h.HasCheckSum
	return int64(h.HeaderSize), nil
}

func (z *zstdFrame) block() (int64, error) {
	if z.last {
		return 0, io.EOF
	}
	head, err := z.peek(3)
	if err != nil {
		return 0, err
	}
	block := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
	size := 3 + int64(block>>3)
	if kind := block >> 1 & 3; kind == 1 { // RLE: one byte, repeated
		size = 3 + 1
	}
	if z.last = block&1 == 1; z.last && z.checksum {
		size += 4
	}
	return size, nil
}
