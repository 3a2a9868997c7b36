package foreign

import (
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// Lines of a udev database (systemd's udevadm-info.c, "X: value"), of umockdev's
// dumps, which add A:, H: and L: for attributes and links, and of the kernel's
// uevent files, which are the values of E: alone.
var (
	udevValue = pattern(`^(?:E: |A: )?([A-Za-z_]+)=(.*)$`)
	udevOther = pattern(`^[A-Z]: `)
)

// udevNames are the values that are kept. None of them names a single device:
// serial numbers, file system ids and network addresses stand in others.
var udevNames = []string{
	"BUSNUM", "DEVNUM", "DEVPATH", "DEVTYPE", "DRIVER", "INTERFACE", "MODALIAS", "PCI_CLASS", "PCI_ID", "PCI_SLOT_NAME", "PCI_SUBSYS_ID",
	"PRODUCT", "SUBSYSTEM", "TYPE", "modalias",
}

// ueventNames may begin an entry that has no P: line.
var ueventNames = []string{"DRIVER", "PCI_CLASS", "PCI_ID", "DEVTYPE", "DEVPATH"}

// udevBlock is an entry.
type udevBlock struct {
	number int
	path   string
	values map[string]string
	mock   bool // there are attributes: it is one of umockdev
}

func beginUdev(l line) block {
	b := &udevBlock{number: l.number, values: map[string]string{}}
	if sysfs, ok := strings.CutPrefix(l.text, "P: "); ok && strings.HasPrefix(sysfs, "/") {
		b.path = sysfs
		return b
	}
	if strings.IndexByte(l.text, '=') < 0 {
		return nil
	}
	m := udevValue().FindStringSubmatch(l.text)
	if m == nil || !slices.Contains(ueventNames, m[1]) || len(m[2]) == 0 {
		return nil
	}
	b.values[m[1]] = m[2]
	return b
}

func (b *udevBlock) line(l line) bool {
	b.mock = b.mock || strings.HasPrefix(l.text, "A: ")
	m := udevValue().FindStringSubmatch(l.text)
	if m == nil {
		return udevOther().MatchString(l.text) && !strings.HasPrefix(l.text, "P: ")
	}
	name, value := m[1], m[2]
	if !slices.Contains(udevNames, name) {
		return strings.HasPrefix(l.text, "E: ") || strings.HasPrefix(l.text, "A: ")
	}
	if old := b.values[name]; old != "" && old != value && b.path == "" {
		return false // the next uevent file
	}
	b.values[name] = value
	return true
}

// classes are subsystems whose devices have a modalias but are on no bus: what
// they describe is a function of a device that is.
var classes = []string{"input", "dmi"}

func (b *udevBlock) end(m *merger) {
	if b.path == "" {
		b.path = b.values["DEVPATH"]
	}
	if b.mock {
		m.kind = "umockdev"
	}
	d := b.device()
	switch {
	case slices.Contains(classes, d.Bus) || d.Bus == "cpu" && m.buses["cpu"]:
	case b.values["DEVTYPE"] == "usb_device":
		m.places[usbID(strings.TrimLeft(b.values["BUSNUM"], "0"), strings.TrimLeft(b.values["DEVNUM"], "0"))] = d.ID
		m.addUSBDevice(usbDevice{found: d})
	case len(d.Modaliases) > 0 || d.VendorID != "":
		m.add(d)
	}
}

// device returns the device of an entry; it has neither ids nor modalias where
// the entry describes something else.
func (b *udevBlock) device() found {
	alias := b.values["MODALIAS"]
	if alias == "" {
		alias = strings.TrimSuffix(b.values["modalias"], `\n`)
	}
	d, _ := parseModalias(alias)
	d.number = b.number
	if bus := b.values["SUBSYSTEM"]; bus != "" {
		d.Bus = bus
	}
	b.addPCI(&d)
	if d.Bus == "usb" && d.VendorID == "" {
		b.addUSB(&d)
	}
	d.Driver = moduleName(b.values["DRIVER"])
	d.place(b.path)
	return d
}

func (b *udevBlock) addPCI(d *found) {
	vendor, device, ok := strings.Cut(b.values["PCI_ID"], ":")
	if !ok {
		return
	}
	d.Bus = "pci"
	d.VendorID, d.DeviceID = report.HexID(vendor, 4), report.HexID(device, 4)
	d.Class = report.HexID(b.values["PCI_CLASS"], 6)
	if vendor, device, ok := strings.Cut(b.values["PCI_SUBSYS_ID"], ":"); ok {
		d.SetSubsystem(report.HexID(vendor, 4), report.HexID(device, 4))
	}
	if name := lower(b.values["PCI_SLOT_NAME"]); isAddress("pci", name) {
		d.ID = "pci:" + name
	}
}

func (b *udevBlock) addUSB(d *found) {
	if ids := strings.Split(b.values["PRODUCT"], "/"); len(ids) == 3 { // "bda/8156/3104"
		d.VendorID, d.DeviceID, d.Revision = report.HexID(ids[0], 4), report.HexID(ids[1], 4), report.HexID(ids[2], 4)
	}
	d.Class = report.USBClass(b.values["TYPE"])
	d.Interface = report.USBClass(b.values["INTERFACE"])
}

// instance is a GUID in a path. Hyper-V's tell one virtual machine from all
// others, so such a device has neither path nor address here.
var instance = pattern(`/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/|$)`)

// place gives a device the address that its path in sysfs, "/devices/…", ends
// in.
func (d *found) place(sysfs string) {
	sysfs = strings.TrimPrefix(path.Clean(sysfs), "/sys")
	name := path.Base(sysfs)
	if !strings.HasPrefix(sysfs, "/devices/") || instance().MatchString(sysfs) || !isAddress(d.Bus, name) {
		return
	}
	d.ID = d.Bus + ":" + name
	d.SysfsPath = strings.TrimPrefix(sysfs, "/")
}
