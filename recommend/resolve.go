package recommend

import "slices"

// resolve follows the dependencies of every offer that claims a device of the
// report: which modules it needs of the platform's offers, which nobody
// offers, and which offers cannot be used because of that.
func (e *evaluation) resolve() {
	queue := e.claimants()
	seen := map[int]bool{}
	for _, offer := range queue {
		seen[offer] = true
	}
	for i := 0; i < len(queue); i++ {
		for _, name := range e.requires(queue[i]) {
			e.require(queue[i], name)
			for _, offer := range e.named[name] {
				if !seen[offer] {
					seen[offer] = true
					queue = append(queue, offer)
				}
			}
		}
	}
	e.spread(queue)
}

// claimants returns the offers that claim a device, each once.
func (e *evaluation) claimants() []int {
	var list []int
	for i := range e.question.subjects {
		for _, c := range e.question.subjects[i].claims {
			list = append(list, e.of(c.ref)...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// require notes one dependency. A module that nobody offers is one that the
// kernel has built in, unless its list is known.
func (e *evaluation) require(offer int, name string) {
	switch {
	case name == e.module(offer).Name:
	case len(e.named[name]) > 0:
		e.needs[offer] = append(e.needs[offer], name)
	case e.complete:
		e.unusable[offer] = "it needs " + name + ", which this platform has not"
	default:
		e.lacks[offer] = append(e.lacks[offer], name)
	}
}

// spread marks the offers that need a module of which no offer is usable,
// until nothing changes.
func (e *evaluation) spread(offers []int) {
	for changed := true; changed; {
		changed = false
		for _, offer := range offers {
			if !e.usable(offer) {
				continue
			}
			for _, name := range e.needs[offer] {
				if !slices.ContainsFunc(e.named[name], e.usable) {
					e.unusable[offer] = "it needs " + name + ", and no " + name + " here is usable"
					changed = true
				}
			}
		}
	}
}

func (e *evaluation) usable(offer int) bool {
	return e.offers[offer].bad == "" && e.unusable[offer] == ""
}
