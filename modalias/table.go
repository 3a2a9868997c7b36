package modalias

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// A Table is a modalias database: the modules of one or more platforms and the
// patterns by which they claim devices. It answers for all platforms at once,
// because what kernels claim is mostly the same.
//
// Fill Platforms, then look up or write. A Table must not be changed after the
// first Lookup; from then on several goroutines may use it.
type Table struct {
	Platforms []Platform

	once   sync.Once
	index  *Index
	owners [][]position // for each pattern of index
}

// Platform is one kernel with its modules.
type Platform struct {
	ID      string // "linux:6.1.0-56-amd64", "ds918p_42218", …
	Modules []Module
}

// Module is what the table keeps of one kernel module.
type Module struct {
	File     string   // as shipped: a path below the tree, or a member of an archive
	Name     string   // internal, with underscores
	Builtin  bool     // part of the kernel image: there is nothing to load
	Aliases  []string // patterns
	Depends  []string // names of modules it needs, as its builder knew them
	SoftPre  []string // softdep: order, not requirement
	SoftPost []string // likewise
	Firmware []string // files it may ask for
}

// position names a module of a table.
type position struct{ platform, module int }

// Claim is one module that matches a key.
type Claim struct {
	Platform string // ID
	Module   *Module
	Pattern  string // of several that match, the one that says most
	Verdict  Verdict
}

// Lookup returns the modules that match a key, each of a platform once:
// by platform as in the table, then certain before possible, exact ids before
// class-wide patterns, then by name and file.
func (t *Table) Lookup(key string) []Claim {
	t.once.Do(t.prepare)
	best := map[position]Claim{}
	for _, hit := range t.index.Lookup(key) {
		pattern := t.index.Pattern(hit.Pattern)
		for _, at := range t.owners[hit.Pattern] {
			platform := &t.Platforms[at.platform]
			claim := Claim{platform.ID, &platform.Modules[at.module], pattern, hit.Verdict}
			if old, found := best[at]; !found || compareStrength(claim, old) < 0 {
				best[at] = claim
			}
		}
	}
	return ordered(best)
}

func ordered(best map[position]Claim) []Claim {
	positions := make([]position, 0, len(best))
	for at := range best {
		positions = append(positions, at)
	}
	slices.SortFunc(positions, func(a, b position) int {
		x, y := best[a], best[b]
		return cmp.Or(
			cmp.Compare(a.platform, b.platform),
			cmp.Compare(y.Verdict, x.Verdict),
			cmp.Compare(KindOf(x.Pattern), KindOf(y.Pattern)),
			strings.Compare(x.Module.Name, y.Module.Name),
			cmp.Compare(a.module, b.module),
		)
	})
	claims := make([]Claim, len(positions))
	for i, at := range positions {
		claims[i] = best[at]
	}
	return claims
}

// compareStrength puts the pattern first that says more about the device.
func compareStrength(a, b Claim) int {
	return cmp.Or(
		cmp.Compare(b.Verdict, a.Verdict),
		cmp.Compare(KindOf(a.Pattern), KindOf(b.Pattern)),
		cmp.Compare(len(b.Pattern), len(a.Pattern)),
		strings.Compare(a.Pattern, b.Pattern),
	)
}

// prepare indexes every distinct pattern once, whoever has it.
func (t *Table) prepare() {
	numbers := map[string]int{}
	var patterns []string
	for p := range t.Platforms {
		for m := range t.Platforms[p].Modules {
			for _, alias := range t.Platforms[p].Modules[m].Aliases {
				n, found := numbers[alias]
				if !found {
					n = len(patterns)
					numbers[alias] = n
					patterns = append(patterns, alias)
					t.owners = append(t.owners, nil)
				}
				t.owners[n] = append(t.owners[n], position{p, m})
			}
		}
	}
	t.index = NewIndex(patterns)
}

// Platform returns the platform of this ID, or nil.
func (t *Table) Platform(id string) *Platform {
	for i := range t.Platforms {
		if t.Platforms[i].ID == id {
			return &t.Platforms[i]
		}
	}
	return nil
}

// Normalize puts the table into the one order that a file has: platforms by
// ID, modules by file and name, patterns sorted and each once.
func (t *Table) Normalize() {
	slices.SortStableFunc(t.Platforms, func(a, b Platform) int { return strings.Compare(a.ID, b.ID) })
	for i := range t.Platforms {
		modules := t.Platforms[i].Modules
		for j := range modules {
			aliases := slices.Sorted(slices.Values(modules[j].Aliases))
			modules[j].Aliases = slices.Compact(aliases)
		}
		slices.SortStableFunc(modules, func(a, b Module) int {
			return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Name, b.Name))
		})
	}
}

// LoadOrder returns the named modules of the platform and all that they need,
// each after what it needs and after its pre-softdeps. Names that the
// platform does not have as a module, such as built-in ones, are passed over.
func (p *Platform) LoadOrder(names ...string) []*Module {
	byName := map[string]*Module{}
	for i := range p.Modules {
		if m := &p.Modules[i]; !m.Builtin {
			byName[m.Name] = m
		}
	}
	var order []*Module
	var load func(names []string)
	load = func(names []string) {
		for _, name := range names {
			name = strings.ReplaceAll(name, "-", "_")
			m := byName[name]
			if m == nil {
				continue
			}
			delete(byName, name) // once, and no cycle goes on
			load(m.SoftPre)
			load(m.Depends)
			order = append(order, m)
			load(m.SoftPost)
		}
	}
	load(names)
	return order
}
