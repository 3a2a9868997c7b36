package modalias

import (
	"cmp"
	"slices"
	"strings"
)

// An Index finds which patterns of a fixed list match a key. It may be used by
// several goroutines at once.
//
// A pattern is its head, all that comes before its first special character,
// and its tail. The heads are in order, so that one binary search finds the
// last one that is not greater than the key; all heads that begin the key also
// begin that one, and are found from it backwards. Where many patterns have
// one head ("acpi", "of:N"), their tails are in the order of their anchors: an
// anchor is a text without wildcards that the rest of the key must contain.
type Index struct {
	heads   words    // of all patterns, ascending by compareText, then by anchor
	parents unfolded // of each block: see blockParent
	tail    unfolded // of each pattern: position in tails
	tails   tails

	order []int    // of each pattern: its position in given; nil: its own
	given []string // its patterns; nil in a table
}

// blockParent says where the heads are that begin a block's first one: the
// last shorter one is the one before parent, and where continued is set, the
// pattern before the block has the same head.
func (x *Index) blockParent(b int) (parent int, continued bool) {
	n := x.parents.at(b)
	return n / 2, n%2 == 1
}

// Hit is one pattern that matches.
type Hit struct {
	Pattern int // position in the list that the index was made of
	Verdict Verdict
}

// tails are the distinct tails, ascending by anchor, then by text.
type tails struct {
	texts   []string
	anchors []string // parts of the texts
}

// NewIndex makes an index of patterns, as [Match] reads them. It keeps the
// slice, which must not be changed afterwards.
func NewIndex(patterns []string) *Index {
	file, order := EncodeIndex(patterns)
	x := (&reader{in: file}).index()
	x.order, x.given = order, patterns
	return &x
}

// Pattern returns the pattern at a position of the list, as it was given.
func (x *Index) Pattern(i int) string { return x.given[i] }

// pattern returns the i-th pattern in the index's own order.
func (x *Index) pattern(i int) string {
	var buf [256]byte
	return string(append(x.heads.append(buf[:0], i), x.tailOf(i)...))
}

func (x *Index) tailOf(i int) string   { return x.tails.texts[x.tail[i]] }
func (x *Index) anchorOf(i int) string { return x.tails.anchors[x.tail[i]] }

// Lookup returns the patterns that match a key, in the order of the list.
func (x *Index) Lookup(key string) []Hit {
	hits := x.find(nil, key)
	for i := range hits {
		if x.order != nil {
			hits[i].Pattern = x.order[hits[i].Pattern]
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Compare(a.Pattern, b.Pattern) })
	return hits
}

// find appends the patterns that match, each once, numbered in the index's own
// order.
func (x *Index) find(hits []Hit, key string) []Hit {
	key = normalize(key)
	known, _, _ := strings.Cut(key, string(rune(Unknown)))
	s := search{x, key, known, hits}
	greater := s.heads()
	if len(known) < len(key) {
		s.unknownHeads(greater)
	}
	return s.hits
}

// text is what patterns are made of, in memory or in a file.
type text interface{ string | []byte }

// compareText compares what has no brackets in it as [normalize] would leave
// it.
func compareText[A, B text](a A, b B) int {
	n := 0
	if len(a) > 0 && len(b) > 0 && underscore(a[0]) == underscore(b[0]) { // mostly not
		n = commonText(a, b)
	}
	if n < len(a) && n < len(b) {
		return cmp.Compare(underscore(a[n]), underscore(b[n]))
	}
	return cmp.Compare(len(a), len(b))
}

// commonText returns how many bytes both begin with alike.
func commonText[A, B text](a A, b B) int {
	n := 0
	for n < len(a) && n < len(b) && (a[n] == b[n] || underscore(a[n]) == underscore(b[n])) {
		n++
	}
	return n
}

func underscore(c byte) byte {
	if c == '-' {
		return '_'
	}
	return c
}
