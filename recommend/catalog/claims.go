package catalog

import (
	"cmp"
	"slices"
	"sync"

	"github.com/modscout/modscout/modalias"
)

// Claim is one module that says it drives a device.
type Claim struct {
	Module  int              // position in Modules
	Pattern string           // the alias that says so: the most certain, then the most specific one
	Verdict modalias.Verdict // [modalias.Certain] or [modalias.Possible]
}

// claimsIndex answers "which modules claim this key" for all platforms at
// once: patterns are stored once however many alias sets hold them.
type claimsIndex struct {
	once    sync.Once
	index   *modalias.Index
	sets    [][]int32 // pattern -> positions in AliasSets
	modules [][]int32 // alias set -> positions in Modules
}

// Claims returns the modules whose aliases match a device string of the
// kernel, or one with unknown fields as [modalias.PCIKey] makes them: one
// claim a module, in the order of Modules. The first call builds an index;
// calls may run in parallel.
func (c *Catalog) Claims(key string) []Claim {
	x := &c.claims
	x.once.Do(func() { x.build(c) })
	best := map[int32]Claim{} // alias set -> its best pattern
	for _, hit := range x.index.Lookup(key) {
		claim := Claim{Pattern: x.index.Pattern(hit.Pattern), Verdict: hit.Verdict}
		for _, set := range x.sets[hit.Pattern] {
			if old, found := best[set]; !found || better(claim, old) {
				best[set] = claim
			}
		}
	}
	var claims []Claim
	for set, claim := range best {
		for _, m := range x.modules[set] {
			claim.Module = int(m)
			claims = append(claims, claim)
		}
	}
	slices.SortFunc(claims, func(a, b Claim) int { return cmp.Compare(a.Module, b.Module) })
	return claims
}

// better reports whether a says more than b: certain before possible, exact
// ids before classes before wildcards, then bytewise.
func better(a, b Claim) bool {
	return cmp.Or(
		cmp.Compare(b.Verdict, a.Verdict),
		cmp.Compare(modalias.KindOf(a.Pattern), modalias.KindOf(b.Pattern)),
		cmp.Compare(a.Pattern, b.Pattern)) < 0
}

func (x *claimsIndex) build(c *Catalog) {
	patterns, sets := c.numbered()
	x.fill(c, modalias.NewIndex(patterns), sets)
}

// fill is build for alias sets that are positions in an index.
func (x *claimsIndex) fill(c *Catalog, index *modalias.Index, sets [][]int32) {
	x.index, x.sets = index, invert(sets, len(index.Patterns()))
	x.modules = make([][]int32, len(c.AliasSets))
	for i, m := range c.Modules {
		if m.Aliases != None {
			x.modules[m.Aliases] = append(x.modules[m.Aliases], int32(i))
		}
	}
}

// invert returns for each number below n the positions of the lists that it is
// in, all in one piece of memory: catalogues have 30,000 patterns.
func invert(lists [][]int32, n int) [][]int32 {
	counts, total := make([]int32, n), int32(0)
	for _, list := range lists {
		for _, number := range list {
			counts[number]++
			total++
		}
	}
	inverse, memory := make([][]int32, n), make([]int32, total)
	for number, count := range counts {
		inverse[number], memory = memory[:0:count], memory[count:]
	}
	for i, list := range lists {
		for _, number := range list {
			inverse[number] = append(inverse[number], int32(i))
		}
	}
	return inverse
}

// numbered returns all patterns of a catalogue, each once, and its alias sets as
// positions of them.
func (c *Catalog) numbered() (patterns []string, sets [][]int32) {
	total := 0
	for _, list := range c.AliasSets {
		total += len(list)
	}
	seen := make(map[string]int, total)
	sets = make([][]int32, len(c.AliasSets))
	for set, list := range c.AliasSets {
		sets[set] = make([]int32, len(list))
		for i, p := range list {
			sets[set][i] = int32(intern(&seen, &patterns, p, p))
		}
	}
	return patterns, sets
}
