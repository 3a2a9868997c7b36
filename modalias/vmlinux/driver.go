package vmlinux

import (
	"cmp"
	"slices"
	"strings"
)

// registrar is a function that drivers of one bus are registered with.
type registrar struct {
	bus    string
	driver register // argument that is the driver, or its table
	module register // argument that is the module's name, 0 where none is
	read   func(*finder, uint64) (name string, aliases []string, ok bool)
}

// registrars are the functions by name. All of them are exported, because
// modules use the same ones.
var registrars = map[string]registrar{
	"__pci_register_driver":         {"pci", rdi, rdx, (*finder).pciDriver},
	"ssb_pcihost_register":          {"pci", rdi, 0, (*finder).pciDriver},
	"usb_register_driver":           {"usb", rdi, rdx, (*finder).usbDriver},
	"usb_serial_register_drivers":   {"usb", rdx, rsi, (*finder).usbTable},
	"__usb_serial_register_drivers": {"usb", rcx, rdx, (*finder).usbTable},
	"acpi_bus_register_driver":      {"acpi", rdi, 0, (*finder).acpiDriver},
	"__acpi_bus_register_driver":    {"acpi", rdi, 0, (*finder).acpiDriver},
	"__platform_driver_register":    {"acpi", rdi, 0, (*finder).platformDriver},
	"register_virtio_driver":        {"virtio", rdi, 0, (*finder).virtioDriver},
	"__register_virtio_driver":      {"virtio", rdi, 0, (*finder).virtioDriver},
	"__vmbus_driver_register":       {"vmbus", rdi, rdx, (*finder).vmbusDriver},
}

// finder finds the drivers of an image.
type finder struct {
	*space
	registrars map[uint64]registrar // by address
	pci, acpi  *tableForm
	inits      initcalls
	left       int // entries of tables that may still be read
}

// maxEntries is the most that all tables of an image may have, read as often as
// it takes. All modules of Linux 6.12 together have 26,000.
const maxEntries = 1 << 20

// wholeBuses are those that drivers are registered on by the functions above
// alone. Nodes of ACPI have drivers of more kinds.
var wholeBuses = []string{"pci", "usb", "virtio", "vmbus"}

// registrars are those that the kernel exports, by address.
func (e exports) registrars() map[uint64]registrar {
	list := map[uint64]registrar{}
	for name, r := range registrars {
		if addr, found := e[name]; found {
			list[addr] = r
		}
	}
	return list
}

// drivers returns the drivers that the kernel registers, and the buses on which
// these are all.
func (s *space) drivers(e exports, symbols []symbol) (list []Driver, buses []string) {
	f := &finder{space: s, inits: s.initcalls(symbols), left: maxEntries, registrars: e.registrars()}
	calls := s.calls(f.registrars)
	f.chooseForms(calls)
	found, unread := f.registeredBy(calls)
	if _, readable := e["__pci_register_driver"]; !readable || f.left == 0 || len(calls) == maxCalls {
		return sorted(found), nil
	}
	return sorted(found), slices.DeleteFunc(slices.Clone(wholeBuses), func(bus string) bool { return unread[bus] })
}

// registeredBy returns the drivers that are registered by some calls, by
// address, and the buses on which there is one that cannot be read.
func (f *finder) registeredBy(calls []call) (found map[uint64]Driver, unread map[string]bool) {
	found, unread = map[uint64]Driver{}, map[string]bool{}
	for _, c := range calls {
		at, d, ok := f.registered(c)
		switch old, again := found[at]; {
		case ok && (!again || old.Module == ""):
			found[at] = d
		case !ok && !f.withinRegistrar(c.at):
			unread[f.registrars[c.target].bus] = true
		}
	}
	return found, unread
}

// maxFunction is more than one of the registrars has, in bytes.
const maxFunction = 1024

// withinRegistrar says whether a call is made by another of the registrars, with
// the driver that it was called with.
func (f *finder) withinRegistrar(at uint64) bool {
	for addr := range f.registrars {
		if at >= addr && at-addr < maxFunction {
			return true
		}
	}
	return false
}

func sorted(found map[uint64]Driver) []Driver {
	list := make([]Driver, 0, len(found))
	for _, d := range found {
		if len(d.Aliases) > 0 {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b Driver) int {
		return cmp.Or(cmp.Compare(a.Bus, b.Bus), cmp.Compare(a.Module, b.Module), cmp.Compare(a.Name, b.Name),
			slices.Compare(a.Aliases, b.Aliases))
	})
	return list
}

// registered reads the driver that a call registers, and where it lies.
func (f *finder) registered(c call) (at uint64, d Driver, ok bool) {
	r := f.registrars[c.target]
	at = c.argument(r.driver)
	name, aliases, ok := r.read(f, at)
	if !ok {
		return at, d, false
	}
	slices.Sort(aliases)
	d = Driver{Bus: r.bus, Name: name, Module: f.inits.module(c.at), Aliases: slices.Compact(aliases)}
	if r.module != 0 {
		if module := f.text(c.argument(r.module)); isModule(module) {
			d.Module = strings.ReplaceAll(module, "-", "_")
		}
	}
	if d.Name == "" {
		d.Name = d.Module
	}
	return at, d, true
}

// isModule says whether name could be that of a module: an identifier that may
// begin with a digit, such as 8139too.
func isModule(name string) bool { return isIdentifier("_"+name) && name != "" }

// chooseForms finds out how large the entries of tables are: with the wrong size
// they end early or make no sense, so the one that gives more patterns is right.
func (f *finder) chooseForms(calls []call) {
	count := func(bus string) (n int) {
		for _, c := range calls {
			if r := f.registrars[c.target]; r.bus == bus {
				_, aliases, _ := r.read(f, c.argument(r.driver))
				n += len(aliases)
			}
		}
		return n
	}
	f.pci, f.acpi = pciForm(32), acpiForm(24)
	oldPCI, oldACPI := count("pci"), count("acpi")
	f.pci, f.acpi = pciForm(40), acpiForm(32)
	if oldPCI > count("pci") {
		f.pci = pciForm(32)
	}
	if oldACPI > count("acpi") {
		f.acpi = acpiForm(24)
	}
}
