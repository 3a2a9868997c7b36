package recommend

import "slices"

// answer is what a search found out.
type answer uint8

const (
	yes    answer = iota
	no            // proven
	gaveUp        // the node budget is spent
)

// fate is what is decided about a build.
type fate uint8

const (
	free fate = iota
	in
	out
)

// A search is branch and bound over one problem.
type search struct {
	p      *problem
	fate   []fate  // decided for the whole search
	forced [][]int // build -> itself and the builds that it cannot be loaded without
	nodes  int
	budget int
	frames []frame // scratch, one a level
	bound  boundScratch
}

// A frame is the state at one node of the search tree.
type frame struct {
	fate   []fate
	open   []int  // clauses that no chosen build satisfies yet
	opened []bool // clauses that were opened here or above
	chosen int
}

func newSearch(p *problem, budget int) *search {
	s := &search{p: p, fate: make([]fate, len(p.needs)), budget: budget}
	s.forced = make([][]int, len(p.needs))
	for build := range s.forced {
		s.forced[build] = p.forcedBy(build)
	}
	s.bound = newBoundScratch(p)
	return s
}

// forcedBy returns build and, through dependencies that only one build can
// satisfy, all that it forces.
func (p *problem) forcedBy(build int) []int {
	list := []int{build}
	for i := 0; i < len(list); i++ {
		for _, clause := range p.needs[list[i]] {
			if only := p.clauses[clause]; len(only) == 1 && !slices.Contains(list, only[0]) {
				list = append(list, only[0])
			}
		}
	}
	return list
}

// find looks for a solution of at most modules builds from at most extensions
// extensions that contains fixed.
func (s *search) find(modules, extensions int, fixed []int) ([]int, answer) {
	top := s.root()
	for _, build := range fixed {
		if top.fate[build] == out {
			return nil, no
		}
		s.choose(top, build)
	}
	return s.descend(0, modules, extensions)
}

// root returns the state before anything is decided by branching: all devices
// are open.
func (s *search) root() *frame {
	f := s.frame(0)
	copy(f.fate, s.fate)
	clear(f.opened)
	f.open, f.chosen = f.open[:0], 0
	for clause := range s.p.devices {
		f.open = append(f.open, clause)
	}
	return f
}

// descend searches below the node whose state is frame depth.
func (s *search) descend(depth, modules, extensions int) ([]int, answer) {
	if s.nodes >= s.budget {
		return nil, gaveUp
	}
	s.nodes++
	f := s.frame(depth)
	if !s.propagate(f) || f.chosen > modules {
		return nil, no
	}
	if len(f.open) == 0 {
		return s.leaf(f, extensions)
	}
	if modules < unlimited && f.chosen+s.moduleBound(f) > modules {
		return nil, no
	}
	if extensions < unlimited && s.extensionBound(f) > extensions {
		return nil, no
	}
	for _, build := range s.branches(f) {
		next := s.frame(depth + 1)
		f = s.frame(depth) // growing the frames may have moved it
		f.copyTo(next)
		s.choose(next, build)
		found, answer := s.descend(depth+1, modules, extensions)
		if answer != no {
			return found, answer
		}
		f = s.frame(depth)
		f.fate[build] = out
	}
	return nil, no
}

// leaf is a node without open clauses: its chosen builds are a solution if
// they come from few enough extensions.
func (s *search) leaf(f *frame, extensions int) ([]int, answer) {
	var builds []int
	for build, fate := range f.fate {
		if fate == in {
			builds = append(builds, build)
		}
	}
	if extensions < unlimited {
		if count, _ := s.p.fewestExtensions(builds); count > extensions {
			return nil, no
		}
	}
	return builds, yes
}

// choose puts a build in and opens the clauses of its dependencies.
func (s *search) choose(f *frame, build int) {
	if f.fate[build] == in {
		return
	}
	f.fate[build] = in
	f.chosen++
	for _, rival := range s.p.rivals[build] {
		f.fate[rival] = out
	}
	for _, clause := range s.p.needs[build] {
		if !f.opened[clause] {
			f.opened[clause] = true
			f.open = append(f.open, clause)
		}
	}
}

// propagate closes satisfied clauses and chooses what has no alternative,
// until nothing changes. It returns false where a clause cannot be satisfied.
func (s *search) propagate(f *frame) bool {
	for changed := true; changed; {
		changed = false
		kept := 0
		for i := 0; i < len(f.open); i++ { // choose appends to f.open
			clause := f.open[i]
			live, only, satisfied := f.inspect(s.p.clauses[clause])
			switch {
			case satisfied:
				continue
			case live == 0:
				return false
			case live == 1:
				s.choose(f, only)
				changed = true
				continue
			}
			f.open[kept] = clause
			kept++
		}
		f.open = f.open[:kept]
	}
	return true
}

// inspect counts the builds of a clause that are still free, names the last of
// them, and says whether a chosen build satisfies the clause.
func (f *frame) inspect(builds []int) (live, only int, satisfied bool) {
	for _, build := range builds {
		switch f.fate[build] {
		case in:
			return 0, 0, true
		case free:
			live++
			only = build
		}
	}
	return live, only, false
}

// branches returns the free builds of the open clause that has fewest, those
// that satisfy most open clauses first.
func (s *search) branches(f *frame) []int {
	count := s.bound.count
	clear(count)
	best, fewest := -1, unlimited
	for _, clause := range f.open {
		live := 0
		for _, build := range s.p.clauses[clause] {
			if f.fate[build] == free {
				live++
				count[build]++
			}
		}
		if live < fewest {
			best, fewest = clause, live
		}
	}
	var list []int
	for _, build := range s.p.clauses[best] {
		if f.fate[build] == free {
			list = append(list, build)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int {
		if c := count[b] - count[a]; c != 0 {
			return c
		}
		return len(s.forced[a]) - len(s.forced[b])
	})
	return list
}

// frame returns the scratch of one level.
func (s *search) frame(depth int) *frame {
	for len(s.frames) <= depth {
		s.frames = append(s.frames, frame{
			fate:   make([]fate, len(s.p.needs)),
			opened: make([]bool, len(s.p.clauses)),
		})
	}
	return &s.frames[depth]
}

func (f *frame) copyTo(next *frame) {
	copy(next.fate, f.fate)
	copy(next.opened, f.opened)
	next.open = append(next.open[:0], f.open...)
	next.chosen = f.chosen
}
