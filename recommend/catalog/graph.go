package catalog

import (
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

// Requires returns the internal names of the modules without which k cannot be
// loaded, as far as that is certain: what its .modinfo says and what its
// symbols say about its own recipe. Sorted, without duplicates.
func (c *Catalog) Requires(k *Kmod) []string {
	return union(c.Modules[k.Module].Depends, k.Requires)
}

// Link computes [Kmod.Requires] and [Kmod.Ambiguous] of all recipes from the
// symbols that their modules import and export. It adds to what is known: a
// catalogue without symbols stays as it is.
//
// An edge within a recipe is certain. An edge into another extension of the
// same platform is ambiguous until the kernel's own exports are known, because
// following those too loads modules that the kernel has built in.
func (c *Catalog) Link() {
	for i := range c.Extensions {
		for j := range c.Extensions[i].Recipes {
			c.linkWithin(&c.Extensions[i].Recipes[j])
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
		k.Requires = union(k.Requires, c.providers(k, exports))
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
	for i := range c.Extensions {
		e := &c.Extensions[i]
		if r := e.RecipeFor(p.ID); r != nil && e.Loader == p.Loader {
			recipes = append(recipes, r)
			for symbol, names := range c.exporters(r) {
				exports[symbol] = append(exports[symbol], names...)
			}
		}
	}
	for _, r := range recipes {
		own := c.moduleNames(r)
		for i := range r.Kmods {
			k := &r.Kmods[i]
			names := slices.DeleteFunc(c.providers(k, exports), func(name string) bool { return own[name] })
			k.Ambiguous = union(k.Ambiguous, names)
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
// already, sorted. Where several modules export a symbol, the one among its
// depends is taken for it, else all are named.
func (c *Catalog) providers(k *Kmod, exports map[string][]string) []string {
	m := &c.Modules[k.Module]
	found := map[string]bool{}
	for _, symbol := range m.Imports {
		names := exports[symbol]
		if slices.ContainsFunc(names, func(name string) bool { return name == m.Name || slices.Contains(m.Depends, name) }) {
			continue
		}
		for _, name := range names {
			found[name] = true
		}
	}
	if len(found) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(found))
}

// WithoutSymbols returns a copy of the catalogue without the lists of imports
// and exports, which only [Catalog.Link] needs and which are most of its size.
func (c *Catalog) WithoutSymbols() *Catalog {
	var b Builder
	b.dropSymbols = true
	b.AddCatalog(c)
	return b.Catalog(c.Name, c.Version, c.Date)
}
