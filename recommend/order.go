package recommend

import (
	"cmp"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
)

// loadOrder sorts the chosen offers: dependencies first; then, as far as it
// does not contradict that, what softdep says, and the driver of a device
// before another chosen module that claims it too. What this leaves open is in
// the order of the extensions and of their authors.
func (e *evaluation) loadOrder() []int {
	waiting := slices.SortedFunc(slices.Values(e.chosen), func(a, b int) int {
		x, y := &e.offers[a], &e.offers[b]
		return cmp.Or(strings.Compare(x.ext.ID, y.ext.ID), x.at-y.at)
	})
	firm, soft := e.edges()
	order := make([]int, 0, len(waiting))
	for len(waiting) > 0 {
		i := firstReady(waiting, firm, soft)
		order = append(order, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return order
}

// edges returns for every chosen offer those that must, and those that should,
// be loaded before it.
func (e *evaluation) edges() (firm, soft map[int][]int) {
	firm, soft = map[int][]int{}, map[int][]int{}
	at := map[string]int{}
	for _, offer := range e.chosen {
		at[e.module(offer).Name] = offer
	}
	before := func(edges map[int][]int, first string, then int) {
		if offer, chosen := at[first]; chosen && offer != then {
			edges[then] = append(edges[then], offer)
		}
	}
	for _, offer := range e.chosen {
		m := e.module(offer)
		for _, name := range e.needs[offer] {
			before(firm, name, offer)
		}
		for _, name := range m.SoftPre {
			before(soft, name, offer)
		}
		for _, name := range m.SoftPost {
			if post, chosen := at[name]; chosen {
				before(soft, m.Name, post)
			}
		}
		for _, i := range e.alsoClaims(offer) {
			before(soft, e.findings[i].Module, offer)
		}
	}
	return firm, soft
}

// firstReady returns the first that waits for nobody; where wishes contradict
// each other the first that waits for no dependency; where dependencies do,
// the first.
func firstReady(waiting []int, firm, soft map[int][]int) int {
	waits := func(edges map[int][]int, offer int) bool {
		return slices.ContainsFunc(edges[offer], func(first int) bool { return slices.Contains(waiting, first) })
	}
	if i := slices.IndexFunc(waiting, func(offer int) bool { return !waits(firm, offer) && !waits(soft, offer) }); i >= 0 {
		return i
	}
	return max(0, slices.IndexFunc(waiting, func(offer int) bool { return !waits(firm, offer) }))
}

// alsoClaims returns the findings of devices that a chosen module claims for
// certain and that another driver is meant for.
func (e *evaluation) alsoClaims(offer int) []int {
	m := e.module(offer)
	var list []int
	for i := range e.findings {
		s, f := &e.question.subjects[i], &e.findings[i]
		if f.Module == m.Name || !f.covered() {
			continue
		}
		if slices.ContainsFunc(s.certain, func(c claim) bool { return c.ref == e.offers[offer].ref && c.verdict == modalias.Certain }) {
			list = append(list, i)
		}
	}
	return list
}

// bootStage returns the chosen modules that must be in memory before the disk
// driver runs: those in the closure of a boot device, of the function that
// makes it appear, and of what appears behind it, as a disk behind its
// controller.
func (e *evaluation) bootStage() map[string]bool {
	var names []string
	for i := range e.findings {
		carrier := e.question.subjects[i].transport
		if e.findings[i].Importance != plan.Boot && (carrier < 0 || e.findings[carrier].Importance != plan.Boot) {
			continue
		}
		names = append(names, e.findings[i].Module)
		if carrier >= 0 {
			names = append(names, e.findings[carrier].Module)
		}
	}
	boot := map[string]bool{}
	for i := 0; i < len(names); i++ {
		if boot[names[i]] {
			continue
		}
		boot[names[i]] = true
		for _, offer := range e.chosen {
			if e.module(offer).Name == names[i] {
				names = append(names, e.needs[offer]...)
			}
		}
	}
	return boot
}
