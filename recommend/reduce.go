package recommend

import "slices"

// reduce rules out, for the whole search, builds that another one replaces in
// every solution without making it worse: it satisfies at least the same
// clauses, needs no more, comes from at least the same extensions, its number
// is smaller, and no third build stands in its way.
func (s *search) reduce() {
	satisfies := s.p.satisfies()
	for build := range s.fate {
		for other := range build {
			if s.fate[other] != out && s.p.replaces(other, build, satisfies) {
				s.fate[build] = out
				break
			}
		}
	}
}

// satisfies lists for every build the clauses that hold it, ascending.
func (p *problem) satisfies() [][]int {
	lists := make([][]int, len(p.needs))
	for clause, builds := range p.clauses {
		for _, build := range builds {
			lists[build] = append(lists[build], clause)
		}
	}
	return lists
}

func (p *problem) replaces(other, build int, satisfies [][]int) bool {
	return subset(p.rivals[other], []int{build}) &&
		subset(satisfies[build], satisfies[other]) &&
		subset(p.needs[other], p.needs[build]) &&
		subset(p.exts[build], p.exts[other])
}

// subset says whether every element of a is in b; both are ascending.
func subset(a, b []int) bool {
	if len(a) > len(b) {
		return false
	}
	for _, x := range a {
		i, found := slices.BinarySearch(b, x)
		if !found {
			return false
		}
		b = b[i+1:]
	}
	return true
}
