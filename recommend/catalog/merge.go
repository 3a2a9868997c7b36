package catalog

import (
	"maps"
	"slices"
)

// Merge returns one catalogue with the contents of several. Of platforms and
// extensions with the same loader and ID the first given wins. Version and
// date are those that [Builder.Catalog] derives.
func Merge(name string, catalogs ...*Catalog) *Catalog {
	var b Builder
	for _, c := range catalogs {
		b.AddCatalog(c)
	}
	return b.Catalog(name, "", "")
}

// AddCatalog adds everything that c holds; c is not changed.
func (b *Builder) AddCatalog(c *Catalog) {
	for _, p := range c.Provenance {
		b.AddSource(p)
	}
	module := make([]int, len(c.Modules))
	for i, m := range c.Modules {
		module[i] = b.AddModule(m, c.aliasSet(i))
	}
	for _, p := range c.Platforms {
		p.Initrd, p.Drivers = renumber(p.Initrd, module), renumber(p.Drivers, module)
		b.AddPlatform(p)
	}
	for _, e := range c.Extensions {
		e.Releases = maps.Clone(e.Releases)
		e.Recipes = slices.Clone(e.Recipes)
		for i := range e.Recipes {
			e.Recipes[i].Kmods = slices.Clone(e.Recipes[i].Kmods)
			for j := range e.Recipes[i].Kmods {
				k := &e.Recipes[i].Kmods[j]
				k.Module = module[k.Module]
			}
		}
		b.AddExtension(e)
	}
	for _, f := range c.Firmware {
		b.AddFirmware(f)
	}
}

func renumber(list, moved []int) []int {
	var out []int
	for _, at := range list {
		out = append(out, moved[at])
	}
	return out
}
