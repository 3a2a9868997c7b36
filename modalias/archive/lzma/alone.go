package lzma

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"io"
)

// Alone decompresses a file of the old form, .lzma: a header and one stream,
// which tells its size there or has a mark at its end.
type Alone struct {
	decoder
	in   *bufio.Reader
	tail [2 * maxSymbol]byte // the end of the input, with zeros behind it
	left int64               // to decompress, in bytes; unknownSize before a mark
	err  error               // what Next says behind the last piece
}

// headerSize is the size of a file's header, in bytes: properties, the
// dictionary's size, the content's size.
const headerSize = 13

// unknownSize stands in the header of a file that has a mark at its end.
const unknownSize = -1

// NewAlone reads the header of a file. It fails with [ErrDictionary] where that
// asks for a dictionary of more bytes than given; the memory that is taken is
// no more than the content needs. Nothing behind the file is taken from in,
// whose buffer must have 32 bytes.
func NewAlone(in *bufio.Reader, dictionary int) (*Alone, error) {
	var head [headerSize + rangeHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, early(err)
	}
	p, err := parseProperties(head[0])
	if err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head[1:])
	if int64(size) > int64(dictionary) {
		return nil, ErrDictionary
	}
	z := &Alone{in: in, left: int64(binary.LittleEndian.Uint64(head[5:]))}
	if z.left < unknownSize {
		return nil, ErrCorrupt
	}
	z.window.reset(int(size))
	z.renew(p)
	z.input.in = head[headerSize:]
	return z, z.input.begin()
}

// Next returns the next piece of the content, valid until the next call, and
// [io.EOF] behind the last.
func (z *Alone) Next() ([]byte, error) {
	var piece []byte
	for z.err == nil && len(piece) == 0 {
		if z.left == 0 {
			z.err = z.close()
		} else {
			piece, z.err = z.piece()
		}
	}
	if len(piece) > 0 {
		return piece, nil
	}
	return nil, z.err
}

// maxPiece is the most that Next returns, in bytes.
const maxPiece = 64 << 10

// piece decodes what there is input and room for, perhaps nothing. With the
// last piece before a mark comes io.EOF.
func (z *Alone) piece() ([]byte, error) {
	w := &z.window
	room := int64(maxPiece)
	if z.left != unknownSize {
		room = min(z.left, maxPiece)
	}
	most := w.room(int(room))
	from := w.pos
	switch err := z.take(from + most); {
	case err == errEnd && z.left == unknownSize:
		return w.buf[from:w.pos], z.finish()
	case err == errEnd:
		return nil, ErrCorrupt
	case err != nil:
		return nil, err
	case z.left != unknownSize:
		z.left -= int64(w.pos - from)
	}
	return w.buf[from:w.pos], nil
}

// take decodes from the input that is there, at least one symbol.
func (z *Alone) take(limit int) error {
	head, err := z.in.Peek(maxSymbol)
	switch {
	case err == nil:
		head, _ = z.in.Peek(z.in.Buffered())
		z.input.in = head
	case err == io.EOF:
		clear(z.tail[copy(z.tail[:], head):])
		z.input.in = z.tail[:len(head)+maxSymbol]
	default:
		return err
	}
	z.input.at = 0
	err = z.decode(limit)
	if z.input.at > len(head) {
		return io.ErrUnexpectedEOF
	}
	z.in.Discard(z.input.at)
	return err
}

// close reads the end of the file, io.EOF if it is one. There may be a mark
// though the size is known.
func (z *Alone) close() error {
	w := &z.window
	if w.pending > 0 {
		return ErrCorrupt
	}
	if err := z.finish(); err != ErrCorrupt {
		return err
	}
	w.room(1)
	if err := z.take(w.pos + 1); err != errEnd {
		return cmp.Or(err, ErrCorrupt)
	}
	return z.finish()
}

// finish takes the last byte of a stream, at whose end nothing is left.
func (z *Alone) finish() error {
	c := &z.input.coder
	if c.size < rangeTop {
		last, err := z.in.ReadByte()
		if err != nil {
			return early(err)
		}
		*c = coder{size: c.size << 8, code: c.code<<8 | int64(last)}
	}
	if c.code != 0 {
		return ErrCorrupt
	}
	return io.EOF
}
