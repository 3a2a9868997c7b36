package recommend

import "slices"

// A problem is the choice of modules on one platform, stripped to numbers.
//
// Its variables are builds: one kernel module as some extensions ship it. A
// clause is a set of builds of which at least one must be loaded. Every device
// is a clause from the start; a dependency becomes one as soon as a build that
// has it is chosen. Wanted is the smallest set of builds that satisfies every
// clause it opens; among those the one from fewest extensions; among those the
// one whose ascending list of build numbers is lexicographically first.
type problem struct {
	clauses [][]int // clause -> builds, ascending
	devices int     // the first clauses, those that are open from the start
	needs   [][]int // build -> dependency clauses that it opens
	rivals  [][]int // build -> other builds of the same module, of which only one can be loaded
	exts    [][]int // build -> extensions that ship it, ascending
	nexts   int     // number of extensions
}

// A solution is the builds to load, and the extension each one is taken from.
type solution struct {
	builds  []int // ascending
	exts    []int // extension of each build
	bound   int   // no set is smaller than this
	nodes   int   // of the search tree
	optimal bool  // proven, tie-breaks included
}

// unlimited is a limit that nothing reaches.
const unlimited = 1 << 30

// nodeBudget is how many nodes of its search tree one platform may cost. It is
// a number and no time, so that the answer is the same on every machine.
const nodeBudget = 200_000

// solve returns the best solution that it finds within budget nodes of the
// search tree, and whether that is proven to be the best there is. It returns
// false where no set of builds satisfies the clauses.
//
// It asks one question again and again: is there a solution within these
// limits? First fewer and fewer modules, then fewer extensions, then each
// build in turn: can it be part of such a solution?
func (p *problem) solve(budget int) (solution, bool) {
	s := newSearch(p, budget)
	s.reduce()
	best, answer := s.find(unlimited, unlimited, nil)
	if answer != yes {
		return solution{nodes: s.nodes}, false
	}
	bound := s.rootBound()
	best, answer = s.shrink(best, bound)
	optimal := answer == no
	if optimal {
		bound = len(best)
		best, optimal = s.breakTies(best)
	}
	_, exts := p.fewestExtensions(best)
	return solution{builds: best, exts: exts, bound: bound, nodes: s.nodes, optimal: optimal}, true
}

// shrink looks for smaller and smaller sets until there is none: the answer is
// no where that is proven.
func (s *search) shrink(best []int, bound int) ([]int, answer) {
	for len(best) > bound {
		smaller, answer := s.find(len(best)-1, unlimited, nil)
		if answer != yes {
			return best, answer
		}
		best = smaller
	}
	return best, no
}

// breakTies keeps the number of builds and settles the rest: fewest
// extensions, then the lexicographically first list.
func (s *search) breakTies(best []int) ([]int, bool) {
	modules := len(best)
	count, _ := s.p.fewestExtensions(best)
	for count > 1 {
		fewer, answer := s.find(modules, count-1, nil)
		if answer == gaveUp {
			return best, false
		}
		if answer == no {
			break
		}
		best = fewer
		count, _ = s.p.fewestExtensions(best)
	}
	return s.first(best, count)
}

// first returns the lexicographically first set of len(best) builds from count
// extensions. Builds are settled in ascending order, so every refusal of one
// holds for the rest of the search.
func (s *search) first(best []int, count int) ([]int, bool) {
	var fixed []int
	for build := 0; build < len(s.p.needs) && len(fixed) < len(best); build++ {
		if s.fate[build] == out {
			continue
		}
		if !slices.Contains(best, build) {
			found, answer := s.find(len(best), count, append(fixed, build))
			if answer == gaveUp {
				return best, false
			}
			if answer == no {
				s.fate[build] = out
				continue
			}
			best = found
		}
		fixed = append(fixed, build)
	}
	return best, true
}
