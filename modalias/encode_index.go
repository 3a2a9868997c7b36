package modalias

import (
	"cmp"
	"slices"
	"strings"
)

// appendIndex writes an index of patterns: heads, parents, tail numbers, tails.
// order is where in the list each pattern of the index was.
func appendIndex(out []byte, patterns []string) (_ []byte, order []int) {
	parts := splitAll(patterns)
	tails := numberTails(parts)
	slices.SortFunc(parts, func(a, b split) int {
		return cmp.Or(strings.Compare(a.normal, b.normal), cmp.Compare(a.number, b.number),
			strings.Compare(a.head, b.head), cmp.Compare(a.at, b.at))
	})
	order = make([]int, len(parts))
	heads, numbers := make([]string, len(parts)), make([]int, len(parts))
	for i, p := range parts {
		order[i], heads[i], numbers[i] = p.at, p.head, p.number
	}
	out = appendWords(out, heads)
	out = appendNumbers(out, parents(parts))
	out = appendNumbers(out, numbers)
	return appendTails(out, tails), order
}

// split is a pattern in two parts.
type split struct {
	head, tail string
	normal     string // the head, normalized
	number     int    // of the tail
	at         int    // place in the list
}

// special begins what is not plain text in a pattern.
const special = `*?[\`

func splitAll(patterns []string) []split {
	parts := make([]split, len(patterns))
	for i, pattern := range patterns {
		end := strings.IndexAny(pattern, special)
		if end < 0 {
			end = len(pattern)
		}
		head := pattern[:end]
		parts[i] = split{head: head, tail: pattern[end:], normal: normalize(head), at: i}
	}
	return parts
}

// tail is one tail and where its anchor is.
type tail struct {
	text     string
	from, to int
	normal   string // the anchor, normalized
}

// numberTails returns the distinct tails in the order of the file, and numbers
// those of the patterns.
func numberTails(parts []split) []tail {
	numbers := map[string]int{}
	var tails []tail
	for i := range parts {
		text := parts[i].tail
		if _, found := numbers[text]; !found {
			numbers[text] = 0
			from, to := anchor(text)
			tails = append(tails, tail{text, from, to, normalize(text[from:to])})
		}
	}
	slices.SortFunc(tails, func(a, b tail) int {
		return cmp.Or(strings.Compare(a.normal, b.normal), strings.Compare(a.text, b.text))
	})
	for i := range tails {
		numbers[tails[i].text] = i
	}
	for i := range parts {
		parts[i].number = numbers[parts[i].tail]
	}
	return tails
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
	var ends, from, to []int
	for _, t := range tails {
		text = append(text, t.text...)
		ends, from, to = append(ends, len(text)), append(from, t.from), append(to, t.to)
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
