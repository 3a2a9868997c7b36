package modalias

import (
	"cmp"
	"strings"
)

// patternOrder is a list of patterns in the order of the index, each in two parts.
type patternOrder struct {
	heads []numbered // normalized, which keeps their lengths; by their patterns' places in the list
	tail  []int      // of each pattern of the list: its number in tails
	tails []tail     // distinct, in the order of the file
}

// sortPatterns splits patterns and puts them in order.
func sortPatterns(patterns []string) patternOrder {
	o := splitAll(patterns)
	sortTexts(o.heads, 0, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(o.tail[a.number], o.tail[b.number]),
			strings.Compare(patterns[a.number], patterns[b.number]), cmp.Compare(a.number, b.number))
	})
	return o
}

// appendIndex writes the index of some patterns: heads, parents, tail numbers,
// tails.
func (o *patternOrder) appendIndex(out []byte, patterns []string) []byte {
	heads, tail := make([]string, len(o.heads)), make([]int, len(o.heads))
	for i, head := range o.heads {
		heads[i], tail[i] = patterns[head.number][:len(head.text)], o.tail[head.number]
	}
	out = appendWords(out, heads)
	out = appendNumbers(out, parents(o.heads))
	out = appendNumbers(out, tail)
	return appendTails(out, o.tails)
}

// special begins what is not plain text in a pattern.
const special = `*?[\`

// plainLength returns how much of a pattern comes before the first such byte.
func plainLength(pattern string) int {
	for i := range special {
		if at := strings.IndexByte(pattern, special[i]); at >= 0 {
			pattern = pattern[:at]
		}
	}
	return len(pattern)
}

// splitAll splits patterns and leaves the heads in the order of the list.
func splitAll(patterns []string) patternOrder {
	o := patternOrder{heads: make([]numbered, len(patterns)), tail: make([]int, len(patterns))}
	texts := newDictionary(len(patterns) / 8)
	for i, pattern := range patterns {
		end := plainLength(pattern)
		o.heads[i] = numbered{text: normalize(pattern[:end]), number: i}
		o.tail[i] = texts.number(pattern[end:])
	}
	places := o.sortTails(texts.texts)
	for i, n := range o.tail {
		o.tail[i] = places[n]
	}
	return o
}

// tail is one tail and where its anchor is.
type tail struct {
	text     string
	from, to int
}

// sortTails sorts tails and returns the place of each.
func (o *patternOrder) sortTails(texts []string) []int {
	o.tails = make([]tail, len(texts))
	anchors, places := make([]numbered, len(texts)), make([]int, len(texts))
	for i, text := range texts {
		from, to := anchor(text)
		anchors[i] = numbered{text: normalize(text[from:to]), number: i}
	}
	sortTexts(anchors, 0, func(a, b numbered) int { return strings.Compare(texts[a.number], texts[b.number]) })
	for i, a := range anchors {
		text := texts[a.number]
		from, to := anchor(text)
		o.tails[i], places[a.number] = tail{text, from, to}, i
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
func parents(heads []numbered) []int {
	var list []int
	var open []int // the last patterns of their heads, each the beginning of the next
	for i, p := range heads {
		continued := 0
		for n := len(open) - 1; n >= 0; n-- {
			head := heads[open[n]].text
			if len(head) < len(p.text) && strings.HasPrefix(p.text, head) {
				break
			}
			if head == p.text {
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
