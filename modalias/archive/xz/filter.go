package xz

import (
	"encoding/binary"
	"math/bits"
)

// The filters that are known here (5.3).
const (
	idDelta = 0x03
	idX86   = 0x04
	idLZMA2 = 0x21
)

// filter undoes in place what was done to make data compress better. It returns
// how much of its input that is; the rest comes again, with more behind it.
type filter interface {
	undo(data []byte) int
}

// newFilter returns the filter of an id, with its properties.
func newFilter(id uint64, properties []byte) (filter, error) {
	switch {
	case id == idDelta && len(properties) == 1:
		return &delta{distance: int(properties[0]) + 1}, nil
	case id == idX86 && len(properties) == 0:
		return &x86{}, nil
	case id == idX86 && len(properties) == 4:
		return &x86{at: binary.LittleEndian.Uint32(properties)}, nil
	}
	return nil, unsupported("filter %#x %x", id, properties)
}

// stage is a filter and the memory that it works in: the dictionary must stay
// as it is.
type stage struct {
	filter
	buf  []byte
	done int // of buf, handed out
}

// next returns what comes of more data; all of it at the end.
func (s *stage) next(data []byte, end bool) []byte {
	kept := copy(s.buf, s.buf[s.done:])
	s.buf = append(s.buf[:kept], data...)
	if s.done = s.undo(s.buf); end {
		s.done = len(s.buf)
	}
	return s.buf[:s.done]
}

// filter undoes all filters of the block, the one that was applied last first.
func (d *Decoder) filter(data []byte, end bool) []byte {
	for i := len(d.block.filters) - 1; i >= 0; i-- {
		data = d.block.filters[i].next(data, end)
	}
	return data
}

// delta holds differences to the byte at a distance before (5.3.3).
type delta struct {
	distance int
	last     [256]byte // by position
	at       int
}

func (f *delta) undo(data []byte) int {
	for i := range data {
		data[i] += f.last[(f.at-f.distance)&0xff]
		f.last[f.at&0xff] = data[i]
		f.at++
	}
	return len(data)
}

// x86 holds the targets of near calls and jumps (5.3.2) as addresses instead
// of distances, which are the same wherever a function is called from. Data may
// look like a call, so the filter takes only those whose operand is below 16
// MiB in size, which its highest byte shows, and of calls that would lie over
// each other not all. The rule is known by its implementations only: Bra86.c
// of the LZMA SDK and the kernel's lib/xz/xz_dec_bcj.c.
type x86 struct {
	at     uint32 // address of the next byte
	passed uint8  // a bit for each of the last three bytes, the last one lowest: a call that was not taken
}

// callSize is the size of a call or jump: an opcode and four bytes.
const callSize = 5

func (f *x86) undo(data []byte) (done int) {
	for done+callSize <= len(data) {
		step := 1
		switch {
		case data[done]&0xfe != 0xe8:
			f.passed = f.passed << 1 & 7
		case f.undoCall(data[done+1 : done+callSize]):
			f.passed, step = 0, callSize
		default:
			f.passed = f.passed<<1&7 | 1
		}
		done += step
		f.at += uint32(step)
	}
	return done
}

// undoCall makes the operand of a call at f.at a distance, if it was changed.
func (f *x86) undoCall(operand []byte) bool {
	back := bits.Len8(f.passed) // bytes to the call before, 0 where there is none
	if bits.OnesCount8(f.passed) > 1 || !extends(operand[3]) || back > 0 && extends(operand[3-back]) {
		return false
	}
	behind := f.at + callSize
	value := binary.LittleEndian.Uint32(operand) - behind
	// The call before has its highest byte in this operand. It was not taken
	// in the original either, so that byte must not look as if it had been.
	if low := 32 - 8*back; back > 0 && extends(byte(value>>(low-8))) {
		value = value ^ (1<<low - 1) - behind
	}
	binary.LittleEndian.PutUint32(operand, uint32(int32(value<<7)>>7)) // 25 bits with their sign
	return true
}

// extends says whether a byte is but the sign of the number below it.
func extends(b byte) bool { return b == 0 || b == 0xff }
