package modalias

import (
	"cmp"
	"slices"
	"strings"
)

// appendIndex writes the index of some patterns, of which parts and tails are
// what sortPatterns returned: heads, parents, tail numbers, tails.
func appendIndex(out []byte, patterns []string, parts []split, tails []tail) []byte {
	heads, numbers := make([]string, len(parts)), make([]int, len(parts))
	for i, p := range parts {
		heads[i], numbers[i] = patterns[p.at][:len(p.normal)], p.tail
	}
	out = appendWords(out, heads)
	out = appendNumbers(out, parents(parts))
	out = appendNumbers(out, numbers)
	return appendTails(out, tails)
}

// sortPatterns splits patterns, and returns them in the order of the index, and
// the distinct tails in that of the file.
func sortPatterns(patterns []string) ([]split, []tail) {
	parts, tails := splitAll(patterns)
	slices.SortFunc(parts, func(a, b split) int {
		if c := strings.Compare(a.normal, b.normal); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.tail, b.tail), strings.Compare(patterns[a.at], patterns[b.at]), cmp.Compare(a.at, b.at))
	})
	return parts, tails
}

// split is a pattern in two parts.
type split struct {
	normal string // the head, normalized, which keeps its length
	tail   int    // number of the rest
	at     int    // place in the list
}

// special begins what is not plain text in a pattern.
const special = `*?[\`

// tail is one tail and where its anchor is.
type tail struct {
	text     string
	from, to int
	normal   string // the anchor, normalized
	number   int    // in the order in which they were found
}

// splitAll splits patterns and returns the distinct tails in the order of the
// file.
func splitAll(patterns []string) ([]split, []tail) {
	parts := make([]split, len(patterns))
	numbers := map[string]int{}
	var tails []tail
	for i, pattern := range patterns {
		end := strings.IndexAny(pattern, special)
		if end < 0 {
			end = len(pattern)
		}
		text := pattern[end:]
		n, found := numbers[text]
		if !found {
			n = len(tails)
			numbers[text] = n
			tails = append(tails, newTail(text, n))
		}
		parts[i] = split{normal: normalize(pattern[:end]), tail: n, at: i}
	}
	places := sortTails(tails)
	for i := range parts {
		parts[i].tail = places[parts[i].tail]
	}
	return parts, tails
}

func newTail(text string, number int) tail {
	from, to := anchor(text)
	return tail{text, from, to, normalize(text[from:to]), number}
}

// sortTails sorts tails and returns the new place of each.
func sortTails(tails []tail) []int {
	slices.SortFunc(tails, func(a, b tail) int {
		if c := strings.Compare(a.normal, b.normal); c != 0 {
			return c
		}
		return strings.Compare(a.text, b.text)
	})
	places := make([]int, len(tails))
	for i := range tails {
		places[tails[i].number] = i
	}
	return places
}

// anchor finds the longest text between wildcards, the first of those. What
// follows a bracket or an escape is not looked at.
func anchor(tail string) (from, to int) {
	start := 0
	for {
		size := strings.IndexAny(tail[start:], special)
		end := start + size
		if size < 0 {
			end = len(tail)
		}
		if end-start > to-from {
			from, to = start, end
		}
		if end == len(tail) || tail[end] == '[' || tail[end] == '\\' {
			return from, to
		}
		start = end + 1
	}
}

func appendTails(out []byte, tails []tail) []byte {
	var text []byte
	ends, from, to := make([]int, len(tails)), make([]int, len(tails)), make([]int, len(tails))
	for i, t := range tails {
		text = append(text, t.text...)
		ends[i], from[i], to[i] = len(text), t.from, t.to
	}
	out = appendSums(appendBytes(out, text), ends)
	return appendNumbers(appendNumbers(out, from), to)
}

// parents returns for each block what [Index.blockParent] reads.
func parents(parts []split) []int {
	var list []int
	var open []int // the last patterns of their heads, each the beginning of the next
	for i, p := range parts {
		continued := 0
		for n := len(open) - 1; n >= 0; n-- {
			head := parts[open[n]].normal
			if len(head) < len(p.normal) && strings.HasPrefix(p.normal, head) {
				break
			}
			if head == p.normal {
				continued = 1
			}
			open = open[:n]
		}
		if i%blockSize == 0 {
			parent := 0
			if len(open) > 0 {
				parent = open[len(open)-1] + 1
			}
			list = append(list, 2*parent+continued)
		}
		open = append(open, i)
	}
	return list
}
