package modalias

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// numbered is a text on its way into order, and its number before.
type numbered struct {
	text   string
	chunk  uint64 // what is compared now
	number int
}

// sortTexts sorts texts that all begin with the same bytes, from many; equal ones
// are in the order of ties. It compares one chunk of all texts before it looks at
// the next: many begin alike, and to compare whole ones would mean to read the
// beginning again each time.
func sortTexts(list []numbered, from int, ties func(a, b numbered) int) {
	for takeChunks(list, from) && len(list[0].text) > from+chunkSize {
		from += chunkSize
	}
	slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.chunk, b.chunk) })
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].chunk == list[0].chunk {
			n++
		}
		switch same := list[:n]; {
		case n == 1:
		case len(same[0].text) <= from+chunkSize:
			slices.SortFunc(same, ties)
		case n < fewTexts:
			slices.SortFunc(same, func(a, b numbered) int {
				return cmp.Or(strings.Compare(a.text[from:], b.text[from:]), ties(a, b))
			})
		default:
			sortTexts(same, from+chunkSize, ties)
		}
		list = list[n:]
	}
}

const (
	chunkSize = 7 // bytes of a text that are compared at once
	fewTexts  = 8 // are compared as a whole
)

// takeChunks takes the next chunk of all texts, and says whether it is the same.
func takeChunks(list []numbered, from int) (same bool) {
	for i := range list {
		list[i].chunk = chunkOf(list[i].text[from:])
		same = list[i].chunk == list[0].chunk && (same || i == 0)
	}
	return same
}

// chunkOf returns the first bytes of a text, and behind them how many there are,
// so that a text comes before those that it begins.
func chunkOf(text string) uint64 {
	var chunk [chunkSize + 1]byte
	copy(chunk[:chunkSize], text)
	chunk[chunkSize] = byte(min(len(text), chunkSize+1))
	return binary.BigEndian.Uint64(chunk[:])
}

// dictionary numbers texts as they come. The zero dictionary is empty.
type dictionary struct {
	texts   []string
	numbers map[string]int
	last    int
}

func newDictionary(size int) *dictionary {
	return &dictionary{texts: make([]string, 0, size), numbers: make(map[string]int, size)}
}

// number returns the number of a text, a new one where it has none.
func (d *dictionary) number(text string) int {
	if len(d.texts) > 0 && d.texts[d.last] == text {
		return d.last // as with most tails
	}
	n, found := d.numbers[text]
	if !found {
		n = len(d.texts)
		d.numbers[text] = n
		d.texts = append(d.texts, text)
	}
	d.last = n
	return n
}
