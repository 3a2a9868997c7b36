package foreign

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// sysfsLine is an attribute with its path, as "grep -r . /sys/bus/pci/devices"
// prints it: by bus and address, or by the place in the tree.
var sysfsLine = pattern(`^/sys/(?:bus/(\w+)/devices/([^/]+)|devices/(\S+?))/(vendor|device|subsystem_vendor|subsystem_device|class|revision|modalias|uevent|idVendor|idProduct|bcdDevice):(.*)$`)

// sysfsBlock holds the attributes of consecutive lines.
type sysfsBlock struct {
	order   []string // keys of devices
	devices map[string]*sysfsDevice
}

// sysfsDevice is a device as far as its attributes have been read.
type sysfsDevice struct {
	udevBlock
	ids map[string]string // vendor, device, …
	bus string
}

func beginSysfs(l line) block {
	b := &sysfsBlock{devices: map[string]*sysfsDevice{}}
	if !strings.HasPrefix(l.text, "/sys/") || !b.line(l) {
		return nil
	}
	return b
}

func (b *sysfsBlock) line(l line) bool {
	m := sysfsLine().FindStringSubmatch(l.text)
	if m == nil {
		return strings.HasPrefix(l.text, "/sys/") && strings.Contains(l.text, ":")
	}
	d := b.device(m, l.number)
	if d == nil {
		return true
	}
	attribute, value := m[4], strings.TrimSpace(m[5])
	switch attribute {
	case "modalias":
		d.values["MODALIAS"] = value
	case "uevent":
		if name, value, ok := strings.Cut(value, "="); ok && slices.Contains(udevNames, name) {
			d.values[name] = value
		}
	default:
		d.ids[attribute] = value
	}
	return true
}

// device returns the device that a line is about, nil where there are too many.
func (b *sysfsBlock) device(m []string, number int) *sysfsDevice {
	key := m[2]
	if key == "" {
		key = m[3][strings.LastIndex(m[3], "/")+1:]
	}
	d := b.devices[key]
	if d == nil && len(b.devices) >= maxDevices {
		return nil
	}
	if d == nil {
		d = &sysfsDevice{udevBlock: udevBlock{number: number, values: map[string]string{}}, ids: map[string]string{}, bus: m[1]}
		b.devices[key] = d
		b.order = append(b.order, key)
	}
	if m[3] != "" {
		d.path = "/devices/" + m[3]
	}
	return d
}

func (b *sysfsBlock) end(m *merger) {
	for _, key := range b.order {
		s := b.devices[key]
		if s.bus == "" && isAddress("pci", key) {
			s.bus = "pci"
		}
		if s.bus == "" && isAddress("usb", key) {
			s.bus = "usb"
		}
		d := s.found()
		if d.ID == "" && isAddress(d.Bus, key) {
			d.ID = d.Bus + ":" + key
		}
		switch {
		case d.Bus == "usb" && !strings.Contains(key, ":"):
			m.addUSBDevice(usbDevice{found: d, alone: true})
		case len(d.Modaliases) > 0 || d.VendorID != "":
			m.add(d)
		}
	}
}

// found returns what the attributes say.
func (s *sysfsDevice) found() found {
	if s.bus != "" {
		s.values["SUBSYSTEM"] = s.bus
	}
	d := s.udevBlock.device()
	id := func(name string, digits int) string { return report.HexID(s.ids[name], digits) }
	more := report.Device{Class: id("class", 6), Revision: id("revision", 2)}
	switch d.Bus {
	case "pci":
		more.VendorID, more.DeviceID = id("vendor", 4), id("device", 4)
		if id("subsystem_vendor", 4) != "0000" {
			more.SubvendorID, more.SubdeviceID = id("subsystem_vendor", 4), id("subsystem_device", 4)
		}
	case "usb":
		more = report.Device{VendorID: id("idVendor", 4), DeviceID: id("idProduct", 4), Revision: id("bcdDevice", 4)}
	default:
		return d
	}
	fill(&d.Device, &more)
	return d
}
