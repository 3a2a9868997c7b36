package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// The states of a cell beside the codes of [Codes], which say what keeps a
// package from working where it has a release.
const (
	Usable     = "usable"
	NoRelease  = "no-release"  // no index names a recipe for the platform, no pack has the module
	Broken     = "broken"      // the loader's packer cannot install the recipe
	InPlatform = "in-platform" // the kernel or the initrd has the module
)

// Matrix is what there is for the platforms of one loader.
type Matrix struct {
	Loader    string   `json:"loader"`
	Of        string   `json:"of"`        // what a row is: "extension" or "module"
	Platforms []string `json:"platforms"` // the columns
	Rows      []Row    `json:"rows"`
}

// Row is one extension, or one module whoever ships it.
type Row struct {
	Name  string `json:"name"`
	Cells []Cell `json:"cells"` // in the order of the platforms
}

// Cell is what a row's package is worth on one platform.
type Cell struct {
	State  string `json:"state"`            // Usable, NoRelease, Broken, InPlatform, or a code of catalog check
	Reason string `json:"reason,omitempty"` // why it is not usable: the evidence
}

// Matrix returns one matrix for each loader that has platforms which keep
// wants: of extensions, or of modules where asked for and where a loader has
// packs, which hold everything. Loaders, platforms and rows are in order.
func (c *Catalog) Matrix(keep func(*Platform) bool, modules bool) []Matrix {
	byLoader := map[string][]*Platform{}
	for i := range c.Platforms {
		if p := &c.Platforms[i]; keep(p) {
			byLoader[p.Loader] = append(byLoader[p.Loader], p)
		}
	}
	faults := c.faults()
	var list []Matrix
	for _, loader := range sortedKeys(byLoader) {
		m := Matrix{Loader: loader, Of: "extension"}
		for _, p := range byLoader[loader] {
			m.Platforms = append(m.Platforms, p.ID)
		}
		if modules || c.hasPacks(loader) {
			m.Of = "module"
			m.Rows = c.moduleRows(byLoader[loader], faults)
		} else {
			m.Rows = c.extensionRows(loader, byLoader[loader], faults)
		}
		list = append(list, m)
	}
	return list
}

func (c *Catalog) hasPacks(loader string) bool {
	return slices.ContainsFunc(c.Extensions, func(e Extension) bool { return e.Loader == loader && e.Pack })
}

// faults are the worst findings by extension, platform and module file; "" for
// a whole recipe.
type faults map[[3]string]Finding

// faults checks the catalogue and keeps what makes a recipe or module useless.
func (c *Catalog) faults() faults {
	all := faults{}
	for _, f := range c.Check() {
		if f.Severity != StopsBoot && f.Severity != DriverLost || len(f.Others) > 0 {
			continue // a conflict is that of two extensions, each of which may be taken
		}
		for _, module := range []string{f.Module, ""} {
			at := [3]string{f.Extension, f.Platform, module}
			if old, found := all[at]; !found || worse(&f, &old) {
				all[at] = f
			}
		}
	}
	return all
}

func worse(a, b *Finding) bool {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Code, b.Code)) < 0 // "stops-boot" > "driver-lost"
}

func (c *Catalog) extensionRows(loader string, platforms []*Platform, faults faults) []Row {
	var rows []Row
	for i := range c.Extensions {
		if e := &c.Extensions[i]; e.Loader == loader {
			row := Row{Name: e.ID}
			for _, p := range platforms {
				row.Cells = append(row.Cells, e.cell(p.ID, "", faults))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// cell says what an extension is worth on a platform, or one module of it.
func (e *Extension) cell(platform, module string, faults faults) Cell {
	recipe := e.RecipeFor(platform)
	fault, found := faults[[3]string{e.ID, platform, module}]
	switch {
	case recipe == nil && e.Lost[platform] != "":
		return Cell{e.Lost[platform], fmt.Sprintf("its index has a release for %s, which leads to no recipe", platform)}
	case recipe == nil:
		return Cell{NoRelease, "its index has no release for " + platform}
	case recipe.Broken != "":
		return Cell{Broken, recipe.Broken}
	case found:
		return Cell{fault.Code, fault.Message}
	}
	return Cell{State: Usable}
}

func (c *Catalog) moduleRows(platforms []*Platform, faults faults) []Row {
	rows := map[string][]Cell{}
	row := func(name string) []Cell {
		if rows[name] == nil {
			rows[name] = make([]Cell, len(platforms))
		}
		return rows[name]
	}
	for at, p := range platforms {
		for e := range c.extensionsOf(p) {
			for _, k := range e.RecipeFor(p.ID).Loaded() {
				m := &c.Modules[k.Module]
				if cell := &row(m.Name)[at]; cell.State != Usable {
					*cell = e.cell(p.ID, m.File, faults)
				}
			}
		}
	}
	for at, p := range platforms {
		has := map[string]bool{}
		for _, name := range p.Builtin {
			has[name] = true
		}
		for _, i := range p.Initrd {
			has[c.Modules[i].Name] = true
		}
		for name, cells := range rows {
			switch {
			case has[name]:
				cells[at] = Cell{State: InPlatform}
			case cells[at].State == "":
				cells[at] = Cell{NoRelease, "nothing ships it for " + p.ID}
			}
		}
	}
	var list []Row
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		list = append(list, Row{name, rows[name]})
	}
	return list
}
