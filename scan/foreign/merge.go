package foreign

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// maxDevices bounds a report that is made of a stranger's text. The largest
// machine known has 3,000.
const maxDevices = 1 << 16

// merger puts the devices of all inputs into one report.
type merger struct {
	opts    Options
	several bool   // messages say which input they are about
	input   int    // the one being read, from 1
	kind    string // of what is being read

	rep        *report.Report
	remarks    map[string]bool // codes and devices that were warned of
	logged     map[string]bool // ids that a kernel's log named first
	index      map[string]int  // Device.ID -> index in rep.Devices
	buses      map[string]bool // of the devices so far
	bare       int             // devices without an address so far
	kinds      []string
	lists      bool        // something else than modscout's own reports was read
	named      []string    // ids of devices known by name only
	details    []found     // what lists without ids say of devices that others may name
	usbDevices []usbDevice // of which the interfaces should be known too
	memory     int64       // sum of the modules, in bytes
}

func newMerger(opts Options, several bool) *merger {
	return &merger{opts: opts, several: several, rep: &report.Report{Schema: report.Schema, Tool: opts.Tool}, index: map[string]int{}, buses: map[string]bool{}, remarks: map[string]bool{}, logged: map[string]bool{}}
}

// maxWarnings bounds what is said of damaged input.
const maxWarnings = 1000

// warn notes something about a line of the input.
func (m *merger) warn(line int, code, text string) {
	if len(m.rep.Source.Warnings) >= maxWarnings {
		return
	}
	if m.several {
		text = fmt.Sprintf("input %d: %s", m.input, text)
	}
	m.rep.Source.Warnings = append(m.rep.Source.Warnings, report.Warning{Code: code, Text: text, Line: line})
}

// remark notes something about a device, once.
func (m *merger) remark(code, id, text string) {
	if m.remarks[code+id] || len(m.rep.Source.Warnings) >= maxWarnings {
		return
	}
	m.remarks[code+id] = true
	m.rep.Warn(code, id, text)
}

// add takes in devices of the kind that is being read.
func (m *merger) add(devices ...found) {
	for i := range devices {
		d := &devices[i]
		m.addKind(m.kind)
		m.lists = true
		if d.ID == "" {
			m.bare++
			d.ID = bareID(&d.Device, m.bare)
		}
		d.SetNames(m.opts.Names)
		if d.Device.Device == "" {
			d.Device.Device = d.ownName()
		}
		if d.VendorID == "" && len(d.Modaliases) == 0 {
			m.named = append(m.named, d.ID)
		}
		m.merge(&d.Device, d.number)
	}
}

// addDetails takes in what a list without ids says of a device. It counts if
// another list names the device.
func (m *merger) addDetails(d found) {
	if len(m.details) < maxDevices {
		m.details = append(m.details, d)
	}
}

// ownName is the source's name of a device, without the vendor where that is
// known, and "" for the "Device 1234" that lspci prints for want of one.
func (d *found) ownName() string {
	name := strings.TrimSpace(strings.TrimPrefix(d.text, d.Vendor))
	if d.VendorID != "" && (name == "Device" || strings.HasPrefix(name, "Device ") || strings.HasPrefix(name, "Unknown device")) {
		return ""
	}
	return name
}

// bareID is the id of a device without an address: its ids and its place in
// the input.
func bareID(d *report.Device, place int) string {
	if d.VendorID == "" && len(d.Modaliases) > 0 {
		return fmt.Sprintf("%s#%d", d.Modaliases[0], place)
	}
	return fmt.Sprintf("%s:%s:%s#%d", d.Bus, d.VendorID, d.DeviceID, place)
}

// addReport takes in a report, with what the first one says of source and
// machine.
func (m *merger) addReport(rep *report.Report) {
	m.addKind(rep.Source.Kind)
	warnings := append(m.rep.Source.Warnings, rep.Source.Warnings...)
	if len(m.rep.Devices) == 0 {
		m.rep.Tool, m.rep.Source, m.rep.Machine, m.rep.Unknown = rep.Tool, rep.Source, rep.Machine, rep.Unknown
	}
	m.rep.Source.Warnings = warnings
	for i := range rep.Devices {
		m.merge(&rep.Devices[i], 0)
	}
}

func (m *merger) addKind(kind string) {
	if !slices.Contains(m.kinds, kind) {
		m.kinds = append(m.kinds, kind)
	}
}

// merge adds a device, or what it says beyond an earlier one of its id.
func (m *merger) merge(d *report.Device, line int) {
	if len(m.rep.Devices) >= maxDevices {
		return
	}
	m.buses[d.Bus] = true
	i, seen := m.index[d.ID]
	if !seen {
		m.index[d.ID] = len(m.rep.Devices)
		m.rep.Devices = append(m.rep.Devices, *d)
		return
	}
	first := &m.rep.Devices[i]
	if contradicts(first.VendorID, d.VendorID) || contradicts(first.DeviceID, d.DeviceID) {
		m.warn(line, "conflict", fmt.Sprintf("%s is %s:%s above and %s:%s here: one import is one machine", d.ID, first.VendorID, first.DeviceID, d.VendorID, d.DeviceID))
		return
	}
	if len(d.Class) > len(first.Class) && strings.HasPrefix(d.Class, first.Class) {
		first.Class = d.Class
	}
	if first.VendorID == "" && d.VendorID != "" { // a name from a list that had no ids
		first.Vendor, first.Device = d.Vendor, d.Device
	}
	fill(first, d)
}

func contradicts(a, b string) bool { return a != "" && b != "" && a != b }

// fill copies the fields that d knows and first does not.
func fill(first, d any) {
	to, from := reflect.ValueOf(first).Elem(), reflect.ValueOf(d).Elem()
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
}

// forget removes a device that only a kernel's log has named so far.
func (m *merger) forget(id string) {
	at, found := m.index[id]
	if !found || !m.logged[id] {
		return
	}
	last := len(m.rep.Devices) - 1
	m.rep.Devices[at] = m.rep.Devices[last]
	m.index[m.rep.Devices[at].ID] = at
	m.rep.Devices = m.rep.Devices[:last]
	delete(m.index, id)
	delete(m.logged, id)
}

// addMachine takes in what a list says of the machine and its kernel.
func (m *merger) addMachine(r report.Machine, kernel string) {
	first := &m.rep.Machine
	if contradicts(first.CPU.ModelName, strings.Join(strings.Fields(r.CPU.ModelName), " ")) {
		m.warn(0, "conflict", "two lists name different processors: one import is one machine")
		return
	}
	r.CPU.ModelName = strings.Join(strings.Fields(r.CPU.ModelName), " ")
	fill(&first.DMI, &r.DMI)
	fill(&first.CPU, &r.CPU)
	fill(first, &r)
	if m.rep.Source.Kernel == "" {
		m.rep.Source.Kernel = kernel
	}
	m.lists = true
	m.addKind(m.kind)
}

// finish adds what follows from all devices together.
func (m *merger) finish() (*report.Report, error) {
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
	if m.lists && len(m.rep.Devices) == 0 {
		m.rep.Devices = []report.Device{}
		m.rep.Warn("no-devices", "", "no list of devices is among the inputs: which drivers the machine needs is not known")
	}
	m.warnNamed()
	if m.lists {
		m.setParents()
		m.predict()
		m.dropUSBDevices()
	}
	slices.SortFunc(m.rep.Devices, func(a, b report.Device) int { return report.CompareID(a.ID, b.ID) })
	return m.rep, nil
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

// usbDevice is a USB device whose interfaces have entries of their own.
type usbDevice struct {
	found
	alone bool // it counts where none of them came in, as in a list from sysfs
}

func (m *merger) addUSBDevice(d usbDevice) {
	if len(m.usbDevices) < maxDevices {
		m.usbDevices = append(m.usbDevices, d)
	}
}

// addUSBDevices sees to the USB devices that show no interface. Drivers are
// asked for by interface, so a device stands for itself only in a list that may
// have left them out; in others it is a warning.
func (m *merger) addUSBDevices() {
	shown := m.shownUSB()
	for i := range m.usbDevices {
		d := &m.usbDevices[i]
		switch {
		case shown[d.ID]:
		case d.alone:
			m.kind = "sysfs"
			m.add(d.found)
		default:
			m.warn(d.number, "no-interface", fmt.Sprintf("%s (%s:%s) shows no interface, so that no driver can be found for it", d.ID, d.VendorID, d.DeviceID))
		}
	}
}

// shownUSB returns the ids of USB devices that have interfaces in the report.
// Those of the root hub "usb1" are "1-0:1.0".
func (m *merger) shownUSB() map[string]bool {
	shown := map[string]bool{}
	for i := range m.rep.Devices {
		d := &m.rep.Devices[i]
		device, _, isInterface := strings.Cut(strings.TrimPrefix(d.ID, "usb:"), ":")
		if d.Bus != "usb" || !isInterface {
			continue
		}
		shown["usb:"+device] = true
		if bus, isRoot := strings.CutSuffix(device, "-0"); isRoot {
			shown["usb:usb"+bus] = true
		}
	}
	return shown
}

// dropUSBDevices removes the USB devices of which another list shows the
// interfaces.
func (m *merger) dropUSBDevices() {
	shown := m.shownUSB()
	m.rep.Devices = slices.DeleteFunc(m.rep.Devices, func(d report.Device) bool { return d.Bus == "usb" && shown[d.ID] })
}

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
// Reports have both already and pass through unchanged.
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
