package recommend

import "slices"

// unit is the cost of one module or extension in the arithmetic of the bounds:
// it can be shared by up to 16 without a remainder.
const unit = 720720

// boundScratch is memory that every node reuses.
type boundScratch struct {
	count   []int // build -> open clauses that it satisfies
	share   []int // build -> candidates that cannot be loaded without it
	slack   []int // build -> cost that no clause has claimed yet
	ext     []int // extension -> cost that no clause has claimed yet
	counts  []int // clause -> free builds
	order   []int // open clauses
	seen    []int // build -> the stamp of the last visit; extSeen likewise
	extSeen []int
	stamp   int
}

func newBoundScratch(p *problem) boundScratch {
	n := len(p.needs)
	return boundScratch{
		count: make([]int, n), share: make([]int, n), slack: make([]int, n), seen: make([]int, n),
		ext: make([]int, p.nexts), extSeen: make([]int, p.nexts), counts: make([]int, len(p.clauses)),
	}
}

// moduleBound returns how many further modules a solution below this node
// needs at least.
//
// It is dual ascent on the linear relaxation: every open clause claims as much
// cost as the cheapest of its candidates has left. The cost of a candidate is
// one module, plus its part of every module that it forces, which all
// candidates that force it share.
func (s *search) moduleBound(f *frame) int {
	b := &s.bound
	order := s.openByChoice(f)
	s.priceCandidates(f)
	total := 0
	for _, clause := range order {
		least := unlimited
		for _, build := range s.p.clauses[clause] {
			if f.fate[build] == free {
				least = min(least, b.slack[build])
			}
		}
		if least == 0 {
			continue
		}
		total += least
		for _, build := range s.p.clauses[clause] {
			b.slack[build] -= least
		}
	}
	return (total + unit - 1) / unit
}

// priceCandidates fills slack with the cost of every free candidate.
func (s *search) priceCandidates(f *frame) {
	b := &s.bound
	clear(b.share)
	s.eachCandidate(f, func(build int) {
		for _, other := range s.forced[build] {
			b.share[other]++
		}
	})
	s.eachCandidate(f, func(build int) {
		cost := 0
		for _, other := range s.forced[build] {
			if f.fate[other] != in {
				cost += unit / b.share[other]
			}
		}
		b.slack[build] = cost
	})
}

// eachCandidate calls visit once for every free build of an open clause.
func (s *search) eachCandidate(f *frame, visit func(build int)) {
	b := &s.bound
	b.stamp++
	for _, clause := range f.open {
		for _, build := range s.p.clauses[clause] {
			if f.fate[build] == free && b.seen[build] != b.stamp {
				b.seen[build] = b.stamp
				visit(build)
			}
		}
	}
}

// openByChoice returns the open clauses, those with fewest free builds first.
func (s *search) openByChoice(f *frame) []int {
	b := &s.bound
	b.order = append(b.order[:0], f.open...)
	for _, clause := range b.order {
		b.counts[clause], _, _ = f.inspect(s.p.clauses[clause])
	}
	slices.SortFunc(b.order, func(x, y int) int {
		if c := b.counts[x] - b.counts[y]; c != 0 {
			return c
		}
		return x - y
	})
	return b.order
}

// extensionBound returns how many extensions a solution below this node needs
// at least, by the same ascent over extensions.
func (s *search) extensionBound(f *frame) int {
	b := &s.bound
	for ext := range b.ext {
		b.ext[ext] = unit
	}
	paid := 0
	for build, fate := range f.fate {
		if fate == in && len(s.p.exts[build]) == 1 && b.ext[s.p.exts[build][0]] != 0 {
			b.ext[s.p.exts[build][0]] = 0
			paid++
		}
	}
	total := 0
	for build, fate := range f.fate {
		if fate == in {
			total += s.claimExtensions(f, []int{build}, in)
		}
	}
	for _, clause := range s.openByChoice(f) {
		total += s.claimExtensions(f, s.p.clauses[clause], free)
	}
	return paid + (total+unit-1)/unit
}

// claimExtensions claims what the cheapest extension of these builds has left
// from all of them, and returns it.
func (s *search) claimExtensions(f *frame, builds []int, want fate) int {
	b := &s.bound
	least := unit
	for _, build := range builds {
		if f.fate[build] == want {
			for _, ext := range s.p.exts[build] {
				least = min(least, b.ext[ext])
			}
		}
	}
	if least == 0 {
		return 0
	}
	b.stamp++
	for _, build := range builds {
		if f.fate[build] == want {
			s.chargeOnce(s.p.exts[build], least)
		}
	}
	return least
}

// chargeOnce takes cost from each extension that this stamp has not charged.
func (s *search) chargeOnce(exts []int, cost int) {
	b := &s.bound
	for _, ext := range exts {
		if b.extSeen[ext] != b.stamp {
			b.extSeen[ext] = b.stamp
			b.ext[ext] -= cost
		}
	}
}

// rootBound is the module bound before anything is decided by branching.
func (s *search) rootBound() int {
	f := s.root()
	if !s.propagate(f) {
		return 0
	}
	return f.chosen + s.moduleBound(f)
}
