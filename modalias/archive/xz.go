package archive

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// xzStream ends behind the footer of one xz stream: header, blocks, index,
// footer (xz's doc/xz-file-format.txt). The footer's own mark is no help,
// because a stream may hold another one as it is: so do packages of .ko.xz.
type xzStream struct {
	measured
	check   int64 // size of a block's checksum
	data    int64 // of the block, so far
	numbers int64 // of the index, to come
	index   int64 // its size so far
}

// Sizes of the parts that never vary.
const (
	xzHeader = 12
	xzFooter = 12
	xzCRC    = 4
)

func newXZStream(in *bufio.Reader) *xzStream {
	x := &xzStream{measured: measured{in: in}}
	x.next = x.header
	return x
}

func (x *xzStream) header() (int64, error) {
	head, err := x.peek(xzHeader)
	if err != nil {
		return 0, err
	}
	if id := head[7] & 0xf; id > 0 { // 4 bytes for the first three kinds, twice that for each three more
		x.check = 4 << ((id - 1) / 3)
	}
	x.next = x.block
	return xzHeader, nil
}

// block measures a block's header, or goes on to the index, whose first byte
// is a header's size of zero.
func (x *xzStream) block() (int64, error) {
	head, err := x.peek(1)
	if err != nil {
		return 0, err
	}
	if head[0] == 0 {
		x.next, x.index = x.records, 1
		return 1, nil
	}
	x.next, x.data = x.chunk, 0
	return 4 * (int64(head[0]) + 1), nil
}

// chunk measures a part of a block's LZMA2 data. It begins with a control
// byte, and with sizes less one: of what is stored as it is, or of both forms,
// and perhaps one more byte for new properties.
func (x *xzStream) chunk() (size int64, err error) {
	head, err := x.peek(1)
	if err != nil {
		return 0, err
	}
	switch control := head[0]; {
	case control == 0: // the end; padding to four bytes and the checksum follow
		x.next = x.block
		return 1 + pad(x.data+1) + x.check, nil
	case control <= 2:
		size, err = x.sized(1, 3)
	case control >= 0xc0:
		size, err = x.sized(3, 6)
	case control >= 0x80:
		size, err = x.sized(3, 5)
	default:
		return 0, fmt.Errorf("%w: LZMA2 chunk of kind %#x", ErrFormat, control)
	}
	x.data += size
	return size, err
}

// sized returns a chunk's size: that of its head and the number at a place in
// it, plus one.
func (x *xzStream) sized(at, head int) (int64, error) {
	bytes, err := x.peek(head)
	if err != nil {
		return 0, err
	}
	return int64(head) + int64(binary.BigEndian.Uint16(bytes[at:])) + 1, nil
}

// records begins the index, with the number of its records. Each has two
// numbers.
func (x *xzStream) records() (int64, error) {
	count, size, err := x.number()
	if err != nil {
		return 0, err
	}
	x.numbers, x.next = 2*count, x.record
	return size, nil
}

// record measures one number, or what follows the last: padding to four bytes,
// a checksum and the footer.
func (x *xzStream) record() (int64, error) {
	if x.numbers == 0 {
		x.next = func() (int64, error) { return 0, io.EOF }
		return pad(x.index) + xzCRC + xzFooter, nil
	}
	x.numbers--
	_, size, err := x.number()
	return size, err
}

// number reads a number of the index: seven bits a byte, the lowest first, at
// most nine bytes.
func (x *xzStream) number() (value, size int64, err error) {
	for size < 9 {
		bytes, err := x.peek(int(size) + 1)
		if err != nil {
			return 0, 0, err
		}
		last := bytes[size]
		value |= int64(last&0x7f) << (7 * size)
		size++
		if last < 0x80 {
			x.index += size
			return value, size, nil
		}
	}
	return 0, 0, fmt.Errorf("%w: xz index", ErrFormat)
}
