package catalog

import (
	"iter"
	"maps"
	"slices"
)

// AnyPlatform is the release key of a recipe that serves every platform which
// has no release of its own.
const AnyPlatform = "_"

// RecipeFor returns the recipe that the extension installs on a platform, or
// nil where it has no release for it.
func (e *Extension) RecipeFor(platform string) *Recipe {
	at, found := e.Releases[platform]
	if !found {
		at, found = e.Releases[AnyPlatform]
	}
	if !found {
		return nil
	}
	return &e.Recipes[at]
}

// Lose notes that the extension's release for a platform leads to no recipe.
func (e *Extension) Lose(platform, code string) {
	if e.Lost == nil {
		e.Lost = map[string]string{}
	}
	e.Lost[platform] = code
}

// Requires returns the internal names of the modules without which k cannot be
// loaded, as far as that is certain: what its .modinfo says and what its
// symbols say about its own recipe. Sorted, without duplicates.
func (c *Catalog) Requires(k *Kmod) []string {
	return union(c.Modules[k.Module].Depends, k.Requires)
}

// Needs returns what [Catalog.Requires] does and, apart from it, the modules of
// other extensions that k may need. On a platform whose exports are known the
// second list is empty but for symbols that several modules export: what the
// kernel has itself needs no module, and what it has not is required.
func (c *Catalog) Needs(p *Platform, k *Kmod) (required, ambiguous []string) {
	required = c.Requires(k)
	for _, name := range k.Ambiguous {
		if slices.Contains(required, name) || slices.Contains(p.Builtin, name) {
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(k.Via[name]), func(symbol string) bool { return slices.Contains(p.Exports, symbol) })
		switch {
		case len(p.Exports) == 0 || len(k.Via[name]) == 0:
			ambiguous = append(ambiguous, name)
		case len(missing) == 0: // the kernel has them
		case slices.ContainsFunc(missing, func(symbol string) bool { return k.onlyBy(name, symbol) }):
			required = union(required, []string{name})
		default:
			ambiguous = append(ambiguous, name)
		}
	}
	return required, ambiguous
}

// onlyBy says whether no other module than the named one has the symbol.
func (k *Kmod) onlyBy(name, symbol string) bool {
	for other, symbols := range k.Via {
		if other != name && slices.Contains(symbols, symbol) {
			return false
		}
	}
	return true
}

// Link computes [Kmod.Requires] and [Kmod.Ambiguous] of all recipes from the
// symbols that their modules import and export. It adds to what is known: a
// catalogue without symbols stays as it is.
//
// An edge within a recipe is certain. An edge into another extension of the
// same platform is ambiguous until the kernel's own exports are known, because
// following those too loads modules that the kernel has built in.
func (c *Catalog) Link() {
	for _, list := range [][]Extension{c.Extensions, c.strays} {
		for i := range list {
			for j := range list[i].Recipes {
				c.linkWithin(&list[i].Recipes[j])
			}
		}
	}
	for i := range c.Platforms {
		c.linkAcross(&c.Platforms[i])
	}
}

func (c *Catalog) linkWithin(r *Recipe) {
	exports := c.exporters(r)
	for i := range r.Kmods {
		k := &r.Kmods[i]
		k.Requires = union(k.Requires, slices.Sorted(maps.Keys(c.providers(k, exports))))
	}
}

// union returns the names of both lists, sorted, each once.
func union(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	list := slices.Concat(a, b)
	slices.Sort(list)
	return slices.Clip(slices.Compact(list))
}

// linkAcross adds the ambiguous edges of one platform. A recipe that serves
// several platforms collects those of all.
func (c *Catalog) linkAcross(p *Platform) {
	var recipes []*Recipe
	exports := map[string][]string{}
	for e := range c.extensionsOf(p) {
		r := e.RecipeFor(p.ID)
		recipes = append(recipes, r)
		for symbol, names := range c.exporters(r) {
			exports[symbol] = append(exports[symbol], names...)
		}
	}
	for _, r := range recipes {
		own := c.moduleNames(r)
		for i := range r.Kmods {
			c.linkAmbiguous(&r.Kmods[i], exports, own)
		}
	}
}

func (c *Catalog) linkAmbiguous(k *Kmod, exports map[string][]string, own map[string]bool) {
	for name, symbols := range c.providers(k, exports) {
		if own[name] {
			continue
		}
		if k.Via == nil {
			k.Via = map[string][]string{}
		}
		k.Via[name] = union(k.Via[name], symbols)
		k.Ambiguous = union(k.Ambiguous, []string{name})
	}
}

// extensionsOf yields the extensions that have a recipe for a platform.
func (c *Catalog) extensionsOf(p *Platform) iter.Seq[*Extension] {
	return func(yield func(*Extension) bool) {
		for i := range c.Extensions {
			e := &c.Extensions[i]
			if e.Loader == p.Loader && e.RecipeFor(p.ID) != nil && !yield(e) {
				return
			}
		}
	}
}

// exporters maps each symbol that a recipe's modules export to their names.
func (c *Catalog) exporters(r *Recipe) map[string][]string {
	exports := map[string][]string{}
	for _, k := range r.Kmods {
		m := &c.Modules[k.Module]
		for _, symbol := range m.Exports {
			exports[symbol] = append(exports[symbol], m.Name)
		}
	}
	return exports
}

func (c *Catalog) moduleNames(r *Recipe) map[string]bool {
	names := map[string]bool{}
	for _, k := range r.Kmods {
		names[c.Modules[k.Module].Name] = true
	}
	return names
}

// providers returns who exports what k imports, beyond what its depends says
// already, and the symbols. Where several modules export a symbol, the one
// among its depends is taken for it, else all are named.
func (c *Catalog) providers(k *Kmod, exports map[string][]string) map[string][]string {
	m := &c.Modules[k.Module]
	var found map[string][]string
	for _, symbol := range m.Imports {
		names := exports[symbol]
		if slices.ContainsFunc(names, func(name string) bool { return name == m.Name || slices.Contains(m.Depends, name) }) {
			continue
		}
		for _, name := range names {
			if found == nil {
				found = map[string][]string{}
			}
			found[name] = append(found[name], symbol)
		}
	}
	return found
}

// WithoutSymbols returns a copy of the catalogue without the lists of imports
// and exports, which only [Catalog.Link] needs and which are most of its size.
func (c *Catalog) WithoutSymbols() *Catalog {
	var b Builder
	b.dropSymbols = true
	b.AddCatalog(c)
	return b.Catalog(c.Name, c.Version, c.Date)
}
