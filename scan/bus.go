package scan

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report"
)

// scanBus adds the devices of one bus that a driver could ask for by modalias.
// All processors have one modalias, so the first one stands for them.
func (s *scanner) scanBus(bus string) error {
	if bus == "memory" {
		return nil // a block of memory each, thousands on a server: no driver asks for them
	}
	names, places := s.follow("sys/bus/" + bus + "/devices")
	for i, name := range names {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		mark := s.rec.mark()
		d := s.newDevice(bus, name, places[i])
		if !s.describe(d, name, names) || len(d.Modaliases) == 0 && d.VendorID == "" {
			s.rec.forget(mark)
			continue
		}
		s.use(d)
		s.devices = append(s.devices, d)
		if bus == "cpu" {
			break
		}
	}
	return nil
}

// describe reads what only devices of one bus have, and reports whether d
// belongs in the report; names are those on its bus.
func (s *scanner) describe(d *device, name string, names []string) bool {
	switch d.Bus {
	case "pci":
		s.pci(d)
	case "usb":
		return s.usb(d, name, names)
	case "virtio":
		s.virtio(d)
	case "vmbus":
		s.vmbus(d, name)
	case "xen":
		s.ports(d)
	case "thunderbolt":
		s.thunderbolt(d)
	}
	return true
}

// newDevice reads what names a device on any bus.
func (s *scanner) newDevice(bus, name, dir string) *device {
	s.rec.followed(s.tree, "sys/bus/"+bus+"/devices/"+name, dir)
	d := &device{dir: dir}
	d.ID = bus + ":" + name
	d.Bus = bus
	if inside, found := strings.CutPrefix(dir, "sys/"); found && strings.HasPrefix(inside, "devices/") && impersonal(inside) == inside {
		d.SysfsPath = inside
	}
	d.event = s.uevent(dir)
	d.Modaliases = s.modaliases(d)
	return d
}

// readAlias takes ids and classes from a device's modalias and says whether it
// has them all, as the kernel's have: no file needs to be read for them then.
func (d *device) readAlias() bool {
	if len(d.Modaliases) != 1 {
		return false
	}
	alias, err := modalias.Parse(d.Modaliases[0])
	return err == nil && alias.Bus == d.Bus && d.SetIDs(func(field string) string {
		value, _ := alias.Field(field)
		return value
	})
}

// use reads what became of a device that is reported: its driver, its IOMMU
// group and its place. Most of what is on the buses is not reported.
func (s *scanner) use(d *device) {
	if d.Driver = d.event["DRIVER"]; d.Driver == "" {
		d.Driver = s.link(d.dir, "driver")
	}
	if d.Driver != "" {
		if module := s.link(d.dir, "driver/module"); module != "" {
			d.Modules = []string{module}
		}
	}
	d.IOMMUGroup = s.link(d.dir, "iommu_group")
	d.NUMANode = s.number(10, d.dir, "numa_node")
}

// modaliases returns what the kernel asked user space to load for a device. The
// uevent file comes first: MDIO and MMC have nothing else. The file modalias
// of an ACPI device may hold two lines.
func (s *scanner) modaliases(d *device) []string {
	if key := d.event["MODALIAS"]; key != "" {
		return []string{key}
	}
	list := strings.Split(s.string(d.dir, "modalias"), "\n")
	list = slices.DeleteFunc(list, func(key string) bool { return key == "" })
	slices.Sort(list)
	return slices.Compact(list)
}

// uevent returns the values of a uevent file, of [ueventFields].
func (s *scanner) uevent(dir string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(s.string(dir, "uevent")) {
		if name, value, found := strings.Cut(strings.TrimRight(line, "\n"), "="); found {
			values[name] = value
		}
	}
	return values
}

// number returns an attribute that holds one number, nil where it does not.
func (s *scanner) number(base int, name ...string) *int {
	n, err := strconv.ParseInt(s.text(name...), base, 32)
	if err != nil {
		return nil
	}
	value := int(n)
	return &value
}

// id returns a hexadecimal attribute ("0x8086") as lspci prints it: digits
// lower-case digits, "" where it is not such a number.
func (s *scanner) id(digits int, name ...string) string {
	return report.HexID(s.text(name...), digits)
}

// relate finds what devices are to each other: parents, shared interrupts,
// IOMMU groups.
func (s *scanner) relate() {
	s.byPath = map[string]*device{}
	for _, d := range s.devices {
		s.byPath[d.dir] = d
	}
	for _, d := range s.devices {
		if parent := s.above(d.dir); parent != nil {
			d.Parent = parent.ID
		}
	}
	s.shareIRQs()
	s.isolate()
}

// above returns the nearest device of the report above a directory.
func (s *scanner) above(dir string) *device {
	for dir = path.Dir(dir); strings.HasPrefix(dir, "sys/devices/"); dir = path.Dir(dir) {
		if d := s.byPath[dir]; d != nil {
			return d
		}
	}
	return nil
}

// kernel returns the release of the kernel that made the tree.
func (s *scanner) kernel() string {
	if release := s.text("proc/sys/kernel/osrelease"); release != "" {
		return release
	}
	if fields := strings.Fields(s.text("proc/version")); len(fields) > 2 && fields[0] == "Linux" {
		return fields[2] // "Linux version 6.1.0-56-amd64 (…"
	}
	return ""
}

// warn notes something about a device.
func (s *scanner) warn(code string, d *device, text string) {
	s.rep.Source.Warnings = append(s.rep.Source.Warnings, report.Warning{Code: code, Device: d.ID, Text: text})
}
