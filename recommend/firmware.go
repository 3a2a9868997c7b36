package recommend

import (
	"path"
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

// firmware lists the files that the chosen modules ask the kernel for.
//
// Of a distribution's kernel one file stands for each package that ships some:
// a module names files of many card generations, most of which no machine
// needs. Of an extension each file is listed, and shipped where its recipe
// names it. A pack's loader brings an archive of firmware; where the catalogue
// does not know what that holds, nothing is said.
func (e *evaluation) firmware() []plan.Firmware {
	list := []plan.Firmware{}
	for _, offer := range e.chosen {
		m := e.module(offer)
		switch {
		case e.loader == linux:
			list = append(list, e.packaged(offer, m)...)
		case e.offers[offer].ext.Pack:
			list = append(list, e.besidePacks(offer, m)...)
		default:
			for _, file := range m.Firmware {
				list = append(list, plan.Firmware{Module: m.Name, File: file, Shipped: e.ships(offer, file)})
			}
		}
	}
	return list
}

// besidePacks lists what a module asks for of the loader's archive of firmware.
func (e *evaluation) besidePacks(offer int, m *catalog.Module) []plan.Firmware {
	var list []plan.Firmware
	for _, p := range e.world.cats[e.offers[offer].cat].Firmware {
		if p.Loader != e.platform.Loader {
			continue
		}
		for _, file := range m.Firmware {
			_, shipped := slices.BinarySearch(p.Files, file)
			list = append(list, plan.Firmware{Module: m.Name, File: file, Shipped: shipped, Package: p.Package})
		}
	}
	return list
}

// packaged names the packages that ship firmware of a module; where none does,
// its first file stands for all.
func (e *evaluation) packaged(offer int, m *catalog.Module) []plan.Firmware {
	var list []plan.Firmware
	for _, p := range e.world.cats[e.offers[offer].cat].Firmware {
		if p.Loader != "" {
			continue
		}
		i := slices.IndexFunc(m.Firmware, func(file string) bool {
			_, found := slices.BinarySearch(p.Files, file)
			return found
		})
		if i >= 0 {
			list = append(list, plan.Firmware{Module: m.Name, File: m.Firmware[i], Shipped: true, Package: p.Package})
		}
	}
	if len(list) == 0 && len(m.Firmware) > 0 {
		list = append(list, plan.Firmware{Module: m.Name, File: m.Firmware[0]})
	}
	return list
}

func (e *evaluation) ships(offer int, firmware string) bool {
	return slices.ContainsFunc(e.offers[offer].recipe.Files, func(f catalog.File) bool {
		return f.Name == path.Base(firmware)
	})
}
