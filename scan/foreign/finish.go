package foreign

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// finish adds what follows from all devices together.
func (m *merger) finish() (*report.Report, error) {
	m.useCodes()
	m.addUSBDevices()
	m.useDetails()
	if m.memory > 0 && m.rep.Machine.MemoryBytes == nil {
		m.rep.Machine.MemoryBytes = &m.memory
	}
	if len(m.rep.Devices) == 0 && reflect.ValueOf(m.rep.Machine).IsZero() {
		return nil, m.nothing()
	}
	m.rep.Source.Kind = m.kinds[0]
	if len(m.kinds) > 1 {
		m.rep.Source.Kind = "mixed"
	}
	if len(m.rep.Devices) >= maxDevices {
		m.rep.Warn("too-many", "", fmt.Sprintf("only the first %d devices are taken", maxDevices))
	}
	if m.lists {
		m.conclude()
	}
	slices.SortFunc(m.rep.Devices, func(a, b report.Device) int { return report.CompareID(a.ID, b.ID) })
	return m.rep, nil
}

// conclude says what lists leave out, and adds what follows from them. A scan
// has done that for its reports, which pass through unchanged.
func (m *merger) conclude() {
	if len(m.rep.Devices) == 0 {
		m.rep.Devices = []report.Device{}
		m.rep.Warn("no-devices", "", "no list of devices is among the inputs: which drivers the machine needs is not known")
	}
	m.joinUSB()
	m.warnGuest()
	m.warnNamed()
	m.setParents()
	m.predict()
	m.dropUSBDevices()
}

// virtualVendors make the chips of virtual machines only.
var virtualVendors = map[string]string{"15ad": "VMware", "80ee": "VirtualBox", "1b36": "QEMU", "1234": "QEMU", "1414": "Hyper-V", "5853": "Xen"}

// warnGuest says that the lists are of a virtual machine, where they name the
// hypervisor or hold chips that only such a machine has.
func (m *merger) warnGuest() {
	guest := m.rep.Machine.Hypervisor
	for i := range m.rep.Devices {
		if d := &m.rep.Devices[i]; guest == "" && d.Bus == "pci" {
			guest = virtualVendors[d.VendorID]
		}
	}
	if guest != "" && guest != "none" {
		m.remark("guest", "", fmt.Sprintf("this is a virtual machine (%s): the lists show the cards that it was given, not those of the PC that runs it", guest))
	}
}

// nothing says why there is no report.
func (m *merger) nothing() error {
	if len(m.details) > 0 {
		return fmt.Errorf("%w: the list prints no ids", ErrNothing)
	}
	return ErrNothing
}

// useDetails gives the devices of the report what lists without ids say of them.
func (m *merger) useDetails() {
	unused := 0
	for i := range m.details {
		d := &m.details[i]
		if at, found := m.index[d.ID]; found {
			fill(&m.rep.Devices[at], &d.Device)
		} else {
			unused++
		}
	}
	if unused > 0 {
		m.warn(m.details[0].number, "no-ids", fmt.Sprintf("a list without ids names %d device(s) that no other list has", unused))
	}
}

// warnNamed counts the devices that are known by name only, and says which ids
// their names belong to. Names are no proof: a recommendation rests on ids.
func (m *merger) warnNamed() {
	count := 0
	var hints []string
	for _, id := range m.named {
		at, found := m.index[id]
		if !found || m.rep.Devices[at].VendorID != "" {
			continue
		}
		count++
		d := &m.rep.Devices[at]
		if ids := m.opts.Names.Named(d.Vendor + " " + d.Device); len(ids) == 1 && len(hints) < maxHints {
			hints = append(hints, strings.TrimPrefix(id, "pci:0000:")+" "+ids[0])
		}
	}
	if count == 0 {
		return
	}
	m.rep.Warn("names-only", "", fmt.Sprintf("known by name only, which decides nothing: %d of %d devices; lspci -nn prints ids", count, len(m.rep.Devices)))
	if len(hints) > 0 {
		m.rep.Warn("name-hints", "", "by their names these may be: "+strings.Join(hints, ", "))
	}
}

// maxHints is how many hints a person reads.
const maxHints = 64

// setParents names the nearest device above each one whose place is known.
func (m *merger) setParents() {
	byPath := map[string]string{}
	for i := range m.rep.Devices {
		if d := &m.rep.Devices[i]; d.SysfsPath != "" {
			byPath[d.SysfsPath] = d.ID
		}
	}
	for i := range m.rep.Devices {
		d := &m.rep.Devices[i]
		for dir := path.Dir(d.SysfsPath); d.Parent == "" && len(dir) > len("devices"); dir = path.Dir(dir) {
			d.Parent = byPath[dir]
		}
	}
}

// predict adds virtio devices and warns of hidden disks, as a scan does.
func (m *merger) predict() {
	shown, warned := map[string]bool{}, map[string]bool{}
	for i := range m.rep.Devices {
		d := &m.rep.Devices[i]
		shown[d.Parent] = shown[d.Parent] || d.Bus == "virtio"
	}
	for _, w := range m.rep.Source.Warnings {
		warned[w.Device] = true
	}
	for i := range m.rep.Devices { // grows while it runs: only by virtio devices
		d := m.rep.Devices[i]
		if child, found := report.VirtioChild(&d); found && !shown[d.ID] {
			child.SetNames(m.opts.Names)
			m.merge(&child, 0)
		}
		warning, found := report.HiddenDisks(&d)
		if found && !warned[d.ID] && len(m.rep.Source.Warnings) < maxWarnings {
			m.rep.Source.Warnings = append(m.rep.Source.Warnings, warning)
		}
	}
}
