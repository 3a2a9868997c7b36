package verify

import (
	"math/bits"
	"slices"

	"github.com/modscout/modscout/recommend/plan"
)

// MaxSets is how many sets of modules are tried at most to find one that is
// smaller than the plan's: above that, minimality is left unchecked.
const MaxSets = 1 << 18

// minimum tries every smaller set of modules.
func (c *checker) minimum() {
	if !c.plan.Proof.Optimal {
		return // the plan does not say that it is one
	}
	rivals := c.rivals()
	names := c.universe(rivals)
	forced := c.forced(rivals, names)
	var open []string
	for _, name := range names {
		if !forced[name] {
			open = append(open, name)
		}
	}
	if len(open) > 62 || uint64(1)<<len(open) > MaxSets {
		return
	}
	exts := len(c.plan.Extensions)
	for set := range uint64(1) << len(open) {
		size := len(forced) + bits.OnesCount64(set)
		if size > len(c.plan.Modules) {
			continue
		}
		in := func(name string) bool {
			i := slices.Index(open, name)
			return forced[name] || i >= 0 && set>>i&1 == 1
		}
		if !c.drives(rivals, names, in) {
			continue
		}
		if size < len(c.plan.Modules) {
			c.problem(NotMinimal, c.platform.ID, "%d modules are enough: %v", size, chosen(names, in))
			return
		}
		if fewer := c.extensionsOf(rivals, chosen(names, in)); fewer < exts {
			c.problem(TooManyExtensions, c.platform.ID, "%d extensions are enough, with %v", fewer, chosen(names, in))
			return
		}
	}
}

// rivals returns for every device that a module drives the offers whose claim
// is as strong as the chosen one's.
func (c *checker) rivals() [][]*offer {
	var lists [][]*offer
	for i := range c.plan.Devices {
		d := &c.plan.Devices[i]
		m := c.planned(d.Module)
		if d.Verdict != plan.ByModule || m == nil {
			continue
		}
		best := c.offerOf(m)
		if best == nil {
			continue
		}
		var list []*offer
		for j := range c.offers {
			if o := &c.offers[j]; o.rank() == best.rank() && c.usable(o, nil) &&
				o.claim(&c.report.Devices[i]) == best.claim(&c.report.Devices[i]) {
				list = append(list, o)
			}
		}
		lists = append(lists, list)
	}
	return lists
}

// rank is what counts among equal claims: loaded by its recipe, then in-tree.
func (o *offer) rank() int {
	rank := 0
	if o.kmod.Listed != nil && !*o.kmod.Listed {
		rank += 2
	}
	if o.OutOfTree {
		rank++
	}
	return rank
}

// universe names the rivals and all that they may need, sorted.
func (c *checker) universe(rivals [][]*offer) []string {
	var names []string
	for _, list := range rivals {
		for _, o := range list {
			if !slices.Contains(names, o.Name) {
				names = append(names, o.Name)
			}
		}
	}
	for i := 0; i < len(names); i++ {
		for _, o := range c.offered(names[i]) {
			for _, need := range o.needs {
				if len(c.offered(need)) > 0 && !slices.Contains(names, need) {
					names = append(names, need)
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

// forced returns the modules that every set must have: without one of them,
// all others together do not drive every device.
func (c *checker) forced(rivals [][]*offer, names []string) map[string]bool {
	forced := map[string]bool{}
	for _, without := range names {
		if !c.drives(rivals, names, func(name string) bool { return name != without }) {
			forced[without] = true
		}
	}
	return forced
}

// drives says whether a set of modules drives every device: for each, a rival
// is in the set with all that it needs.
func (c *checker) drives(rivals [][]*offer, names []string, in func(string) bool) bool {
	loadable := map[string]bool{}
	for _, name := range names {
		loadable[name] = in(name)
	}
	ready := func(o *offer) bool {
		return loadable[o.Name] && !slices.ContainsFunc(o.needs, func(need string) bool {
			return !loadable[need] && len(c.offered(need)) > 0
		})
	}
	for changed := true; changed; { // a module of the set whose needs are not in it is no use
		changed = false
		for _, name := range names {
			if loadable[name] && !slices.ContainsFunc(c.offered(name), func(o *offer) bool { return o.refused == "" && ready(o) }) {
				loadable[name] = false
				changed = true
			}
		}
	}
	for _, list := range rivals {
		if !slices.ContainsFunc(list, ready) {
			return false
		}
	}
	return true
}

func chosen(names []string, in func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !in(name) })
}

// extensionsOf counts the extensions that a set of modules needs at least, or
// is a large number where that is too much to try.
func (c *checker) extensionsOf(rivals [][]*offer, names []string) int {
	var lists [][]string
	var all []string
	for _, name := range names {
		var list []string
		for _, o := range c.offered(name) {
			if o.refused == "" && mayBeTaken(rivals, o) && c.within(o, names) {
				list = append(list, o.ext.ID)
			}
		}
		lists = append(lists, list)
		all = append(all, list...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 12 {
		return 1 << 30
	}
	fewest := len(all)
	for set := range uint(1) << len(all) {
		if n := bits.OnesCount(set); n < fewest && !slices.ContainsFunc(lists, func(list []string) bool {
			return !slices.ContainsFunc(list, func(ext string) bool { return set>>slices.Index(all, ext)&1 == 1 })
		}) {
			fewest = n
		}
	}
	return fewest
}

// mayBeTaken says whether a module may be taken from an offer: where it drives
// a device, only from one whose claim is among the strongest.
func mayBeTaken(rivals [][]*offer, o *offer) bool {
	for _, list := range rivals {
		rival := slices.ContainsFunc(list, func(other *offer) bool { return other.Name == o.Name })
		if rival && !slices.Contains(list, o) {
			return false
		}
	}
	return true
}

// within says whether all that an offer needs is among names.
func (c *checker) within(o *offer, names []string) bool {
	return !slices.ContainsFunc(o.needs, func(need string) bool {
		return len(c.offered(need)) > 0 && !slices.Contains(names, need)
	})
}
