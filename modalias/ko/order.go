package ko

import (
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
}

// Graph computes the dependencies of all modules: the owners of the symbols
// that each imports, as depmod does it, and those that its depends names.
func (t *Tree) Graph() *Graph {
	g := &Graph{byName: map[string]*Module{}, builtin: map[string]bool{}, needs: map[*Module][]*Module{}}
	for _, name := range t.Builtin {
		g.builtin[name] = true
	}
	owner := map[string]*Module{}
	for _, m := range t.Modules {
		g.byName[m.Name] = m
		for _, symbol := range m.Exports {
			owner[symbol] = m
		}
	}
	for _, m := range t.Modules {
		g.needs[m] = g.dependencies(m, owner)
	}
	return g
}

func (g *Graph) dependencies(m *Module, owner map[string]*Module) []*Module {
	var needs []*Module
	add := func(other *Module) {
		if other != nil && other != m && !slices.Contains(needs, other) {
			needs = append(needs, other)
		}
	}
	for _, name := range m.Depends {
		add(g.byName[underscores(name)])
	}
	for _, symbol := range m.Imports {
		add(owner[symbol])
	}
	slices.SortFunc(needs, func(a, b *Module) int { return strings.Compare(a.File, b.File) })
	return needs
}

// Module returns the module of this name, spelt with '-' or '_', or nil.
func (g *Graph) Module(name string) *Module { return g.byName[underscores(name)] }

// Needs returns the modules that m needs directly, ordered by file.
func (g *Graph) Needs(m *Module) []*Module { return g.needs[m] }

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
	for _, name := range m.SoftPre {
		order = g.load(order, g.Module(name), seen)
	}
	for _, need := range g.needs[m] {
		order = g.load(order, need, seen)
	}
	order = append(order, m)
	for _, name := range m.SoftPost {
		order = g.load(order, g.Module(name), seen)
	}
	return order
}

func underscores(name string) string { return strings.ReplaceAll(name, "-", "_") }
