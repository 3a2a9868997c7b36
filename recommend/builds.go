package recommend

import (
	"cmp"
	"fmt"
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
	serves     []int // findings
	offers     []int // one an extension, by extension id
}

// solve chooses the modules.
func (e *evaluation) solve() {
	builds := e.builds()
	e.dropLosers(builds)
	p, exts := e.problem(builds)
	answer, ok := p.solve(nodeBudget)
	if !ok {
		return // no device is left that a module could drive
	}
	for i, number := range answer.builds {
		e.chosen = append(e.chosen, builds[number].from(e, exts[answer.exts[i]]))
	}
	e.proof = plan.Proof{Optimal: answer.optimal, Modules: len(e.chosen), LowerBound: answer.bound, Nodes: answer.nodes}
	e.assign()
	e.chosen = e.loadOrder()
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

// buildsOf groups the usable offers of one module. A module can be loaded only
// once: where its builds drive different devices, those compete that drive
// most of what matters.
func (e *evaluation) buildsOf(name string, serves map[int][]int) []build {
	groups := map[string]*build{}
	var order []*build
	for _, offer := range e.named[name] {
		if !e.usable(offer) {
			continue
		}
		m := e.module(offer)
		key := fmt.Sprint(m.File, e.needs[offer], serves[offer])
		g := groups[key]
		if g == nil {
			g = &build{name: name, file: m.File, needs: e.needs[offer], serves: serves[offer]}
			groups[key] = g
			order = append(order, g)
		}
		g.offers = append(g.offers, offer)
	}
	var best []build
	for _, g := range order {
		c := 1
		if len(best) > 0 {
			c = e.compareServed(g.serves, best[0].serves)
		}
		switch {
		case c > 0:
			best = []build{*g}
		case c == 0 && slices.Equal(g.serves, best[0].serves):
			best = append(best, *g)
		}
	}
	return best
}

// compareServed prefers more boot devices, then more wanted ones, then more.
func (e *evaluation) compareServed(a, b []int) int {
	count := func(list []int, importance string) int {
		n := 0
		for _, i := range list {
			if e.findings[i].Importance == importance {
				n++
			}
		}
		return n
	}
	return cmp.Or(
		count(a, plan.Boot)-count(b, plan.Boot),
		count(a, plan.Wanted)-count(b, plan.Wanted),
		len(a)-len(b))
}

// dropLosers keeps of every device's choices those that still compete; where
// none is left, the device lost its driver to another one of the same name.
func (e *evaluation) dropLosers(builds []build) {
	alive := map[int]bool{}
	for _, b := range builds {
		for _, offer := range b.offers {
			alive[offer] = true
		}
	}
	for i := range e.findings {
		f := &e.findings[i]
		had := f.choices
		f.choices = slices.DeleteFunc(slices.Clone(had), func(offer int) bool { return !alive[offer] })
		if len(had) > 0 && len(f.choices) == 0 {
			e.lose(f, "only one build of "+e.module(had[0]).Name+" can be loaded, and another one drives more here")
		}
	}
}

// problem numbers builds and extensions for the solver. The second result
// gives the extensions' ids by number.
func (e *evaluation) problem(builds []build) (*problem, []string) {
	p := &problem{needs: make([][]int, len(builds)), exts: make([][]int, len(builds))}
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
	for i := range e.findings {
		if clause := driving(builds, i); len(clause) > 0 {
			p.clauses = append(p.clauses, clause)
		}
	}
	p.devices = len(p.clauses)
	clause := map[string]int{}
	for i, b := range builds {
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
		if slices.Contains(b.serves, finding) {
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
				break
			}
		}
	}
}
