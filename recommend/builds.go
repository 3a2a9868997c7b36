package recommend

import (
	"cmp"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// A build is one module file as one or several extensions ship it, with the
// same dependencies and driving the same devices: for the solver it is one
// choice.
type build struct {
	name, file string
	needs      []string
	serves     []int // findings, ascending
	offers     []int // one an extension, by extension id
}

// same says whether two builds of a module are one choice.
func (b *build) same(other build) bool {
	return b.file == other.file && slices.Equal(b.needs, other.needs) && slices.Equal(b.serves, other.serves)
}

// solve chooses the modules.
func (e *evaluation) solve() {
	builds := e.builds()
	p, exts := e.problem(builds, e.drivable())
	answer, ok := p.solve(nodeBudget)
	if !ok {
		e.settleConflicts()
		builds = e.builds()
		p, exts = e.problem(builds, e.drivable())
		answer, _ = p.solve(nodeBudget)
	}
	for i, number := range answer.builds {
		e.chosen = append(e.chosen, builds[number].from(e, exts[answer.exts[i]]))
	}
	e.proof = plan.Proof{Optimal: answer.optimal, Modules: len(e.chosen), LowerBound: answer.bound, Nodes: answer.nodes}
	e.assign()
}

// builds collects the modules that compete for a device, and all that they may
// need, in the order of their file names.
func (e *evaluation) builds() []build {
	serves := map[int][]int{}
	var names []string
	for i := range e.findings {
		for _, offer := range e.findings[i].choices {
			serves[offer] = append(serves[offer], i)
			names = append(names, e.module(offer).Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var list []build
	for i := 0; i < len(names); i++ {
		for _, b := range e.buildsOf(names[i], serves) {
			list = append(list, b)
			for _, need := range b.needs {
				if !slices.Contains(names, need) {
					names = append(names, need)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b build) int {
		return cmp.Or(strings.Compare(a.file, b.file), strings.Compare(a.name, b.name), a.offers[0]-b.offers[0])
	})
	return list
}

// buildsOf groups the usable offers of one module.
func (e *evaluation) buildsOf(name string, serves map[int][]int) []build {
	var list []build
	for _, offer := range e.named[name] {
		if !e.usable(offer) {
			continue
		}
		b := build{name: name, file: e.module(offer).File, needs: e.needs[offer], serves: serves[offer]}
		i := slices.IndexFunc(list, b.same)
		if i < 0 {
			i = len(list)
			list = append(list, b)
		}
		list[i].offers = append(list[i].offers, offer)
	}
	return list
}

// drivable returns the findings that modules compete for.
func (e *evaluation) drivable() []int {
	var list []int
	for i := range e.findings {
		if len(e.findings[i].choices) > 0 {
			list = append(list, i)
		}
	}
	return list
}

// settleConflicts is for extensions that ship different builds of a module, of
// which only one can be loaded. Where that leaves no way to drive every
// device, those that matter least make do with their next best candidates, and
// have no driver where there are none. Of devices with the same choices one
// settles it for all: a tree may have thousands.
func (e *evaluation) settleConflicts() {
	var kept []int
	for _, importance := range []string{plan.Boot, plan.Wanted, plan.Optional} {
		for _, i := range e.drivable() {
			f := &e.findings[i]
			alike := func(k int) bool { return slices.Equal(e.findings[k].choices, f.choices) }
			if f.Importance == importance && !slices.ContainsFunc(kept, alike) && e.settle(f, append(slices.Clip(kept), i)) {
				kept = append(kept, i)
			}
		}
	}
}

// settle finds the best tier of a device that leaves a way to drive all of
// findings, it among them; false where it has lost its driver.
func (e *evaluation) settle(f *finding, findings []int) bool {
	for len(f.choices) > 0 {
		p, _ := e.problem(e.builds(), findings)
		if _, answer := newSearch(p, nodeBudget).find(unlimited, unlimited, nil); answer == yes {
			return true
		}
		f.dropTier("another build of it, or of a module that it needs, drives more here")
	}
	e.lose(f, "another build of its driver, or of a module that this needs, drives more here")
	return false
}

// dropTier takes the competing candidates out and lets the next best compete.
func (f *finding) dropTier(why string) {
	for i := range f.candidates {
		if c := &f.candidates[i]; c.competes() {
			c.reject = why
		}
	}
	keepBest(f.candidates)
	f.choices = competing(f.candidates)
}

// problem numbers findings, builds and extensions for the solver. The second
// result gives the extensions' ids by number.
func (e *evaluation) problem(builds []build, findings []int) (*problem, []string) {
	p := &problem{needs: make([][]int, len(builds)), rivals: make([][]int, len(builds)), exts: make([][]int, len(builds))}
	number := map[string][]int{}
	var exts []string
	for i, b := range builds {
		number[b.name] = append(number[b.name], i)
		for _, offer := range b.offers {
			exts = append(exts, e.offers[offer].ext.ID)
		}
	}
	slices.Sort(exts)
	exts = slices.Compact(exts)
	p.nexts = len(exts)
	for _, i := range findings {
		p.clauses = append(p.clauses, driving(builds, i))
	}
	p.devices = len(p.clauses)
	clause := map[string]int{}
	for i, b := range builds {
		p.rivals[i] = slices.DeleteFunc(slices.Clone(number[b.name]), func(other int) bool { return other == i })
		for _, offer := range b.offers {
			ext, _ := slices.BinarySearch(exts, e.offers[offer].ext.ID)
			p.exts[i] = append(p.exts[i], ext)
		}
		p.exts[i] = slices.Compact(p.exts[i])
		for _, need := range b.needs {
			at, found := clause[need]
			if !found {
				at = len(p.clauses)
				clause[need] = at
				p.clauses = append(p.clauses, number[need])
			}
			p.needs[i] = append(p.needs[i], at)
		}
		slices.Sort(p.needs[i])
	}
	return p, exts
}

// driving returns the builds that drive one finding.
func driving(builds []build, finding int) []int {
	var list []int
	for i, b := range builds {
		if _, found := slices.BinarySearch(b.serves, finding); found {
			list = append(list, i)
		}
	}
	return list
}

// from returns the offer of a build that an extension ships.
func (b *build) from(e *evaluation, ext string) int {
	i := slices.IndexFunc(b.offers, func(offer int) bool { return e.offers[offer].ext.ID == ext })
	return b.offers[i]
}

// assign names for every device that a module drives which one it is: the
// first of the chosen ones that compete for it.
func (e *evaluation) assign() {
	for i := range e.findings {
		f := &e.findings[i]
		for _, offer := range e.chosen {
			if slices.Contains(f.choices, offer) {
				f.Module, f.Extension = e.module(offer).Name, e.offers[offer].ext.ID
				f.Certainty = f.strength()
				break
			}
		}
	}
}
