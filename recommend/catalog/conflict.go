package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
)

// shipper is an extension that loads a module on one platform.
type shipper struct {
	extension string
	module    int // position in Modules
}

// loads maps the internal names of modules to the extensions that load them.
type loads map[string][]shipper

// loadsOn collects what installing all extensions of a platform would load.
// Packs are cut down rather than added to, and conflict with nothing.
func (c *Catalog) loadsOn(p *Platform) loads {
	all := loads{}
	for e := range c.extensionsOf(p) {
		if e.Pack {
			continue
		}
		for _, k := range e.RecipeFor(p.ID).Loaded() {
			name := c.Modules[k.Module].Name
			all[name] = append(all[name], shipper{e.ID, k.Module})
		}
	}
	return all
}

// extensions lists who loads a module, each once.
func (l loads) extensions(module string) []string {
	var ids []string
	for _, s := range l[module] {
		if !slices.Contains(ids, s.extension) {
			ids = append(ids, s.extension)
		}
	}
	return ids
}

// duplicates finds modules that several extensions of a platform load.
func (k *checker) duplicates(s *site) {
	for _, name := range sortedKeys(s.loads) {
		ids := s.loads.extensions(name)
		if len(ids) < 2 {
			continue
		}
		k.found("platform-module-in-several-extensions",
			Finding{Extension: ids[0], Others: ids[1:], Platform: s.platform.ID, Module: name},
			fmt.Sprintf("%d extensions load %s, %s: %s", len(ids), name, k.sameness(s.loads[name]), strings.Join(ids, ", ")))
	}
}

// sameness says whether files of one module are equal, as far as their hashes
// are known.
func (k *checker) sameness(list []shipper) string {
	sums := map[string]bool{}
	for _, s := range list {
		sum := k.c.Modules[s.module].SHA256
		if sum == "" {
			return "whether the same file is not known"
		}
		sums[sum] = true
	}
	if len(sums) == 1 {
		return "all the same file"
	}
	return fmt.Sprintf("%d different files", len(sums))
}

// pciID is a pattern that names one PCI device: vendor and device as lspci
// prints them, and what it says about subsystem and class, "*" for anything.
type pciID struct {
	device string // "8086:1533"
	rest   []string
}

// pciIDs returns the patterns of an alias set that name vendor and device.
func pciIDs(patterns []string) []pciID {
	var list []pciID
	for _, p := range patterns {
		alias, err := modalias.Parse(p)
		vendor, device, named := alias.IDs()
		if err != nil || alias.Bus != "pci" || !named {
			continue
		}
		id := pciID{device: vendor + ":" + device}
		for _, field := range alias.Fields[2:] {
			id.rest = append(id.rest, field.Value)
		}
		list = append(list, id)
	}
	return list
}

// overlaps says whether a device can match both patterns.
func (a pciID) overlaps(b pciID) bool {
	for i := range min(len(a.rest), len(b.rest)) {
		if a.rest[i] != b.rest[i] && a.rest[i] != "*" && b.rest[i] != "*" {
			return false
		}
	}
	return true
}

// claim is one module of an extension that names a PCI device.
type claim struct {
	pciID
	name, extension string
}

// rivals finds pairs of extensions whose modules, of different names, claim
// the same PCI device by its ids.
func (k *checker) rivals(s *site) {
	claims := map[string][]claim{}
	shared := map[[2]string][]string{} // pair of extensions -> devices
	for _, name := range sortedKeys(s.loads) {
		for _, by := range s.loads[name] {
			for _, id := range k.idsOf(by.module) {
				mine := claim{id, name, by.extension}
				for _, other := range claims[id.device] {
					if mine.contests(other) {
						pair := [2]string{min(other.extension, by.extension), max(other.extension, by.extension)}
						shared[pair] = append(shared[pair], id.device+" by "+min(name, other.name)+" and "+max(name, other.name))
					}
				}
				claims[id.device] = append(claims[id.device], mine)
			}
		}
	}
	for pair, devices := range shared {
		slices.Sort(devices)
		k.found("platform-pci-id-claimed-twice", Finding{Extension: pair[0], Others: pair[1:], Platform: s.platform.ID},
			"both claim "+firstFew(slices.Compact(devices)))
	}
}

// contests says whether two claims are of different modules of different
// extensions, and a device can match both.
func (a claim) contests(b claim) bool {
	return a.name != b.name && a.extension != b.extension && a.overlaps(b.pciID)
}

// idsOf returns the PCI ids of a module; alias sets are taken apart once.
func (k *checker) idsOf(module int) []pciID {
	set := k.c.Modules[module].Aliases
	if set == None {
		return nil
	}
	ids, known := k.ids[set]
	if !known {
		ids = pciIDs(k.c.AliasSets[set])
		k.ids[set] = ids
	}
	return ids
}

// virtioVendor is the one vendor whose PCI devices have one driver (OASIS
// virtio 1.2, section 4.1.2).
const virtioVendor = "00001AF4"

// tooWide returns an alias that matches every device of a bus, or every one of
// a vendor in a module that is not of the kernel's own sources.
func tooWide(m *Module, patterns []string) string {
	for _, p := range patterns {
		alias, err := modalias.Parse(p)
		if err != nil || alias.Bus != "pci" && alias.Bus != "usb" {
			continue
		}
		var vendor string // "" where it is open
		named := 0
		for i, field := range alias.Fields {
			if field.IsAny() {
				continue
			}
			if named++; i == 0 {
				vendor = field.Value
			}
		}
		if named == 0 || named == 1 && vendor != "" && m.OutOfTree && vendor != virtioVendor {
			return p
		}
	}
	return ""
}
