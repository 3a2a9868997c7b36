package ko

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrUnknownModule says that a module was asked for that neither the tree nor
// its kernel has.
var ErrUnknownModule = errors.New("no such module")

// Graph answers what must be loaded before what in one tree.
type Graph struct {
	byName  map[string]*Module
	builtin map[string]bool
	needs   map[*Module][]*Module
	rank    map[*Module]int // in depmod's order
	soft    softdeps
}

// Graph computes the dependencies of all modules: the owners of the symbols
// that each imports, as depmod does it, and those that its depends names.
func (t *Tree) Graph() *Graph {
	count, exports := len(t.Modules), 0
	for _, m := range t.Modules {
		exports += len(m.Exports)
	}
	g := &Graph{
		byName: make(map[string]*Module, count), builtin: make(map[string]bool, len(t.Builtin)),
		needs: make(map[*Module][]*Module, count), rank: make(map[*Module]int, count), soft: softdepsOf(t.Softdeps),
	}
	for _, name := range t.Builtin {
		g.builtin[name] = true
	}
	modules := t.ordered()
	owner := make(map[string]*Module, exports)
	for _, m := range modules {
		g.byName[m.Name] = m
		for _, symbol := range m.Exports {
			owner[symbol] = m
		}
	}
	for _, m := range modules {
		g.needs[m] = g.dependencies(m, owner)
	}
	g.rankModules(modules)
	for _, needs := range g.needs {
		slices.SortFunc(needs, func(a, b *Module) int { return strings.Compare(a.File, b.File) })
	}
	return g
}

// ordered returns the modules as modules.order lists them, then the others.
func (t *Tree) ordered() []*Module {
	place := make(map[string]int, len(t.Order))
	for i, file := range t.Order {
		place[file] = i - len(t.Order)
	}
	type placed struct {
		*Module
		at int
	}
	list, modules := make([]placed, len(t.Modules)), make([]*Module, len(t.Modules))
	for i, m := range t.Modules {
		list[i] = placed{m, place[uncompressed(m.File)]}
	}
	slices.SortStableFunc(list, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for i := range list {
		modules[i] = list[i].Module
	}
	return modules
}

func (g *Graph) dependencies(m *Module, owner map[string]*Module) []*Module {
	var needs []*Module
	add := func(other *Module) {
		if other != nil && other != m && !slices.Contains(needs, other) {
			needs = append(needs, other)
		}
	}
	for _, symbol := range m.Imports {
		add(owner[symbol])
	}
	for _, name := range m.Depends {
		add(g.byName[underscores(name)])
	}
	return needs
}

// rankModules numbers the modules as depmod does (tools/depmod.c,
// depmod_calculate_dependencies): each before what it needs, and of those that
// nobody needs any more the one found last first. Where modules need each
// other in a circle, depmod gives up and we go on.
func (g *Graph) rankModules(modules []*Module) {
	users := map[*Module]int{}
	for _, needs := range g.needs {
		for _, need := range needs {
			users[need]++
		}
	}
	var free []*Module
	for _, m := range modules {
		if users[m] == 0 {
			free = append(free, m)
		}
	}
	for len(free) > 0 {
		m := free[len(free)-1]
		free = free[:len(free)-1]
		g.rank[m] = len(g.rank)
		for _, need := range g.needs[m] {
			if users[need]--; users[need] == 0 {
				free = append(free, need)
			}
		}
	}
	for _, m := range modules {
		if _, ranked := g.rank[m]; !ranked {
			g.rank[m] = len(g.rank)
		}
	}
}

// Module returns the module of this name, spelt with '-' or '_', or nil.
func (g *Graph) Module(name string) *Module { return g.byName[underscores(name)] }

// Needs returns the modules that m needs directly, ordered by file.
func (g *Graph) Needs(m *Module) []*Module { return g.needs[m] }

// Dependencies returns all that m needs, directly or not, in the order of
// depmod's modules.dep: a module stands before what it needs itself, so the
// list is to be loaded from its end.
func (g *Graph) Dependencies(m *Module) []*Module {
	var all []*Module
	seen := map[*Module]bool{m: true}
	for queue := []*Module{m}; len(queue) > 0; queue = queue[1:] {
		for _, need := range g.needs[queue[0]] {
			if !seen[need] {
				seen[need] = true
				all = append(all, need)
				queue = append(queue, need)
			}
		}
	}
	slices.SortFunc(all, func(a, b *Module) int { return cmp.Compare(g.rank[a], g.rank[b]) })
	return all
}

// LoadOrder returns the named modules and all that they need, each after what
// it needs and after its pre-softdeps, where the tree has those. Names of
// built-in modules are passed over. It fails with [ErrUnknownModule].
func (g *Graph) LoadOrder(names ...string) ([]*Module, error) {
	var order []*Module
	seen := map[*Module]bool{}
	for _, name := range names {
		m := g.Module(name)
		if m == nil && !g.builtin[underscores(name)] {
			return nil, fmt.Errorf("%w: %s", ErrUnknownModule, name)
		}
		order = g.load(order, m, seen)
	}
	return order, nil
}

// load appends m behind what must come before it. A cycle, which only softdeps
// can form, is cut where it closes.
func (g *Graph) load(order []*Module, m *Module, seen map[*Module]bool) []*Module {
	if m == nil || seen[m] {
		return order
	}
	seen[m] = true
	pre, post := g.soft.of(m)
	for _, name := range pre {
		order = g.load(order, g.Module(name), seen)
	}
	for _, need := range g.needs[m] {
		order = g.load(order, need, seen)
	}
	order = append(order, m)
	for _, name := range post {
		order = g.load(order, g.Module(name), seen)
	}
	return order
}

func underscores(name string) string { return strings.ReplaceAll(name, "-", "_") }
