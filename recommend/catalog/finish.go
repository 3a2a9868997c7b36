package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Catalog ends the building: it drops what nothing refers to, puts every table
// into its order and returns the catalogue. An empty date becomes the newest
// of the sources, an empty version the date. The Builder must not be used
// again.
func (b *Builder) Catalog(name, version, date string) *Catalog {
	c := &b.cat
	if date == "" {
		for _, p := range c.Provenance {
			date = max(date, p.Date)
		}
	}
	c.Schema, c.Name, c.Version, c.Date = Schema, name, cmp.Or(version, date), date
	slices.SortFunc(c.Provenance, compareProvenance)
	slices.SortFunc(c.Platforms, func(a, b Platform) int {
		return cmp.Or(cmp.Compare(a.Loader, b.Loader), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(c.Extensions, func(a, b Extension) int {
		return cmp.Or(cmp.Compare(a.Loader, b.Loader), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(c.Firmware, func(a, b FirmwarePackage) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Version, b.Version))
	})
	b.orderModules()
	b.orderAliasSets()
	return c
}

func compareProvenance(a, b Provenance) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Version, b.Version),
		cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.SHA256, b.SHA256), cmp.Compare(a.Date, b.Date))
}

// orderModules sorts the modules that are referred to by name, file and then
// everything else about them, and turns the positions in platforms and recipes.
func (b *Builder) orderModules() {
	c := &b.cat
	identity := make([]string, len(c.Modules))
	for id, at := range b.modules {
		// The position of the alias set within it is that of its first use.
		identity[at] = strings.Join(c.aliasSet(at), "\x00") + id
	}
	used := make([]bool, len(c.Modules))
	c.eachPosition(func(at *int) { used[*at] = true })
	order := positions(used)
	slices.SortFunc(order, func(i, j int) int {
		m, n := &c.Modules[i], &c.Modules[j]
		return cmp.Or(cmp.Compare(m.Name, n.Name), cmp.Compare(m.File, n.File), cmp.Compare(identity[i], identity[j]))
	})
	var moved []int
	c.Modules, moved = permute(c.Modules, order)
	c.eachPosition(func(at *int) { *at = moved[*at] })
}

// orderAliasSets numbers the alias sets by their first use among the ordered
// modules, so that sets of the same driver lie together.
func (b *Builder) orderAliasSets() {
	c := &b.cat
	var order []int
	seen := make([]bool, len(c.AliasSets))
	for _, m := range c.Modules {
		if m.Aliases != None && !seen[m.Aliases] {
			seen[m.Aliases] = true
			order = append(order, m.Aliases)
		}
	}
	var moved []int
	c.AliasSets, moved = permute(c.AliasSets, order)
	for i := range c.Modules {
		if m := &c.Modules[i]; m.Aliases != None {
			m.Aliases = moved[m.Aliases]
		}
	}
}

// eachPosition calls fn with every reference to the table of modules.
func (c *Catalog) eachPosition(fn func(*int)) {
	for i := range c.Platforms {
		for _, list := range [][]int{c.Platforms[i].Initrd, c.Platforms[i].Drivers} {
			for j := range list {
				fn(&list[j])
			}
		}
	}
	for _, list := range [][]Extension{c.Extensions, c.strays} {
		for i := range list {
			for j := range list[i].Recipes {
				kmods := list[i].Recipes[j].Kmods
				for k := range kmods {
					fn(&kmods[k].Module)
				}
			}
		}
	}
}

// positions lists where used is true.
func positions(used []bool) []int {
	list := []int{}
	for i, u := range used {
		if u {
			list = append(list, i)
		}
	}
	return list
}

// permute returns the rows of a table in the given order, and for each old
// position the new one.
func permute[T any](table []T, order []int) (rows []T, moved []int) {
	rows, moved = make([]T, len(order)), make([]int, len(table))
	for to, from := range order {
		rows[to], moved[from] = table[from], to
	}
	return rows, moved
}

// aliasSet returns the patterns of a module, sorted.
func (c *Catalog) aliasSet(module int) []string {
	if at := c.Modules[module].Aliases; at != None {
		return c.AliasSets[at]
	}
	return nil
}
