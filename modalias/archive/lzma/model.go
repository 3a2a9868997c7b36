package lzma

// model holds all probabilities. Where a size is not that of the specification
// it is the next power of two, so that a mask keeps an index inside.
type model struct {
	isMatch  [16 << 4]uint16 // by state and position: a match, no literal
	isRepeat [16]uint16      // by state: a match at one of the last four distances
	isOlder  [3][16]uint16   // by state: not at the last of them, not at the one before, …
	isLong   [16 << 4]uint16 // by state and position: of more than one byte
	lengths  lengthModel     // of matches at a new distance
	repeats  lengthModel     // of those at one of the last four
	slots    [4][64]uint16   // by length: a distance's size, in half powers of two
	middle   [128]uint16     // the other bits of a distance of slots 4 to 13
	align    [16]uint16      // the lowest four bits of a larger distance
	literals [1 << maxLiteralBits]literalModel
}

// lengthModel holds the probabilities of the length of a match.
type lengthModel struct {
	above [2]uint16     // more than 9 bytes, more than 17
	low   [16][8]uint16 // by position: 2 to 9
	mid   [16][8]uint16 // by position: 10 to 17
	high  [256]uint16   // 18 to 273
}

// literalModel holds the probabilities of a byte: of one behind another, and in
// two more parts those of one behind a match.
type literalModel [3 << 8]uint16

// reset makes all bits as probable as not; of literals those that p can choose.
func (m *model) reset(p properties) {
	even(m.isMatch[:], m.isRepeat[:], m.isLong[:], m.middle[:], m.align[:])
	for i := range m.isOlder {
		even(m.isOlder[i][:])
	}
	for i := range m.slots {
		even(m.slots[i][:])
	}
	for i := range 1 << (p.before + p.literal) {
		even(m.literals[i][:])
	}
	m.lengths.reset()
	m.repeats.reset()
}

func (l *lengthModel) reset() {
	even(l.above[:], l.high[:])
	for i := range l.low {
		even(l.low[i][:], l.mid[i][:])
	}
}

func even(sets ...[]uint16) {
	for _, probs := range sets {
		for i := range probs {
			probs[i] = probOne / 2
		}
	}
}
