package catalog

import (
	"maps"
	"slices"

	"github.com/modscout/modscout/modalias"
)

// The changes of platforms and devices.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed" // of a device: other patterns of the same modules
	Gained  = "gained"  // had no driver of its own and has one now
	LostOne = "lost"    // had one and has none now
	Moved   = "moved"   // is claimed by other modules than before
)

// PlatformDiff is what differs on one platform between two states of drivers.
type PlatformDiff struct {
	Platform string       `json:"platform"`
	Also     []string     `json:"also,omitempty"` // platforms that changed alike
	Old      string       `json:"old,omitempty"`  // its name in the old state, where that is another
	Change   string       `json:"change"`         // Added, Removed or Changed
	Added    []string     `json:"modules_added,omitempty"`
	Removed  []string     `json:"modules_removed,omitempty"`
	Devices  []DeviceDiff `json:"devices,omitempty"`
}

// DeviceDiff is what differs for one device.
type DeviceDiff struct {
	ID          string   `json:"id"`     // "pci:8086:15f3", or a pattern without ids
	Change      string   `json:"change"` // Gained, LostOne, Moved or Changed
	Old         []string `json:"old_modules,omitempty"`
	New         []string `json:"new_modules,omitempty"`
	OldPatterns []string `json:"old_patterns,omitempty"` // that the new state has not
	NewPatterns []string `json:"new_patterns,omitempty"` // that the old one has not
}

// Drivers returns the modules of each platform with what they claim, as
// [DiffDrivers] compares them: what extensions load, packs hold and, as far as
// it is known, what is built in.
func (c *Catalog) Drivers() []modalias.Platform {
	var list []modalias.Platform
	for i := range c.Platforms {
		p := &c.Platforms[i]
		out := modalias.Platform{ID: p.ID}
		for _, name := range p.Builtin {
			out.Modules = append(out.Modules, modalias.Module{Name: name, Builtin: true})
		}
		seen := map[int]bool{}
		for at := range c.modulesOn(p) {
			if m := &c.Modules[at]; !seen[at] {
				seen[at] = true
				out.Modules = append(out.Modules, modalias.Module{Name: m.Name, File: m.File, Aliases: c.aliasSet(at)})
			}
		}
		list = append(list, out)
	}
	return list
}

// DiffDrivers compares platforms of the same ID, or the only ones of both
// states. Platforms that do not differ are left out.
func DiffDrivers(old, new []modalias.Platform) []PlatformDiff {
	if len(old) == 1 && len(new) == 1 {
		d := diffPlatform(&old[0], &new[0])
		if d.empty() {
			return []PlatformDiff{}
		}
		if old[0].ID != new[0].ID {
			d.Old = old[0].ID
		}
		return []PlatformDiff{d}
	}
	before, after := byID(old), byID(new)
	both := maps.Clone(before)
	maps.Copy(both, after)
	diffs := []PlatformDiff{}
	for _, id := range sortedKeys(both) {
		a, b := before[id], after[id]
		switch {
		case a == nil:
			diffs = append(diffs, PlatformDiff{Platform: id, Change: Added})
		case b == nil:
			diffs = append(diffs, PlatformDiff{Platform: id, Change: Removed})
		default:
			if d := diffPlatform(a, b); !d.empty() {
				diffs = append(diffs, d)
			}
		}
	}
	return diffs
}

// Alike puts platforms that changed in the same way together, under the first
// of them.
func Alike(diffs []PlatformDiff) []PlatformDiff {
	out := []PlatformDiff{}
	for _, d := range diffs {
		i := slices.IndexFunc(out, func(other PlatformDiff) bool { return other.sameAs(&d) })
		if i < 0 {
			out = append(out, d)
			continue
		}
		out[i].Also = append(out[i].Also, d.Platform)
	}
	return out
}

func (d *PlatformDiff) sameAs(other *PlatformDiff) bool {
	return d.Change == other.Change && d.Old == "" && other.Old == "" &&
		slices.Equal(d.Added, other.Added) && slices.Equal(d.Removed, other.Removed) &&
		slices.EqualFunc(d.Devices, other.Devices, func(a, b DeviceDiff) bool {
			return a.ID == b.ID && a.Change == b.Change && slices.Equal(a.Old, b.Old) && slices.Equal(a.New, b.New) &&
				slices.Equal(a.OldPatterns, b.OldPatterns) && slices.Equal(a.NewPatterns, b.NewPatterns)
		})
}

func byID(platforms []modalias.Platform) map[string]*modalias.Platform {
	m := map[string]*modalias.Platform{}
	for i := range platforms {
		m[platforms[i].ID] = &platforms[i]
	}
	return m
}

func diffPlatform(old, new *modalias.Platform) PlatformDiff {
	d := PlatformDiff{Platform: new.ID, Change: Changed}
	modulesOld, modulesNew := moduleSet(old), moduleSet(new)
	d.Removed, d.Added = beyond(modulesOld, modulesNew), beyond(modulesNew, modulesOld)
	claimsOld, claimsNew := claimantsOf(old), claimantsOf(new)
	both := maps.Clone(claimsOld)
	maps.Copy(both, claimsNew)
	for _, id := range sortedKeys(both) {
		if device := diffDevice(claimsOld[id], claimsNew[id]); device.Change != "" {
			device.ID = id
			d.Devices = append(d.Devices, device)
		}
	}
	return d
}

func (d *PlatformDiff) empty() bool { return len(d.Added)+len(d.Removed)+len(d.Devices) == 0 }

func moduleSet(p *modalias.Platform) map[string]bool {
	set := map[string]bool{}
	for i := range p.Modules {
		set[printedName(&p.Modules[i])] = true
	}
	return set
}

func printedName(m *modalias.Module) string {
	if m.Builtin {
		return m.Name + " (built in)"
	}
	return m.Name
}

// claimants is who claims one device.
type claimants struct{ modules, patterns map[string]bool }

func claimantsOf(p *modalias.Platform) map[string]claimants {
	all := map[string]claimants{}
	for i := range p.Modules {
		for _, pattern := range p.Modules[i].Aliases {
			id := DeviceOf(pattern)
			c, found := all[id]
			if !found {
				c = claimants{map[string]bool{}, map[string]bool{}}
				all[id] = c
			}
			c.modules[printedName(&p.Modules[i])] = true
			c.patterns[pattern] = true
		}
	}
	return all
}

func diffDevice(old, new claimants) DeviceDiff {
	d := DeviceDiff{
		Old: slices.Sorted(maps.Keys(old.modules)), New: slices.Sorted(maps.Keys(new.modules)),
		OldPatterns: beyond(old.patterns, new.patterns), NewPatterns: beyond(new.patterns, old.patterns),
	}
	switch {
	case len(d.Old) == 0:
		d.Change = Gained
	case len(d.New) == 0:
		d.Change = LostOne
	case !slices.Equal(d.Old, d.New):
		d.Change = Moved
	case len(d.OldPatterns)+len(d.NewPatterns) > 0:
		d.Change = Changed
	}
	return d
}

// beyond returns what the first set has and the second has not, sorted.
func beyond(from, in map[string]bool) []string {
	var list []string
	for item := range from {
		if !in[item] {
			list = append(list, item)
		}
	}
	slices.Sort(list)
	return list
}

// DeviceOf returns the vendor and device id that a pattern names, as lspci and
// lsusb print them, with the bus before them, or else the pattern.
func DeviceOf(pattern string) string {
	alias, _ := modalias.Parse(pattern)
	if vendor, device, named := alias.IDs(); named {
		return alias.Bus + ":" + vendor + ":" + device
	}
	return pattern
}
