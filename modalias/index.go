package modalias

import (
	"slices"
	"sort"
	"strings"
)

// An Index finds which patterns of a fixed list match a key. It may be used by
// several goroutines at once.
type Index struct {
	entries  []entry  // ordered by prefix
	patterns []string // as they were given
}

// entry is one pattern: all that comes before its first wildcard, and whether
// anything follows.
type entry struct {
	prefix  string
	pattern string
	number  int
}

// Hit is one pattern that matches.
type Hit struct {
	Pattern int // position in the list that the index was made of
	Verdict Verdict
}

// NewIndex makes an index of patterns, as [Match] reads them. It keeps the
// slice, which must not be changed afterwards.
func NewIndex(patterns []string) *Index {
	x := &Index{entries: make([]entry, len(patterns)), patterns: patterns}
	for i, pattern := range patterns {
		pattern = normalize(pattern)
		x.entries[i] = entry{prefix: literal(pattern), pattern: pattern, number: i}
	}
	slices.SortFunc(x.entries, func(a, b entry) int { return strings.Compare(a.prefix, b.prefix) })
	return x
}

// literal is what a pattern begins with before its first special character.
func literal(pattern string) string {
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// Pattern returns the pattern at a position of the list, as it was given.
func (x *Index) Pattern(i int) string { return x.patterns[i] }

// Lookup returns the patterns that match a key, in the order of the list.
func (x *Index) Lookup(key string) []Hit {
	key = normalize(key)
	var hits []Hit
	x.each(x.entries, key, 0, func(e *entry) {
		if verdict := match(e.pattern, key); verdict != No {
			hits = append(hits, Hit{e.number, verdict})
		}
	})
	slices.SortFunc(hits, func(a, b Hit) int { return a.Pattern - b.Pattern })
	return hits
}

// each visits the entries whose prefix can begin the key. All of entries agree
// with the key up to depth; one more byte splits them by binary search.
func (x *Index) each(entries []entry, key string, depth int, visit func(*entry)) {
	for len(entries) > 0 {
		done := sort.Search(len(entries), func(i int) bool { return len(entries[i].prefix) > depth })
		for i := range entries[:done] {
			visit(&entries[i])
		}
		entries = entries[done:]
		if depth == len(key) || len(entries) == 0 {
			return
		}
		if key[depth] == Unknown {
			x.eachByte(entries, key, depth, visit)
			return
		}
		entries = withByte(entries, depth, key[depth])
		depth++
	}
}

// eachByte follows every digit that an unknown one could be.
func (x *Index) eachByte(entries []entry, key string, depth int, visit func(*entry)) {
	for _, digit := range []byte(digits) {
		x.each(withByte(entries, depth, digit), key, depth+1, visit)
	}
}

// withByte returns the run of entries that have c at depth.
func withByte(entries []entry, depth int, c byte) []entry {
	from := sort.Search(len(entries), func(i int) bool { return entries[i].prefix[depth] >= c })
	entries = entries[from:]
	to := sort.Search(len(entries), func(i int) bool { return entries[i].prefix[depth] > c })
	return entries[:to]
}
