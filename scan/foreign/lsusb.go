package foreign

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// The lines of lsusb (usbutils' lsusb.c). Bus and device number are those of
// /dev/bus/usb, not an address in sysfs, so they make ids of their own.
var (
	usbLine  = pattern(`^Bus (\d{3}) Device (\d{3}):(?: ID ?(.*))?$`)
	usbIDs   = pattern(`(?i)^([0-9a-f]{4}):([0-9a-f]{4})(?:\s|$)`)
	usbField = pattern(`^((?:b|bcd|i|id|w)[A-Z]\w+)\s+(0x[0-9a-fA-F]+|[0-9.]+)(?:\s|$)`)
)

// usbID names a device of which bus and device number are known.
func usbID(bus, device string) string {
	return "usb:" + strings.Repeat("0", max(0, 3-len(bus))) + bus + "-" + strings.Repeat("0", max(0, 3-len(device))) + device
}

// beginLsusb reads lsusb, lsusb -v, lsusb -t, and the lsusb.py that is the lsusb
// of some systems.
func beginLsusb(l line) block {
	switch {
	case strings.HasPrefix(l.text, "Bus "):
		if m := usbLine().FindStringSubmatch(l.text); m != nil {
			return newUSBBlock(l, m[1], m[2], m[3])
		}
	case strings.HasPrefix(l.text, "/:"):
		return beginUSBTree(l)
	case strings.Contains(l.text, "IF"):
		return beginUSBPy(l)
	}
	return nil
}

// usbBlock is a device of lsusb with the descriptors that -v adds.
type usbBlock struct {
	found
	cut            string            // the rest of the header where it has no ids
	fields         map[string]string // of the descriptor at hand
	configurations map[string]bool
	interfaces     []usbInterface
	seen           map[string]bool // interfaces by number
}

// usbInterface is an interface of a device: its place ("1.0") and class.
type usbInterface struct{ place, class string }

func newUSBBlock(l line, bus, device, rest string) block {
	b := &usbBlock{fields: map[string]string{}, configurations: map[string]bool{}, seen: map[string]bool{}}
	b.Bus, b.ID, b.number = "usb", usbID(bus, device), l.number
	if !b.setIDs(rest) {
		b.cut = rest
	}
	return b
}

// setIDs reads the ids that the header ends in, if they are whole.
func (b *usbBlock) setIDs(text string) bool {
	ids := usbIDs().FindStringSubmatch(text)
	if ids == nil {
		return false
	}
	b.VendorID, b.DeviceID = lower(ids[1]), lower(ids[2])
	return true
}

func (b *usbBlock) line(l line) bool {
	if b.VendorID == "" && len(b.fields) == 0 && len(b.cut) < len("0bda:8156") && b.setIDs(b.cut+l.text) {
		return true // the header was broken before its end
	}
	m := usbField().FindStringSubmatch(l.text)
	if m == nil {
		return l.indent > 0 && !strings.Contains(l.text, "|__") || strings.HasSuffix(l.text, "Descriptor:") || strings.HasPrefix(l.text, "Negotiated speed:")
	}
	name, value := m[1], m[2]
	b.fields[name] = value
	switch name {
	case "bConfigurationValue":
		b.configurations[value] = true
	case "bDeviceProtocol":
		if b.Class == "" { // a qualifier for other speeds may follow
			b.Class = byteID(b.fields["bDeviceClass"]) + byteID(b.fields["bDeviceSubClass"]) + byteID(value)
		}
	case "bcdDevice":
		b.Revision = bcdID(value)
	case "idVendor", "idProduct":
		b.describedIDs()
	case "bInterfaceProtocol":
		b.addInterface()
	}
	return true
}

// describedIDs reads the ids of the descriptor, which the header repeats.
func (b *usbBlock) describedIDs() {
	vendor, product := report.HexID(b.fields["idVendor"], 4), report.HexID(b.fields["idProduct"], 4)
	if b.VendorID == "" && vendor != "" && product != "" {
		b.VendorID, b.DeviceID = vendor, product
	}
}

// addInterface takes in an interface as its first setting describes it.
func (b *usbBlock) addInterface() {
	place := b.fields["bConfigurationValue"] + "." + b.fields["bInterfaceNumber"]
	class := byteID(b.fields["bInterfaceClass"]) + byteID(b.fields["bInterfaceSubClass"]) + byteID(b.fields["bInterfaceProtocol"])
	if number(b.fields["bInterfaceNumber"]) == nil || b.seen[place] || len(class) != 6 || len(b.interfaces) >= maxInterfaces {
		return
	}
	b.seen[place] = true
	b.interfaces = append(b.interfaces, usbInterface{place, class})
}

// maxInterfaces is how many a configuration can have.
const maxInterfaces = 256

// end adds the interfaces, or the device itself where none is known for sure:
// of several configurations only the kernel knows which is in use.
func (b *usbBlock) end(m *merger) {
	if b.VendorID == "" {
		m.warn(b.number, "cut-id", fmt.Sprintf("the id of %s is cut off or missing", b.ID))
		return
	}
	if len(b.configurations) != 1 || len(b.interfaces) == 0 {
		m.add(b.found)
		return
	}
	for _, i := range b.interfaces {
		d := b.found
		d.ID += ":" + i.place
		d.Interface = i.class
		m.add(d)
	}
}
