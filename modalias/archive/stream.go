package archive

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
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

// xzStream ends behind the footer of one xz stream. Its parts have multiples
// of four bytes; the footer is CRC-32, size, flags and "YZ" (xz's
// doc/xz-file-format.txt, section 2.1.2).
type xzStream struct {
	in   *bufio.Reader
	tail [12]byte
	done bool
}

func (x *xzStream) Read(p []byte) (n int, err error) {
	for !x.done && len(p)-n >= 4 {
		word := p[n : n+4]
		if _, err := io.ReadFull(x.in, word); err != nil {
			return n, io.ErrUnexpectedEOF
		}
		n += 4
		copy(x.tail[:], x.tail[4:])
		copy(x.tail[8:], word)
		x.done = x.tail[10] == 'Y' && x.tail[11] == 'Z' &&
			crc32.ChecksumIEEE(x.tail[4:10]) == binary.LittleEndian.Uint32(x.tail[:])
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// zstdFrame ends behind one zstd frame: a header, blocks that tell their size,
// perhaps a checksum (RFC 8878, section 3.1.1).
type zstdFrame struct {
	in       *bufio.Reader
	left     int64 // bytes until the next block header
	begun    bool
	last     bool // the last block has been seen
	checksum bool
}

func (z *zstdFrame) Read(p []byte) (int, error) {
	if z.left == 0 {
		if err := z.next(); err != nil {
			return 0, err
		}
	}
	n, err := z.in.Read(p[:min(int64(len(p)), z.left)])
	z.left -= int64(n)
	if err == io.EOF {
		err = ErrTruncated
	}
	return n, err
}

// next measures the header or the next block.
func (z *zstdFrame) next() error {
	if !z.begun {
		return z.header()
	}
	if z.last {
		return io.EOF
	}
	head, err := z.in.Peek(3)
	if err != nil {
		return ErrTruncated
	}
	block := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
	size := int64(block >> 3)
	if kind := block >> 1 & 3; kind == 1 { // RLE: one byte, repeated
		size = 1
	}
	z.left = 3 + size
	if z.last = block&1 == 1; z.last && z.checksum {
		z.left += 4
	}
	return nil
}

func (z *zstdFrame) header() error {
	head, _ := z.in.Peek(zstd.HeaderMaxSize)
	var h zstd.Header
	if err := h.Decode(head); err != nil {
		return truncated(err) // an EOF in the first bytes would pass for an empty stream
	}
	z.begun, z.left, z.checksum = true, int64(h.HeaderSize), h.HasCheckSum
	return nil
}
