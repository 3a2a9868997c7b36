package modalias

import (
	"fmt"
	"strings"
)

// EncodeIndex returns an index of patterns as a [Table]'s file has it, for
// [ReadIndex], and the order of the patterns there: position i has the pattern
// at order[i] of the list.
func EncodeIndex(patterns []string) (file []byte, order []int) {
	sorted := sortPatterns(patterns)
	order = make([]int, len(patterns))
	for i, head := range sorted.heads {
		order[i] = head.number
	}
	return sorted.appendIndex(nil, patterns), order
}

// ReadIndex opens what [EncodeIndex] made: it costs a tenth of making it anew.
// Its patterns are in the order of the file, which it keeps and which must not
// be changed afterwards. The error is [ErrDamaged] with what is wrong.
func ReadIndex(file []byte) (*Index, error) {
	r := &reader{in: file}
	x := r.index()
	if len(r.in) > 0 {
		r.fail("%d bytes behind the end", len(r.in))
	}
	if r.err != nil {
		return nil, r.err
	}
	if x.given = x.patterns(); len(x.given) < x.heads.count {
		return nil, fmt.Errorf("%w: more than %d bytes of patterns", ErrDamaged, maxText)
	}
	return &x, nil
}

// Patterns returns the list that the index is of. It must not be changed.
func (x *Index) Patterns() []string { return x.given }

// patterns puts all patterns together, in the index's own order, as parts of one
// string of at most maxText bytes.
func (x *Index) patterns() []string {
	size, i := 0, 0
	x.heads.each(func(head []byte) {
		size += len(head) + len(x.tailOf(i))
		i++
	})
	if size > maxText {
		return nil
	}
	var text strings.Builder
	text.Grow(size)
	list := make([]string, 0, x.heads.count)
	x.heads.each(func(head []byte) {
		start := text.Len()
		text.Write(head)
		text.WriteString(x.tailOf(len(list)))
		list = append(list, text.String()[start:])
	})
	return list
}
