package recommend

import "slices"

// fewestExtensions returns how many extensions must be installed to have all
// builds, and for each build the one to take it from. Of several smallest sets
// it is the lexicographically first, and each build comes from its first
// extension of the set.
func (p *problem) fewestExtensions(builds []int) (int, []int) {
	set := p.extensionSet(builds)
	from := make([]int, len(builds))
	for i, build := range builds {
		list := p.exts[build]
		from[i] = list[slices.IndexFunc(list, func(ext int) bool { return slices.Contains(set, ext) })]
	}
	return len(set), from
}

// extensionSet is the smallest set of extensions that ships all builds. Most
// builds come from one extension only; what those leave open is again a
// problem of the same kind, with extensions for builds and no dependencies.
func (p *problem) extensionSet(builds []int) []int {
	var set []int
	for _, build := range builds {
		if list := p.exts[build]; len(list) == 1 && !slices.Contains(set, list[0]) {
			set = append(set, list[0])
		}
	}
	cover := &problem{needs: make([][]int, p.nexts), rivals: make([][]int, p.nexts)}
	for _, build := range builds {
		if !meets(p.exts[build], set) {
			cover.clauses = append(cover.clauses, p.exts[build])
		}
	}
	if cover.devices = len(cover.clauses); cover.devices > 0 {
		set = append(set, cover.smallest()...)
	}
	return set
}

// smallest is solve without ties over extensions, dependencies and a budget.
func (p *problem) smallest() []int {
	s := newSearch(p, unlimited)
	best, _ := s.find(unlimited, unlimited, nil)
	best, _ = s.shrink(best, s.rootBound())
	best, _ = s.first(best, unlimited)
	return best
}

// meets says whether a and b have an element in common.
func meets(a, b []int) bool {
	return slices.ContainsFunc(a, func(x int) bool { return slices.Contains(b, x) })
}
