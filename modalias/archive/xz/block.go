package xz

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"

	"github.com/modscout/modscout/modalias/archive/lzma"
)

// blockHeader is what a block says of itself. Sizes are in bytes.
type blockHeader struct {
	size       uint64 // of the header
	compressed uint64 // of the compressed data, unknown where it does not say
	content    uint64 // likewise
	dictionary int64
	filters    []*stage // in the order in which they were applied
}

const unknown = math.MaxUint64

// openBlock reads a block's header behind its first byte, and begins with the
// block.
func (d *Decoder) openBlock(first byte) error {
	head := d.head[:4*(int(first)+1)]
	head[0] = first
	if _, err := io.ReadFull(&d.in, head[1:]); err != nil {
		return err
	}
	end := len(head) - 4
	if !sealed(head[:end], head[end:]) {
		return damaged("block header")
	}
	var err error
	if d.block, err = parseBlock(head[1:end]); err != nil {
		return err
	}
	if d.block.dictionary > int64(d.dictionary) {
		return lzma.ErrDictionary
	}
	d.check.Reset()
	d.open, d.content, d.in.n = true, 0, 0
	d.block.size = uint64(len(head))
	d.lzma2.Reset(&d.in, int(d.block.dictionary))
	return nil
}

// parseBlock takes a header apart (3.1), without the size at its beginning and
// the checksum at its end.
func parseBlock(head []byte) (blockHeader, error) {
	b := blockHeader{compressed: unknown, content: unknown}
	flags, f := head[0], fields{rest: head[1:]}
	if flags&0x3c != 0 {
		return b, unsupported("block flags %#x", flags)
	}
	if flags&0x40 != 0 {
		b.compressed = f.number()
	}
	if flags&0x80 != 0 {
		b.content = f.number()
	}
	for range flags & 3 {
		next, err := newFilter(f.number(), f.bytes(f.number()))
		if err != nil {
			return b, err
		}
		b.filters = append(b.filters, &stage{filter: next})
	}
	id, properties := f.number(), f.bytes(f.number())
	if f.bad || len(bytes.Trim(f.rest, "\x00")) > 0 {
		return b, damaged("block header")
	}
	if id != idLZMA2 || len(properties) != 1 || properties[0] > 40 {
		return b, unsupported("filter %#x %x", id, properties)
	}
	b.dictionary = dictionarySize(properties[0])
	return b, nil
}

// dictionarySize is that of LZMA2's properties, in bytes (5.3.1): 2 or 3 times
// a power of two.
func dictionarySize(bits byte) int64 {
	return min(int64(2|bits&1)<<(bits/2+11), math.MaxUint32)
}

// closeBlock verifies what follows a block's data: padding and checksum.
func (d *Decoder) closeBlock() error {
	b, compressed := &d.block, uint64(d.in.n)
	if b.compressed != unknown && b.compressed != compressed || b.content != unknown && b.content != d.content {
		return damaged("size of a block")
	}
	padding := int(-compressed & 3)
	tail := d.head[:padding+d.check.size]
	if _, err := io.ReadFull(&d.in, tail); err != nil {
		return err
	}
	if len(bytes.Trim(tail[:padding], "\x00")) > 0 {
		return damaged("padding of a block")
	}
	d.blocks.add(b.size+compressed+uint64(d.check.size), d.content)
	return d.check.verify(tail[padding:])
}

// fields takes numbers (1.2) and bytes from the front of a header. Where that
// is too short they are 0 and empty, and it is bad.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) number() uint64 {
	value, n := binary.Uvarint(f.rest)
	if n <= 0 || value > math.MaxInt64 {
		f.bad = true
		return 0
	}
	f.rest = f.rest[n:]
	return value
}

func (f *fields) bytes(n uint64) []byte {
	if n > uint64(len(f.rest)) {
		f.bad = true
		return nil
	}
	taken := f.rest[:n]
	f.rest = f.rest[n:]
	return taken
}
