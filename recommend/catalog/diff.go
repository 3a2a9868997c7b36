package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
)

// Changes are what a newer state has that an older one had not, by platform.
type Changes struct {
	Added     []string         `json:"platforms_added,omitempty"`
	Removed   []string         `json:"platforms_removed,omitempty"`
	Changed   []PlatformChange `json:"platforms_changed,omitempty"`
	Modules   int              `json:"modules"`   // of the newer state, different names
	Platforms int              `json:"platforms"` // of the newer state
}

// Empty says whether nothing differs.
func (c *Changes) Empty() bool { return len(c.Added)+len(c.Removed)+len(c.Changed) == 0 }

// PlatformChange is what differs on platforms; all of these changed alike.
type PlatformChange struct {
	Platforms []string `json:"platforms"`
	PlatformDiff
}

// PlatformDiff is what differs on one platform.
type PlatformDiff struct {
	ModulesAdded   []string `json:"modules_added,omitempty"`
	ModulesRemoved []string `json:"modules_removed,omitempty"`

	// Gained devices have a driver now and had none, Lost ones the other way
	// round; Moved ones have another set of drivers than before.
	Gained []DeviceChange `json:"gained,omitempty"`
	Lost   []DeviceChange `json:"lost,omitempty"`
	Moved  []DeviceChange `json:"moved,omitempty"`

	// Patterns are changes of one device's patterns that leave its drivers the
	// same: a subsystem more, a class less.
	Patterns []DeviceChange `json:"patterns,omitempty"`
}

// DeviceChange is a device, by the ids that patterns name, and its drivers.
type DeviceChange struct {
	Device string   `json:"device"` // "8086:15f3" as lspci and lsusb print it, else the pattern's bus and pattern
	From   []string `json:"from,omitempty"`
	To     []string `json:"to,omitempty"`
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

// DiffDrivers compares two states of drivers. Two that have one platform each
// are compared whatever its name is, as two releases of a kernel are.
func DiffDrivers(old, new []modalias.Platform) *Changes {
	changes := &Changes{Platforms: len(new)}
	names := map[string]bool{}
	for _, p := range new {
		for _, m := range p.Modules {
			names[m.Name] = true
		}
	}
	changes.Modules = len(names)
	if len(old) == 1 && len(new) == 1 {
		changes.add(new[0].ID, diffPlatform(&old[0], &new[0]))
		return changes
	}
	before, after := byID(old), byID(new)
	for _, id := range sortedKeys(before) {
		if after[id] == nil {
			changes.Removed = append(changes.Removed, id)
		}
	}
	for _, id := range sortedKeys(after) {
		if before[id] == nil {
			changes.Added = append(changes.Added, id)
			continue
		}
		changes.add(id, diffPlatform(before[id], after[id]))
	}
	return changes
}

func byID(list []modalias.Platform) map[string]*modalias.Platform {
	ids := map[string]*modalias.Platform{}
	for i := range list {
		ids[list[i].ID] = &list[i]
	}
	return ids
}

// add puts platforms that changed alike together.
func (c *Changes) add(id string, d PlatformDiff) {
	if d.empty() {
		return
	}
	for i := range c.Changed {
		if c.Changed[i].equal(&d) {
			c.Changed[i].Platforms = append(c.Changed[i].Platforms, id)
			return
		}
	}
	c.Changed = append(c.Changed, PlatformChange{[]string{id}, d})
}

func (d *PlatformDiff) empty() bool {
	return len(d.ModulesAdded)+len(d.ModulesRemoved)+len(d.Gained)+len(d.Lost)+len(d.Moved)+len(d.Patterns) == 0
}

func (d *PlatformDiff) equal(other *PlatformDiff) bool {
	same := func(a, b DeviceChange) bool {
		return a.Device == b.Device && slices.Equal(a.From, b.From) && slices.Equal(a.To, b.To)
	}
	return slices.Equal(d.ModulesAdded, other.ModulesAdded) && slices.Equal(d.ModulesRemoved, other.ModulesRemoved) &&
		slices.EqualFunc(d.Gained, other.Gained, same) && slices.EqualFunc(d.Lost, other.Lost, same) &&
		slices.EqualFunc(d.Moved, other.Moved, same) && slices.EqualFunc(d.Patterns, other.Patterns, same)
}

func diffPlatform(old, new *modalias.Platform) (d PlatformDiff) {
	before, after := driversOf(old), driversOf(new)
	d.ModulesAdded, d.ModulesRemoved = beyond(after.modules, before.modules), beyond(before.modules, after.modules)
	devices := maps.Clone(before.devices)
	maps.Copy(devices, after.devices)
	for _, device := range sortedKeys(devices) {
		was, is := before.devices[device], after.devices[device]
		change := DeviceChange{device, was.names(), is.names()}
		switch {
		case was == nil:
			d.Gained = append(d.Gained, change)
		case is == nil:
			d.Lost = append(d.Lost, change)
		case !slices.Equal(change.From, change.To):
			d.Moved = append(d.Moved, change)
		case !maps.EqualFunc(was, is, slices.Equal):
			d.Patterns = append(d.Patterns, change)
		}
	}
	return d
}

// drivers is a platform as it is compared: its modules, and for each device
// who claims it, by which patterns.
type drivers struct {
	modules map[string]bool
	devices map[string]claimants
}

// claimants maps modules to the patterns of theirs that name one device.
type claimants map[string][]string

func (c claimants) names() []string {
	if len(c) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(c))
}

func driversOf(p *modalias.Platform) drivers {
	d := drivers{map[string]bool{}, map[string]claimants{}}
	for _, m := range p.Modules {
		name := m.Name
		if m.Builtin {
			name += " (built in)"
		}
		d.modules[name] = true
		for _, alias := range m.Aliases {
			device := DeviceOf(alias)
			if d.devices[device] == nil {
				d.devices[device] = claimants{}
			}
			d.devices[device][name] = append(d.devices[device][name], alias)
		}
	}
	for _, by := range d.devices {
		for name := range by {
			slices.Sort(by[name])
			by[name] = slices.Compact(by[name])
		}
	}
	return d
}

// beyond lists what only the first has.
func beyond(a, b map[string]bool) []string {
	var list []string
	for name := range a {
		if !b[name] {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// DeviceOf names the device of a pattern for a person: vendor and device id of
// PCI and USB as lspci and lsusb print them, else the pattern itself.
func DeviceOf(pattern string) string {
	bus, fields, _ := strings.Cut(pattern, ":")
	switch {
	case bus == "pci" && len(fields) >= 18 && fields[0] == 'v' && fields[9] == 'd' && isHex(fields[5:9]) && isHex(fields[14:18]):
		return strings.ToLower(fields[5:9] + ":" + fields[14:18])
	case bus == "usb" && len(fields) >= 10 && fields[0] == 'v' && fields[5] == 'p' && isHex(fields[1:5]) && isHex(fields[6:10]):
		return "usb " + strings.ToLower(fields[1:5]+":"+fields[6:10])
	}
	return pattern
}

func isHex(digits string) bool { return strings.Trim(digits, "0123456789ABCDEF") == "" }
