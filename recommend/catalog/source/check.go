package source

import (
	"fmt"
	"maps"
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
)

// checkPlatforms finds what only shows when everything is in place: the order
// of a recipe's modules, what they need and who else ships them.
func (r *reader) checkPlatforms(c *catalog.Catalog) {
	for i := range c.Platforms {
		p := &c.Platforms[i]
		if p.Loader != loaderOf {
			continue
		}
		shippedBy := map[string][]string{}
		for j := range c.Extensions {
			e := &c.Extensions[j]
			if recipe := e.RecipeFor(p.ID); recipe != nil && e.Loader == p.Loader && !e.Pack {
				for _, k := range loaded(recipe) {
					name := c.Modules[k.Module].Name
					shippedBy[name] = append(shippedBy[name], e.ID)
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(shippedBy)) {
			if by := shippedBy[name]; len(by) > 1 {
				r.found("platform-module-in-several-extensions", Finding{Platform: p.ID, File: name},
					fmt.Sprintf("%d extensions load it: %v", len(by), by))
			}
		}
		r.checkExtensions(c, p, shippedBy)
	}
}

func (r *reader) checkExtensions(c *catalog.Catalog, p *catalog.Platform, shippedBy map[string][]string) {
	for i := range c.Extensions {
		e := &c.Extensions[i]
		if recipe := e.RecipeFor(p.ID); recipe != nil && e.Loader == p.Loader && !e.Pack {
			r.checkOrder(c, recipe, Finding{Extension: e.ID, Platform: p.ID, File: recipe.URL}, shippedBy)
		}
	}
}

// checkOrder holds the modules of a recipe against what they require. A
// dependency that nobody ships for the platform may be built in: no finding.
func (r *reader) checkOrder(c *catalog.Catalog, recipe *catalog.Recipe, where Finding, shippedBy map[string][]string) {
	list := loaded(recipe)
	position := map[string]int{}
	for i, k := range list {
		position[c.Modules[k.Module].Name] = i
	}
	for i, k := range list {
		m := &c.Modules[k.Module]
		if m.Stripped {
			r.found("module-stripped", where, m.File+" has no symbol table: insmod refuses it")
		}
		if m.Name != catalog.ModuleName(m.File) {
			r.found("module-name-differs-from-file", where, m.File+" is the module "+m.Name)
		}
		for _, need := range c.Requires(&k) {
			at, here := position[need]
			switch {
			case here && at > i:
				r.found("recipe-order", where, fmt.Sprintf("%s needs %s, which is loaded after it", m.File, need))
			case !here && len(shippedBy[need]) > 0:
				r.found("recipe-dependency-not-loaded", where,
					fmt.Sprintf("%s needs %s, which only %v load", m.File, need, shippedBy[need]))
			}
		}
		for _, need := range k.Ambiguous {
			if by := shippedBy[need]; len(by) > 0 && !slices.Contains(m.Depends, need) {
				r.found("recipe-dependency-ambiguous", where,
					fmt.Sprintf("%s needs %s, which only %v load, unless the kernel has it built in", m.File, need, by))
			}
		}
	}
}

// loaded returns the modules that a recipe lists for loading.
func loaded(recipe *catalog.Recipe) []catalog.Kmod {
	return slices.DeleteFunc(slices.Clone(recipe.Kmods), func(k catalog.Kmod) bool {
		return k.Listed != nil && !*k.Listed
	})
}
