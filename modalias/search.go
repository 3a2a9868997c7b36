package modalias

import "strings"

// search is one lookup in an index.
type search struct {
	*Index
	key   string // normalized
	known string // what comes before its first unknown byte
	hits  []Hit
}

// run is a run of patterns, from first to before end, that have one head.
type run struct{ first, end, length int }

// heads visits all patterns whose head begins what is known of the key, the
// last ones first. It returns the position of the first head that is greater.
func (s *search) heads() (greater int) {
	var buf [blockSize]run
	limit := s.Index.heads.count
	for b := s.lastBlock(s.known, false, 0, len(s.Index.heads.blocks)); b >= 0; {
		runs, end := s.scan(buf[:0], b, s.known, limit)
		greater = max(greater, end)
		parent, continued := s.blockParent(b)
		for i := len(runs) - 1; i >= 0; i-- {
			r := runs[i]
			if continued && r.first == b*blockSize {
				r.first = s.begin(r)
			}
			s.visit(r)
			limit = r.first
		}
		limit = min(limit, b*blockSize, parent) // a damaged file must not lead in circles
		b = (limit+blockSize-1)/blockSize - 1
	}
	return greater
}

// begin finds where a run begins that reaches back over its block.
func (s *search) begin(r run) int {
	head := s.key[:r.length]
	end, step := r.first/blockSize, 1
	for end > step && compareText(s.Index.heads.first(end-step), head) == 0 {
		end, step = end-step, 2*step // most runs are short
	}
	b := s.lastBlock(head, true, max(0, end-step), end)
	if b < 0 {
		return 0
	}
	var buf [blockSize]run
	runs, first := s.scan(buf[:0], b, head, s.Index.heads.count)
	if n := len(runs); n > 0 && runs[n-1].length == r.length {
		first = runs[n-1].first
	}
	return min(first, r.first)
}

// lastBlock returns the last block from low to before high whose first head is
// not greater than text, or with smaller set, is smaller; the one before low is
// none. The heads between two share with text what both do, which needs no
// comparison.
func (s *search) lastBlock(text string, smaller bool, low, high int) int {
	lowSame, highSame := 0, 0
	for low < high {
		mid := int(uint(low+high) / 2)
		head := s.Index.heads.first(mid)
		same := min(lowSame, highSame, len(head))
		same += commonText(head[same:], text[same:])
		if c := compareText(head[same:], text[same:]); c < 0 || c == 0 && !smaller {
			low, lowSame = mid+1, same
		} else {
			high, highSame = mid, same
		}
	}
	return low - 1
}

// scan appends the runs of block b whose head begins text, and returns the
// position of the first head that is greater, all before limit.
func (s *search) scan(runs []run, b int, text string, limit int) ([]run, int) {
	block := s.Index.heads.block(b)
	same := 0 // bytes that the head shares with text
	i, end := b*blockSize, min((b+1)*blockSize, limit)
	for ; i < end; i++ {
		shared, rest, after, ok := next(block)
		if !ok {
			break
		}
		block = after
		if shared > same {
			continue // it differs from text where the one before did
		}
		same = shared + commonText(rest, text[shared:])
		length := shared + len(rest)
		if same < length && (same == len(text) || underscore(rest[same-shared]) > text[same]) {
			break
		}
		if same < length {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].length == length {
			runs[n-1].end = i + 1
		} else {
			runs = append(runs, run{i, i + 1, length})
		}
	}
	return runs, i
}

// unknownHeads visits the patterns from one position on whose heads reach into
// the unknown part of the key and could begin it.
func (s *search) unknownHeads(from int) {
	for b := from / blockSize; b < len(s.Index.heads.blocks); b++ {
		block := s.Index.heads.block(b)
		same := 0
		for i := b * blockSize; i < min((b+1)*blockSize, s.Index.heads.count); i++ {
			shared, rest, after, ok := next(block)
			if !ok {
				return
			}
			block = after
			if shared <= same {
				same = shared + couldShare(rest, s.key[shared:])
			}
			switch {
			case i < from:
			case same < len(s.known):
				return // past all that begin with what is known
			case same == shared+len(rest):
				s.try(i, s.key[same:], false)
			}
		}
	}
}

// couldShare is commonText for a key with unknown bytes.
func couldShare(head []byte, key string) int {
	n := 0
	for n < len(head) && n < len(key) {
		c := underscore(head[n])
		if c != key[n] && !(key[n] == Unknown && strings.IndexByte(digits, c) >= 0) || c == Unknown {
			break
		}
		n++
	}
	return n
}

// try compares what follows a head with the tail of pattern i. Unless the head
// is certain, the answer is at most [Possible].
func (s *search) try(i int, rest string, certain bool) {
	tail := normalize(s.tailOf(i))
	switch {
	case certain && glob(tail, rest, false):
		s.hits = append(s.hits, Hit{i, Certain})
	case len(s.known) < len(s.key) && glob(tail, rest, true):
		s.hits = append(s.hits, Hit{i, Possible})
	}
}

// few is how many patterns are compared one by one.
const few = 4

// visit compares the patterns of a run, of which the head begins the key.
func (s *search) visit(r run) {
	rest := s.key[r.length:]
	if r.end-r.first > few && len(s.known) == len(s.key) {
		s.visitAnchored(r, rest)
		return
	}
	for i := r.first; i < r.end; i++ {
		s.try(i, rest, true)
	}
}

// visitAnchored compares the patterns of a run whose anchor occurs in rest.
func (s *search) visitAnchored(r run, rest string) {
	for r.first < r.end && s.anchorOf(r.first) == "" {
		s.try(r.first, rest, true)
		r.first++
	}
	if r.first == r.end {
		return
	}
	var buf [16]uint64
	tried := bits(buf[:])
	if need := (r.end-r.first)/64 + 1; need > len(buf) {
		tried = make(bits, need)
	}
	low, high := anchorByte(s.anchorOf(r.first)), anchorByte(s.anchorOf(r.end-1))
	for at := range len(rest) {
		if low <= rest[at] && rest[at] <= high {
			s.visitAt(r, rest, at, tried)
		}
	}
}

func anchorByte(anchor string) byte {
	if anchor == "" {
		return 0
	}
	return underscore(anchor[0])
}

// visitAt compares the patterns of a run whose anchor occurs in rest at one
// place. They are found as heads are: from the last that is not greater
// backwards, with what the two have in common.
func (s *search) visitAt(r run, rest string, at int, tried bits) {
	for text := rest[at:]; text != ""; {
		i := s.lastAnchor(r, text)
		if i < r.first {
			return
		}
		anchor := s.anchorOf(i)
		same := commonText(anchor, text)
		if same < len(anchor) {
			text, r.end = text[:same], i
			continue
		}
		for ; i >= r.first && compareText(s.anchorOf(i), anchor) == 0; i-- {
			if tried.set(i - r.first) {
				s.try(i, rest, true)
			}
		}
		text, r.end = text[:max(same-1, 0)], i+1
	}
}

// lastAnchor returns the last pattern of a run whose anchor is not greater
// than text; one before the first is none.
func (s *search) lastAnchor(r run, text string) int {
	low, high := r.first, r.end
	for low < high {
		mid := int(uint(low+high) / 2)
		if compareText(s.anchorOf(mid), text) <= 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low - 1
}

// bits is a set of small numbers.
type bits []uint64

// set puts n in and says whether it is new.
func (b bits) set(n int) bool {
	old := b[n/64]
	b[n/64] |= 1 << (n % 64)
	return old != b[n/64]
}
