package foreign

import (
	"strings"
)

// usb-devices (usbutils), and the kernel's own list in debugfs, usb/devices
// (Documentation/driver-api/usb/usb.rst): lines of one letter, of which T: begins
// a device. The list in debugfs marks what is in use with a star. S: lines hold
// serial numbers and are not read.
var (
	usbTopology  = pattern(`^T:\s+Bus=\s*(\d+) .*\bDev#=\s*(\d+)\b`)
	usbDeviceRow = pattern(`^D:\s+Ver=.*\bCls=([0-9a-f]{2}).*\bSub=([0-9a-f]{2}) Prot=([0-9a-f]{2})\b`)
	usbProduct   = pattern(`^P:\s+Vendor=([0-9a-f]{4}) ProdID=([0-9a-f]{4})(?: Rev=\s*([0-9a-f.]+))?`)
	usbConfig    = pattern(`^C:(\*| )\s*#Ifs=\s*\d+ Cfg#=\s*(\d+)\b`)
	usbInterRow  = pattern(`^I:(\*| )\s*If#=\s*(?:0x)?([0-9a-f]+) Alt=\s*(\d+) .*\bCls=([0-9a-f]{2}).*\bSub=([0-9a-f]{2}) Prot=([0-9a-f]{2})(?: Driver=(\S+))?`)
	usbOtherRow  = pattern(`^[BSEA]:[* ]`)
)

// usbRows is a device of such a list.
type usbRows struct {
	found
	config     string // the one at hand
	inUse      string // that which is marked
	interfaces map[string][]found
	order      []string // of configurations
}

func beginUSBRows(l line) block {
	if !strings.HasPrefix(l.text, "T:") {
		return nil
	}
	m := usbTopology().FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	b := &usbRows{interfaces: map[string][]found{}}
	b.Bus, b.ID, b.number = "usb", usbID(strings.TrimLeft(m[1], "0"), strings.TrimLeft(m[2], "0")), l.number
	return b
}

func (b *usbRows) line(l line) bool {
	if m := usbDeviceRow().FindStringSubmatch(l.text); m != nil {
		b.Class = m[1] + m[2] + m[3]
	} else if m := usbProduct().FindStringSubmatch(l.text); m != nil {
		b.VendorID, b.DeviceID, b.Revision = m[1], m[2], bcdID(m[3])
	} else if m := usbConfig().FindStringSubmatch(l.text); m != nil {
		b.configuration(m[2], m[1] == "*")
	} else if m := usbInterRow().FindStringSubmatch(l.text); m != nil {
		b.addInterface(m)
	} else {
		return usbOtherRow().MatchString(l.text)
	}
	return true
}

func (b *usbRows) configuration(number string, inUse bool) {
	b.config = number
	b.order = append(b.order, number)
	if inUse {
		b.inUse = number
	}
}

func (b *usbRows) addInterface(m []string) {
	number := strings.TrimLeft(m[2], "0")
	if number == "" {
		number = "0"
	}
	id := b.ID + ":" + b.config + "." + number
	list := b.interfaces[b.config]
	if len(list) > 0 && list[len(list)-1].ID == id || len(list) >= maxInterfaces {
		return // another setting
	}
	d := found{number: b.number}
	d.ID, d.Interface, d.Driver = id, m[4]+m[5]+m[6], moduleName(m[7])
	b.interfaces[b.config] = append(list, d)
}

// end adds the interfaces of the configuration in use, or the device itself
// where that is not known.
func (b *usbRows) end(m *merger) {
	if b.VendorID == "" {
		m.warn(b.number, "cut-id", "the id of "+b.ID+" is cut off or missing")
		return
	}
	if len(b.order) == 1 {
		b.inUse = b.order[0]
	}
	interfaces := b.interfaces[b.inUse]
	if len(interfaces) == 0 {
		m.add(b.found)
	}
	for _, i := range interfaces {
		d := b.found
		d.ID, d.Interface, d.Driver = i.ID, i.Interface, i.Driver
		m.add(d)
	}
}
