package lzma

import "encoding/binary"

// A probability is that of a zero, in 2048ths. It goes a 32nd of the way
// towards each bit that is decoded with it.
const (
	probBits = 11
	probOne  = 1 << probBits
	probMove = 5
)

// rangeTop is where a range has become too small to be divided.
const rangeTop = 1 << 24

// maxSymbol is more than one symbol takes of the input, in bytes: a match has
// at most 22 bits with a probability, each of which may take a byte, and 26
// without, of which every eighth does.
const maxSymbol = 32

// rangeDecoder gives the bits that bytes were made of. Those of its methods
// that decode several keep the coder in a local variable meanwhile, which the
// compiler has in registers. A symbol expects maxSymbol bytes in the input.
type rangeDecoder struct {
	in []byte
	coder
}

// coder is where a rangeDecoder is in its input.
type coder struct {
	at   int   // of the next byte
	size int64 // of the range
	code int64 // in the range
}

// rangeHead is what a stream begins with, in bytes: a zero and the first code.
const rangeHead = 5

// begin starts at the beginning of the input, which has more than rangeHead
// bytes.
func (r *rangeDecoder) begin() error {
	r.coder = coder{at: rangeHead, size: 0xffffffff, code: int64(binary.BigEndian.Uint32(r.in[1:]))}
	if r.in[0] != 0 {
		return ErrCorrupt
	}
	return nil
}

// finished says whether a stream ends here: at the end of the input, with
// nothing left.
func (r *rangeDecoder) finished() bool {
	r.coder = r.refill(r.in)
	return r.code == 0 && r.at == len(r.in)-maxSymbol
}

// refill takes another byte where the range has become small.
func (c coder) refill(in []byte) coder {
	if c.size < rangeTop {
		return coder{c.at + 1, c.size << 8, c.code<<8 | int64(in[c.at])}
	}
	return c
}

// split decodes one bit after a refill and adapts its probability. It does not
// branch: a processor would guess these bits wrongly too often.
func (c coder) split(prob *uint16) (next coder, bit uint64) {
	p := int64(*prob)
	bound := c.size >> probBits * p // the range of a zero
	c.size -= bound                 // that of a one
	c.code -= bound
	zero := c.code >> 63 // all bits set for a zero, none for a one
	c.size += (bound - c.size) & zero
	c.code += bound & zero
	*prob = uint16(p - (p-zero&(probOne-1<<probMove+1))>>probMove) // towards 0 or probOne
	return c, uint64(1 + zero)
}

// bit decodes a bit on which the caller branches anyway.
func (r *rangeDecoder) bit(prob *uint16) bool {
	c := &r.coder
	if c.size < rangeTop {
		c.code = c.code<<8 | int64(r.in[c.at])
		c.size <<= 8
		c.at++
	}
	bound := c.size >> probBits * int64(*prob)
	if c.code < bound {
		c.size = bound
		*prob += (probOne - *prob) >> probMove
		return false
	}
	c.size -= bound
	c.code -= bound
	*prob -= *prob >> probMove
	return true
}

// tree decodes a number below len(probs), a power of two, the highest bit
// first. The bits that are known choose the probability of the next.
func (r *rangeDecoder) tree(probs []uint16) uint32 {
	in, c, bit := r.in, r.coder, uint64(0)
	node := uint64(1)
	for node < uint64(len(probs)) {
		c, bit = c.refill(in).split(&probs[node])
		node = node<<1 | bit
	}
	r.coder = c
	return uint32(node) - uint32(len(probs))
}

// reverse decodes a number of some bits, the lowest first.
func (r *rangeDecoder) reverse(probs []uint16, bits uint32) (number uint32) {
	in, c, bit := r.in, r.coder, uint64(0)
	node := uint64(1)
	for i := range bits {
		c, bit = c.refill(in).split(&probs[node])
		node = node<<1 | bit
		number |= uint32(bit) << i
	}
	r.coder = c
	return number
}

// direct decodes a number of some bits that are as often one as zero.
func (r *rangeDecoder) direct(bits uint32) (number uint32) {
	in, c := r.in, r.coder
	for range bits {
		c = c.refill(in)
		c.size >>= 1
		c.code -= c.size
		zero := c.code >> 63
		c.code += c.size & zero
		number = number<<1 + uint32(1+zero)
	}
	r.coder = c
	return number
}

// literal decodes a byte.
func (r *rangeDecoder) literal(probs *literalModel) byte {
	in, c, bit := r.in, r.coder, uint64(0)
	node := uint64(1)
	for node < 0x100 {
		c, bit = c.refill(in).split(&probs[node])
		node = node<<1 | bit
	}
	r.coder = c
	return byte(node)
}

// unlike decodes a byte that comes instead of the one which the last match
// would have gone on with. As long as its bits are those of that byte, there
// are other probabilities for each bit that might follow there.
func (r *rangeDecoder) unlike(probs *literalModel, match byte) byte {
	in, c, bit := r.in, r.coder, uint64(0)
	node, expected, same := uint64(1), uint64(match), uint64(0x100)
	for node < 0x100 {
		expected <<= 1
		side := expected & same // 0x100 where the next bit is expected to be a one
		c, bit = c.refill(in).split(&probs[same+side+node])
		node = node<<1 | bit
		same &= side ^ (bit - 1)
	}
	r.coder = c
	return byte(node)
}
