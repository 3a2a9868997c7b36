package foreign

import (
	"strings"
)

// The tree of lsusb -t (usbutils' lsusb-t.c). It prints no ids unless -v is
// given too; else it only tells the drivers of devices that another list names.
var (
	treeBus    = pattern(`^/:\s+Bus (\d{1,3})\.Port \d+: Dev (\d+), .*?(?:Driver=([^,/]+))?(?:/\d+p)?, [\d.]+M`)
	treeDevice = pattern(`^\|__ Port (\d+): Dev (\d+), (?:If (\d+), )?(?:Class=[^,]*, )?(?:Driver=([^,/]*))?`)
	treeIDs    = pattern(`(?i)^ID ([0-9a-f]{4}):([0-9a-f]{4})(?:\s|$)`)
)

// treeBlock is one bus of the tree.
type treeBlock struct {
	bus     string
	order   []string // ids of devices
	devices map[string]*treeEntry
	last    *treeEntry
	root    *treeEntry
	ports   []string // from the root hub to the last device
	lost    bool     // the indentation says nothing
}

// treeEntry is a device with the drivers of its interfaces.
type treeEntry struct {
	found
	drivers map[string]bool
	place   string // id in sysfs
}

func beginUSBTree(l line) block {
	m := treeBus().FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	b := &treeBlock{bus: strings.TrimLeft(m[1], "0"), devices: map[string]*treeEntry{}}
	b.add(m[2], "hub", l)
	b.root = b.last
	return b
}

func (b *treeBlock) line(l line) bool {
	if m := treeDevice().FindStringSubmatch(l.text); m != nil {
		b.add(m[2], m[4], l)
		b.setPlace(l.indent, strings.TrimLeft(m[1], "0"))
		return true
	}
	if m := treeIDs().FindStringSubmatch(l.text); m != nil {
		b.last.VendorID, b.last.DeviceID = lower(m[1]), lower(m[2])
		return true
	}
	return strings.HasPrefix(l.text, "/sys/bus/usb/devices/") || strings.HasPrefix(l.text, "Manufacturer=") || strings.HasPrefix(l.text, "Product=")
}

// setPlace finds a device's place by the ports above it, as far as the
// indentation is still that of lsusb: four columns a level.
func (b *treeBlock) setPlace(indent int, port string) {
	const step, deepest = 4, 6 // USB 2.0, section 4.1.1: hubs in five tiers
	level := indent/step - 1
	if indent%step != 0 || level < 0 || level > len(b.ports) || level > deepest {
		b.lost = true
		return
	}
	b.ports = append(b.ports[:level], port)
	b.last.place = "usb:" + b.bus + "-" + strings.Join(b.ports, ".")
}

func (b *treeBlock) add(device, driver string, l line) {
	device = strings.TrimLeft(device, "0")
	id := usbID(b.bus, device)
	e := b.devices[id]
	if e == nil && len(b.devices) < maxDevices {
		e = &treeEntry{drivers: map[string]bool{}}
		e.ID, e.Bus, e.number = id, "usb", l.number
		b.devices[id] = e
		b.order = append(b.order, id)
	}
	if e != nil {
		e.drivers[moduleName(driver)] = true
		b.last = e
	}
}

// end adds what is known. A device has one driver here if all its interfaces
// have the same.
func (b *treeBlock) end(m *merger) {
	for _, id := range b.order {
		e := b.devices[id]
		if e.place != "" && !b.lost {
			m.places[id] = e.place
		}
		if len(e.drivers) == 1 {
			for driver := range e.drivers {
				e.Driver = driver
			}
		}
		switch {
		case e.VendorID != "":
			m.add(e.found)
		case e != b.root: // it is no device that could be missed
			m.addDetails(e.found)
		}
	}
}

// The lines of lsusb.py (usbutils), which is the lsusb of Synology's DSM. They
// name devices as sysfs does. What stands in parentheses may hold a serial
// number and is not read.
var (
	pyDevice    = pattern(`(?i)^(?:\|__)?\s*(usb\d+|\d+-\d+(?:\.\d+)*)\s+([0-9a-f]{4}):([0-9a-f]{4})(?::([0-9a-f]{4}))?\s+([0-9a-f]{2})\s+.*\d+IFs?\b`)
	pyInterface = pattern(`(?i)^(?:\|__)?\s*(\d+-\d+(?:\.\d+)*:\d+\.\d+)\s+\(IF\) ([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}) (.*)$`)
)

// pyBlock is a device of lsusb.py with its interfaces, which -i adds.
type pyBlock struct {
	found
	interfaces []found
}

func beginUSBPy(l line) block {
	m := pyDevice().FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	b := &pyBlock{}
	b.Bus, b.ID, b.number = "usb", "usb:"+m[1], l.number
	b.VendorID, b.DeviceID, b.Revision, b.Class = lower(m[2]), lower(m[3]), lower(m[4]), lower(m[5])
	b.Driver = lastWord(l.text)
	return b
}

// lastWord returns the driver, which follows the parentheses where there is one.
func lastWord(text string) string {
	return moduleName(text[strings.LastIndex(text, ")")+1:])
}

func (b *pyBlock) line(l line) bool {
	m := pyInterface().FindStringSubmatch(l.text)
	if m == nil || len(b.interfaces) >= maxInterfaces {
		return false
	}
	d := b.found
	d.ID, d.number = "usb:"+m[1], l.number
	d.Interface = lower(m[2] + m[3] + m[4])
	d.Driver = lastWord(m[5])
	b.interfaces = append(b.interfaces, d)
	return true
}

func (b *pyBlock) end(m *merger) {
	if len(b.interfaces) == 0 {
		m.add(b.found)
	}
	m.add(b.interfaces...)
}
