package recommend

import (
	"fmt"
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// firmware lists the files that the chosen modules ask the kernel for.
//
// Of a distribution's kernel one file stands for each package that ships some:
// a module names files of many card generations, most of which no machine
// needs. Of an extension each file is listed, and shipped where its recipe's
// files have it. A pack's loader brings an archive of firmware; where the
// catalogue does not know what that holds, nothing is said here, and a warning
// where the driver needs one.
func (e *evaluation) firmware() []plan.Firmware {
	list := []plan.Firmware{}
	for _, offer := range e.chosen {
		m := e.module(offer)
		switch {
		case e.loader == linux:
			list = append(list, packaged(e.firmwares(offer), m)...)
		case e.offers[offer].ext.Pack:
			list = append(list, besidePacks(e.firmwares(offer), m)...)
		default:
			for _, file := range m.Firmware {
				list = append(list, plan.Firmware{Module: m.Name, File: file, Shipped: e.offers[offer].recipe.Ships(file)})
			}
		}
	}
	return list
}

// firmwares are the packages that may ship firmware for an offer.
func (e *evaluation) firmwares(offer int) []catalog.FirmwarePackage {
	return e.world.cats[e.offers[offer].cat].Firmwares(e.platform.Loader)
}

// besidePacks lists what a module asks for of the loader's archives of firmware.
func besidePacks(packages []catalog.FirmwarePackage, m *catalog.Module) []plan.Firmware {
	var list []plan.Firmware
	for _, p := range packages {
		for _, file := range m.Firmware {
			list = append(list, plan.Firmware{Module: m.Name, File: file, Shipped: p.Ships(file), Package: p.Package})
		}
	}
	return list
}

// packaged names the packages that ship firmware of a module; where none does,
// its first file stands for all.
func packaged(packages []catalog.FirmwarePackage, m *catalog.Module) []plan.Firmware {
	var list []plan.Firmware
	for _, p := range packages {
		if i := slices.IndexFunc(m.Firmware, p.Ships); i >= 0 {
			list = append(list, plan.Firmware{Module: m.Name, File: m.Firmware[i], Shipped: true, Package: p.Package})
		}
	}
	if len(list) == 0 && len(m.Firmware) > 0 {
		list = append(list, plan.Firmware{Module: m.Name, File: m.Firmware[0]})
	}
	return list
}

// firmwareDoubt warns of a driver that may lack its firmware: of an extension
// whose files have not all that it may ask for, and of a pack beside which
// nobody knows what firmware lies, where the driver does nothing without.
func (e *evaluation) firmwareDoubt(offer int) (plan.Warning, bool) {
	o, m := &e.offers[offer], e.module(offer)
	source, needs := catalog.NeedsFirmware(m)
	lacks := slices.IndexFunc(m.Firmware, func(file string) bool { return !o.recipe.Ships(file) })
	switch {
	case e.loader == linux || lacks < 0:
	case !o.ext.Pack && needs:
		return plan.Warning{Code: "firmware-not-shipped", Source: source,
			Text: fmt.Sprintf("%s does nothing without its firmware, such as %s; %s does not bring it, so it must be in the OS", m.Name, m.Firmware[lacks], o.ext.ID)}, true
	case !o.ext.Pack:
		return plan.Warning{Code: "firmware-not-named",
			Text: fmt.Sprintf("%s may ask for %s, which %s does not bring", m.Name, m.Firmware[lacks], o.ext.ID)}, true
	case needs && len(e.firmwares(offer)) == 0:
		facts, _ := platform.Loader(e.loader)
		return plan.Warning{Code: "firmware-not-known", Source: source,
			Text: fmt.Sprintf("%s does nothing without its firmware, such as %s; whether %s's firmware.tgz has it is not known here", m.Name, m.Firmware[0], facts.Title)}, true
	}
	return plan.Warning{}, false
}
