package lzma

import (
	"encoding/binary"
	"io"
)

// LZMA2 decompresses what blocks of .xz files hold: chunks that tell their
// sizes, of LZMA or stored as they are. The zero value waits for Reset; its
// memory serves one stream after the other. It is not for several goroutines
// at once.
type LZMA2 struct {
	decoder
	in     io.Reader
	head   [5]byte
	stored bool  // the chunk
	left   int   // of the chunk, decompressed, in bytes
	least  byte  // kind of an LZMA chunk that can come now
	err    error // what Next says from now on
}

// The kinds of chunks, from their first byte. Those of LZMA have the highest
// five bits of their size in it, and each does what the one before does too.
const (
	chunkEnd       = 0x00
	chunkStoredNew = 0x01 // with an empty dictionary
	chunkStored    = 0x02
	chunkLZMA      = 0x80
	chunkRenewed   = 0xa0 // with probabilities as at the beginning
	chunkSet       = 0xc0 // with other properties
	chunkNew       = 0xe0 // with an empty dictionary
)

// Reset begins a stream whose dictionary has that many bytes. Nothing behind
// the stream's end will be read.
func (z *LZMA2) Reset(in io.Reader, dictionary int) {
	z.in, z.left, z.least, z.err = in, 0, chunkNew, nil
	z.window.reset(dictionary)
}

// Next returns the next piece of what the stream holds, valid until the next
// call, and [io.EOF] behind the last.
func (z *LZMA2) Next() (piece []byte, err error) {
	if z.err == nil {
		piece, z.err = z.piece()
	}
	return piece, z.err
}

func (z *LZMA2) piece() ([]byte, error) {
	if z.left == 0 {
		if err := z.chunk(); err != nil {
			return nil, err
		}
	}
	w := &z.window
	room := w.room(z.left)
	from := w.pos
	if err := z.fill(room); err != nil {
		return nil, err
	}
	z.left -= w.pos - from
	if z.left == 0 && !z.stored && (w.pending > 0 || !z.input.finished()) {
		return nil, ErrCorrupt
	}
	return w.buf[from:w.pos], nil
}

// fill decodes as much of the chunk as there is room for.
func (z *LZMA2) fill(room int) error {
	w := &z.window
	end := w.pos + room
	if z.stored {
		_, err := io.ReadFull(z.in, w.buf[w.pos:end])
		w.pos = end
		return early(err)
	}
	if err := z.decode(end); err != nil || w.pos < end {
		return ErrCorrupt // with an end mark, or without enough input
	}
	return nil
}

// chunk reads the beginning of the next chunk, and all of it if it is of LZMA.
func (z *LZMA2) chunk() error {
	head, err := z.read(1)
	if err != nil {
		return err
	}
	kind := head[0]
	switch {
	case kind == chunkEnd:
		return io.EOF
	case kind == chunkStoredNew:
		z.least = chunkSet
		z.window.empty()
	case kind == chunkStored && z.least < chunkNew:
	case kind >= chunkLZMA && kind >= z.least:
		return z.compressed(kind)
	default:
		return ErrCorrupt
	}
	if head, err = z.read(2); err != nil {
		return err
	}
	z.stored, z.left = true, number(head)
	return nil
}

// compressed reads a chunk of LZMA behind its first byte.
func (z *LZMA2) compressed(kind byte) error {
	head, err := z.read(4)
	if err != nil {
		return err
	}
	z.stored, z.left = false, int(kind&0x1f)<<16+number(head)
	size := number(head[2:])
	p := z.properties
	if kind >= chunkSet {
		if head, err = z.read(1); err != nil {
			return err
		}
		if p, err = parseProperties(head[0]); err != nil {
			return err
		}
	}
	if kind >= chunkRenewed {
		z.renew(p)
	}
	if kind >= chunkNew {
		z.window.empty()
	}
	z.least = chunkLZMA
	return z.load(size)
}

// load reads the input of a chunk and begins with it.
func (z *LZMA2) load(size int) error {
	in := &z.input
	if in.in == nil {
		in.in = make([]byte, 1<<16+maxSymbol)
	}
	in.in = in.in[:size+maxSymbol]
	if _, err := io.ReadFull(z.in, in.in[:size]); err != nil {
		return early(err)
	}
	clear(in.in[size:])
	return in.begin()
}

// read returns the next n bytes, valid until the next call.
func (z *LZMA2) read(n int) ([]byte, error) {
	_, err := io.ReadFull(z.in, z.head[:n])
	return z.head[:n], early(err)
}

// number is a size, stored less one.
func number(b []byte) int { return int(binary.BigEndian.Uint16(b)) + 1 }
