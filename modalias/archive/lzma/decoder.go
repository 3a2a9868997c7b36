package lzma

import "errors"

// decoder turns bits into literals and matches, and these into bytes.
type decoder struct {
	input  rangeDecoder
	window window
	model  model
	properties
	state     uint32    // what the last symbols were
	distances [4]uint32 // of the last four matches, less one, the last one first
}

// In these states the last symbol was a literal, in others a match.
const lastLiteral = 6

// The states after a match, after one at an old distance and after one of a
// single byte: where a literal was before it, and where another match was.
var (
	afterMatch  = [2]uint32{7, 10}
	afterRepeat = [2]uint32{8, 11}
	afterByte   = [2]uint32{9, 11}
)

// afterLiteral is by the state before.
var afterLiteral = [16]uint32{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5}

// errEnd is the mark at the end of an LZMA stream, a match at a distance that
// there cannot be.
var errEnd = errors.New("end mark")

const endMark = 0xffffffff

// renew forgets what was, except for the window.
func (d *decoder) renew(p properties) {
	d.properties = p
	d.model.reset(p)
	d.state = 0
	d.distances = [4]uint32{}
}

// decode decodes symbols until the window is filled up to limit or the input
// has less than maxSymbol bytes. Where the stream has a mark at its end, that
// is errEnd.
func (d *decoder) decode(limit int) error {
	w := &d.window
	if w.pending > 0 {
		w.repeat(d.distances[0], w.pending, limit)
	}
	for last := len(d.input.in) - maxSymbol; w.pos < limit && d.input.at <= last; {
		position := uint32(w.position()) & (1<<d.match - 1)
		if !d.input.bit(&d.model.isMatch[(d.state<<4|position)&0xff]) {
			d.decodeLiteral()
			continue
		}
		length := d.decodeMatch(position)
		if !w.reaches(d.distances[0]) {
			if d.distances[0] == endMark {
				return errEnd
			}
			return ErrCorrupt
		}
		w.repeat(d.distances[0], length, limit)
	}
	return nil
}

func (d *decoder) decodeLiteral() {
	w, before := &d.window, uint32(0)
	if w.position() > 0 {
		before = uint32(w.at(0))
	}
	position := uint32(w.position()) & (1<<d.literal - 1)
	probs := &d.model.literals[(position<<d.before|before>>(8-d.before))&(1<<maxLiteralBits-1)]
	if d.state <= lastLiteral {
		w.buf[w.pos] = d.input.literal(probs)
	} else {
		w.buf[w.pos] = d.input.unlike(probs, w.at(d.distances[0]))
	}
	w.pos++
	d.state = afterLiteral[d.state&15]
}

// decodeMatch decodes the length of a match and puts its distance before the
// others.
func (d *decoder) decodeMatch(position uint32) (length int) {
	in, m, state := &d.input, &d.model, d.state&15
	before := 0
	if state > lastLiteral {
		before = 1
	}
	if !in.bit(&m.isRepeat[state]) {
		d.state = afterMatch[before]
		length = in.length(&m.lengths, position)
		d.recall(3)
		d.distances[0] = in.distance(m, length)
		return length
	}
	switch {
	case !in.bit(&m.isOlder[0][state]):
		if !in.bit(&m.isLong[state<<4|position]) {
			d.state = afterByte[before]
			return 1
		}
	case !in.bit(&m.isOlder[1][state]):
		d.recall(1)
	case !in.bit(&m.isOlder[2][state]):
		d.recall(2)
	default:
		d.recall(3)
	}
	d.state = afterRepeat[before]
	return in.length(&m.repeats, position)
}

// recall makes one of the last distances the last one.
func (d *decoder) recall(n int) {
	distance := d.distances[n&3]
	copy(d.distances[1:], d.distances[:n&3])
	d.distances[0] = distance
}

// length decodes the length of a match, in bytes.
func (r *rangeDecoder) length(l *lengthModel, position uint32) int {
	switch {
	case !r.bit(&l.above[0]):
		return 2 + int(r.tree(l.low[position&15][:]))
	case !r.bit(&l.above[1]):
		return 10 + int(r.tree(l.mid[position&15][:]))
	}
	return 18 + int(r.tree(l.high[:]))
}

// distance decodes a new distance, less one, of a match of that length. A slot
// gives the two highest bits and how many follow.
func (r *rangeDecoder) distance(m *model, length int) uint32 {
	slot := r.tree(m.slots[min(length-2, 3)][:])
	if slot < 4 {
		return slot
	}
	bits := slot/2 - 1
	base := (2 | slot&1) << bits
	if slot < 14 {
		return base + r.reverse(m.middle[base-slot:], bits)
	}
	return base + r.direct(bits-4)<<4 + r.reverse(m.align[:], 4)
}
