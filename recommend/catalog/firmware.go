package catalog

import (
	_ "embed"
	"path"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
)

//go:embed firmware.json
var firmwareData []byte

// idle are the drivers of network and storage cards that do nothing without a
// file of firmware, by internal name, with the file of Linux where that can be
// read. A .ko names the files that it may ask for; whether its card also works
// without one, only its source tells.
var idle = sync.OnceValue(func() map[string]string {
	var list []struct {
		Module string `json:"module"`
		Source string `json:"source"`
	}
	if err := json.Unmarshal(firmwareData, &list); err != nil {
		panic("firmware.json: " + err.Error())
	}
	sources := map[string]string{}
	for _, d := range list {
		sources[d.Module] = d.Source
	}
	return sources
})

// NeedsFirmware says whether a module drives nothing without one of the files
// in its Firmware, and which file of Linux says so.
func NeedsFirmware(m *Module) (source string, needs bool) {
	source, needs = idle()[m.Name]
	return source, needs && len(m.Firmware) > 0
}

// Firmwares are the packages that ship firmware for a platform of a loader:
// those of the distribution for its kernels, else the loader's own archive
// beside its packs. Where none is known, what is shipped is not known either.
func (c *Catalog) Firmwares(loader string) []FirmwarePackage {
	if loader == "linux" {
		loader = ""
	}
	return slices.DeleteFunc(slices.Clone(c.Firmware), func(p FirmwarePackage) bool { return p.Loader != loader })
}

// WithoutFirmware says that a module of a platform drives nothing, because it
// needs firmware and of the files that it asks for nobody ships one; it names
// the first. Of RedPill's platforms that is never known, because the OS has
// firmware of its own; nor of modules that only a table of packs tells of, which
// gives one of their files (no vermagic marks them).
func (c *Catalog) WithoutFirmware(p *Platform, m *Module) (file string, lacks bool) {
	if _, needs := NeedsFirmware(m); !needs || p.Loader != "linux" && m.Vermagic == "" {
		return "", false
	}
	packages := c.Firmwares(p.Loader)
	for i := range packages {
		if slices.ContainsFunc(m.Firmware, packages[i].Ships) {
			return "", false
		}
	}
	return m.Firmware[0], len(packages) > 0
}

// Ships says whether the package has a file, named as modules do.
func (p *FirmwarePackage) Ships(file string) bool {
	_, found := slices.BinarySearch(p.Files, file)
	return found
}

// Ships says whether the recipe's files bring one of firmware, named as modules
// do: what recipes unpack has no directories.
func (r *Recipe) Ships(file string) bool {
	base := path.Base(file)
	return slices.ContainsFunc(r.Files, func(f File) bool { return f.Name == base }) ||
		slices.Contains(r.Firmware, base) || slices.Contains(r.Members, base)
}

// KeepFirmware notes for every recipe which firmware that its modules ask for
// is among its Members.
func (c *Catalog) KeepFirmware() {
	for i := range c.Extensions {
		for j := range c.Extensions[i].Recipes {
			r := &c.Extensions[i].Recipes[j]
			for _, k := range r.Kmods {
				for _, file := range c.Modules[k.Module].Firmware {
					if base := path.Base(file); slices.Contains(r.Members, base) && !slices.Contains(r.Firmware, base) {
						r.Firmware = append(r.Firmware, base)
					}
				}
			}
			slices.Sort(r.Firmware)
		}
	}
}
