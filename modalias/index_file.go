package modalias

// EncodeIndex returns an index of patterns as a [Table]'s file has it, for
// [ReadIndex], and the order of the patterns there: position i has the pattern
// at order[i] of the list.
func EncodeIndex(patterns []string) (file []byte, order []int) {
	parts, tails := sortPatterns(patterns)
	order = make([]int, len(parts))
	for i, p := range parts {
		order[i] = p.at
	}
	return appendIndex(nil, patterns, parts, tails), order
}

// ReadIndex opens what [EncodeIndex] made of patterns, which are given in its
// order: it costs a tenth of making it anew. It keeps both, which must not be
// changed afterwards. The error is [ErrDamaged] with what is wrong.
func ReadIndex(file []byte, patterns []string) (*Index, error) {
	r := &reader{in: file}
	x := r.index()
	if x.heads.count != len(patterns) {
		r.fail("%d patterns where the index has %d", len(patterns), x.heads.count)
	}
	if len(r.in) > 0 {
		r.fail("%d bytes behind the end", len(r.in))
	}
	if r.err != nil {
		return nil, r.err
	}
	x.given = patterns
	return &x, nil
}
