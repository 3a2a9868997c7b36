package catalog

import (
	"cmp"
	"slices"
)

// The kinds of edges of the dependency graph.
const (
	ByDepends = "depends"      // .modinfo names the module
	BySymbol  = "symbol"       // an import is exported there
	SoftPre   = "softdep-pre"  // load it before, where it exists
	SoftPost  = "softdep-post" // load it after, where it exists
	Firmware  = "firmware"     // a file that the module may ask for
)

// Edge is one thing that a module needs, or wants, on one platform.
type Edge struct {
	Extension string   `json:"extension"` // that ships the module
	Module    string   `json:"module"`    // internal name
	Kind      string   `json:"kind"`
	Needs     string   `json:"needs"`              // module, or firmware file
	From      []string `json:"from,omitempty"`     // extensions that have it; the module's own comes first
	Platform  bool     `json:"platform,omitzero"`  // the platform's kernel or initrd has it
	Ambiguous bool     `json:"ambiguous,omitzero"` // the symbols may be the kernel's own
	Symbols   []string `json:"symbols,omitempty"`  // of an ambiguous edge
}

// Edges returns the dependency graph of a platform: what each module of each
// extension needs, ordered by extension, module, kind and name. Where nobody
// and nothing has what is needed, From is empty: the kernel may have it built
// in, as far as that is not known.
func (c *Catalog) Edges(p *Platform) []Edge {
	g := grapher{c: c, s: &site{platform: p}, shippers: map[string][]string{}}
	for e := range c.extensionsOf(p) {
		for _, k := range e.RecipeFor(p.ID).Kmods {
			g.ship(c.Modules[k.Module].Name, e.ID)
		}
	}
	for e := range c.extensionsOf(p) {
		r := e.RecipeFor(p.ID)
		for i := range r.Kmods {
			g.module(e, r, &r.Kmods[i])
		}
	}
	slices.SortFunc(g.edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.Extension, b.Extension), cmp.Compare(a.Module, b.Module), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Needs, b.Needs))
	})
	return g.edges
}

// grapher collects edges; shippers maps modules to the extensions that have
// them, loaded or not.
type grapher struct {
	c        *Catalog
	s        *site
	shippers map[string][]string
	edges    []Edge
}

func (g *grapher) ship(module, extension string) {
	if !slices.Contains(g.shippers[module], extension) {
		g.shippers[module] = append(g.shippers[module], extension)
	}
}

func (g *grapher) module(e *Extension, r *Recipe, k *Kmod) {
	m := &g.c.Modules[k.Module]
	required, ambiguous := g.c.Needs(g.s.platform, k)
	for _, name := range required {
		kind := BySymbol
		if slices.Contains(m.Depends, name) {
			kind = ByDepends
		}
		g.edge(e, m, kind, name, nil)
	}
	for _, name := range ambiguous {
		g.edge(e, m, BySymbol, name, k.Via[name])
	}
	for _, name := range m.SoftPre {
		g.edge(e, m, SoftPre, name, nil)
	}
	for _, name := range m.SoftPost {
		g.edge(e, m, SoftPost, name, nil)
	}
	for _, file := range m.Firmware {
		edge := Edge{Extension: e.ID, Module: m.Name, Kind: Firmware, Needs: file}
		if r.Ships(file) {
			edge.From = []string{e.ID}
		}
		g.edges = append(g.edges, edge)
	}
}

func (g *grapher) edge(e *Extension, m *Module, kind, needs string, via []string) {
	from := slices.Clone(g.shippers[needs])
	slices.SortStableFunc(from, func(a, b string) int { return own(b, e.ID) - own(a, e.ID) })
	g.edges = append(g.edges, Edge{
		Extension: e.ID, Module: m.Name, Kind: kind, Needs: needs, From: from,
		Platform: g.s.has(g.c, needs), Ambiguous: via != nil, Symbols: via,
	})
}

// own is 1 for the extension itself and 0 for others.
func own(id, extension string) int {
	if id == extension {
		return 1
	}
	return 0
}

// Between returns the edges of a graph that lead from one extension to
// others, which must be installed and loaded before it.
func Between(edges []Edge) []Edge {
	return slices.DeleteFunc(slices.Clone(edges), func(e Edge) bool {
		return e.Platform || len(e.From) == 0 || e.From[0] == e.Extension
	})
}
