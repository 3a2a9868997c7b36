package catalog

import (
	"maps"
	"slices"
)

// Extend returns c with the releases that base has for the extensions of c and
// c itself has not. What is installed in a loader is there for one platform
// only, and must not hide what the same extension has for others.
func Extend(c, base *Catalog) *Catalog {
	var b Builder
	b.AddCatalog(c)
	module := map[int]int{}
	for i := range base.Extensions {
		e := &base.Extensions[i]
		if at, found := b.extensions[key{e.Loader, e.ID}]; found {
			b.extend(&b.cat.Extensions[at], base, e, module)
		}
	}
	return b.Catalog(c.Name, c.Version, c.Date)
}

// extend adds the recipes of e, an extension of base, for platforms that own
// has no release for.
func (b *Builder) extend(own *Extension, base *Catalog, e *Extension, module map[int]int) {
	recipes := map[int]int{}
	for _, platform := range sortedKeys(e.Releases) {
		if own.RecipeFor(platform) != nil {
			continue
		}
		from := e.Releases[platform]
		if _, added := recipes[from]; !added {
			recipes[from] = len(own.Recipes)
			own.Recipes = append(own.Recipes, b.copyRecipe(base, &e.Recipes[from], module))
		}
		own.Releases = maps.Clone(own.Releases)
		own.Releases[platform] = recipes[from]
	}
}

func (b *Builder) copyRecipe(base *Catalog, r *Recipe, module map[int]int) Recipe {
	out := *r
	out.Kmods = slices.Clone(r.Kmods)
	for i := range out.Kmods {
		at := out.Kmods[i].Module
		if _, copied := module[at]; !copied {
			module[at] = b.AddModule(base.Modules[at], base.aliasSet(at))
		}
		out.Kmods[i].Module = module[at]
	}
	return out
}

// Behind returns c as it is seen behind first: without the platforms and
// extensions that first has too. It goes by the name and the hash of c.
func Behind(c, first *Catalog) (*Catalog, error) {
	hash, err := c.Hash()
	if err != nil {
		return nil, err
	}
	has := map[key]bool{}
	for _, p := range first.Platforms {
		has[key{p.Loader, p.ID}] = true
	}
	own := map[key]bool{}
	for _, e := range first.Extensions {
		own[key{e.Loader, e.ID}] = true
	}
	return &Catalog{
		Schema: c.Schema, Name: c.Name, Version: c.Version, Date: c.Date, Provenance: c.Provenance,
		AliasSets: c.AliasSets, Modules: c.Modules, Firmware: c.Firmware,
		Platforms:  slices.DeleteFunc(slices.Clone(c.Platforms), func(p Platform) bool { return has[key{p.Loader, p.ID}] }),
		Extensions: slices.DeleteFunc(slices.Clone(c.Extensions), func(e Extension) bool { return own[key{e.Loader, e.ID}] }),
		sum:        hash,
	}, nil
}
