package foreign

import (
	"cmp"
	"fmt"
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
	remarks    map[string]bool   // codes and devices that were warned of
	logged     map[string]bool   // ids that a kernel's log named first
	index      map[string]int    // Device.ID -> index in rep.Devices
	buses      map[string]bool   // of the devices so far
	places     map[string]string // ids in sysfs of USB devices by bus and number
	bare       int               // devices without an address so far
	kinds      []string
	lists      bool        // something else than modscout's own reports was read
	named      []string    // ids of devices known by name only
	details    []found     // what lists without ids say of devices that others may name
	usbDevices []usbDevice // of which the interfaces should be known too
	memory     int64       // sum of the modules, in bytes
	memoryOf   string      // the list that it is of
	codes      []*code
}

func newMerger(opts Options, several bool) *merger {
	return &merger{
		opts: opts, several: several, rep: &report.Report{Schema: report.Schema, Tool: opts.Tool},
		remarks: map[string]bool{}, logged: map[string]bool{}, index: map[string]int{}, buses: map[string]bool{}, places: map[string]string{},
	}
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
	const short = len("vmbus:") + 8 // of a GUID, as package scan has it
	switch {
	case d.Bus == "vmbus" && len(d.Modaliases) > 0 && len(d.Modaliases[0]) > short:
		return fmt.Sprintf("%s#%d", d.Modaliases[0][:short], place)
	case d.VendorID == "" && len(d.Modaliases) > 0:
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

// addMemory takes in a memory module, or all memory. Where several lists know
// it, the first one counts.
func (m *merger) addMemory(bytes int64) {
	const most = 1 << 50 // of any machine, so that sums stay in range
	list := fmt.Sprint(m.kind, " of input ", m.input)
	m.memoryOf = cmp.Or(m.memoryOf, list)
	if bytes > 0 && bytes <= most && m.memory <= most && m.memoryOf == list {
		m.memory += bytes
	}
	m.lists = true
	m.addKind(m.kind)
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
	if reflect.ValueOf(r).IsZero() && kernel == "" {
		return
	}
	first := &m.rep.Machine
	r.CPU.ModelName = strings.Join(strings.Fields(r.CPU.ModelName), " ")
	if contradicts(first.CPU.ModelName, r.CPU.ModelName) {
		m.warn(0, "conflict", "two lists name different processors: one import is one machine")
		return
	}
	fill(&first.DMI, &r.DMI)
	fill(&first.CPU, &r.CPU)
	fill(first, &r)
	if m.rep.Source.Kernel == "" {
		m.rep.Source.Kernel = kernel
	}
	m.lists = true
	m.addKind(m.kind)
}
