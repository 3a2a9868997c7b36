package modalias

import (
	"fmt"
	"strings"
)

// PCIKey returns the modalias of a PCI function from what is known of it, as
// the kernel formats it (drivers/pci/pci-sysfs.c, modalias_show):
//
//	pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X
//
// The arguments are hexadecimal as lspci prints them, "" where unknown; class
// has 2, 4 or 6 digits. What is unknown becomes [Unknown] bytes.
func PCIKey(vendor, device, subvendor, subdevice, class string) string {
	return buses()["pci"][0].key("pci", vendor, device, subvendor, subdevice,
		pair(class, 0), pair(class, 1), pair(class, 2))
}

// USBKey returns the modalias of a USB interface from what is known of it, as
// the kernel formats it (drivers/usb/core/sysfs.c, modalias_show):
//
//	usb:v%04Xp%04Xd%04Xdc%02Xdsc%02Xdp%02Xic%02Xisc%02Xip%02Xin%02X
//
// The arguments are hexadecimal as lsusb prints them, "" where unknown: bcd is
// bcdDevice, class and iface are class, subclass and protocol of the device
// and of the interface (2, 4 or 6 digits), number is bInterfaceNumber.
func USBKey(vendor, product, bcd, class, iface, number string) string {
	return buses()["usb"][0].key("usb", vendor, product, bcd,
		pair(class, 0), pair(class, 1), pair(class, 2), pair(iface, 0), pair(iface, 1), pair(iface, 2), number)
}

// VirtioKey returns the modalias of a virtio device from what is known of it,
// as the kernel formats it (drivers/virtio/virtio.c, modalias_show):
//
//	virtio:d%08Xv%08X
//
// The arguments are hexadecimal, "" where unknown.
func VirtioKey(device, vendor string) string {
	return buses()["virtio"][0].key("virtio", device, vendor)
}

// Key returns the modalias of a device of any bus from the values of its
// fields, named as [Parse] names them. A number is hexadecimal, with or without
// leading zeros, and becomes [Unknown] bytes where it is missing. It is an
// error if the bus or a field is not known, a number does not fit its field, or
// a text is missing; those of DMI may be.
func Key(bus string, values map[string]string) (string, error) {
	forms := buses()[bus]
	if len(forms) == 0 {
		return "", fmt.Errorf("modalias: no bus %q", bus)
	}
	f := &forms[0]
	ordered := make([]string, len(f.parts))
	known := 0
	for i := range f.parts {
		value, found := values[f.parts[i].name]
		if !found && f.segments {
			continue
		}
		if err := f.parts[i].check(value); err != nil {
			return "", fmt.Errorf("modalias: %s of %s: %w", f.parts[i].name, bus, err)
		}
		if ordered[i] = value; found {
			known++
		}
	}
	if known < len(values) {
		return "", fmt.Errorf("modalias: a field that %s has not, among %v", bus, values)
	}
	return f.key(bus, ordered...), nil
}

// check says why a value cannot be one of this part.
func (p *part) check(value string) error {
	switch {
	case p.kind == plain && value == "":
		return fmt.Errorf("no value")
	case p.kind == plain || p.kind == numberList:
		return nil
	case strings.Trim(value, "0123456789abcdefABCDEF") != "" || p.width > 0 && len(value) > p.width:
		return fmt.Errorf("%q is no number of %d hexadecimal digits", value, p.width)
	}
	return nil
}

// key writes an alias with these values, in the order of the form.
func (f *form) key(bus string, values ...string) string {
	var b strings.Builder
	b.WriteString(bus)
	for i, value := range values {
		if f.segments && value == "" {
			continue
		}
		b.WriteString(f.parts[i].mark)
		b.WriteString(f.parts[i].format(value))
	}
	if !f.openEnd {
		b.WriteString(f.end)
	}
	return b.String()
}

// format pads a number with zeros, or stands for one that is not known.
func (p *part) format(value string) string {
	switch {
	case p.kind != upper && p.kind != lower:
		return value
	case value == "":
		return strings.Repeat(string(rune(Unknown)), p.width)
	case p.kind == lower:
		value = strings.ToLower(value)
	default:
		value = strings.ToUpper(value)
	}
	return strings.Repeat("0", max(0, p.width-len(value))) + value
}

// pair returns the n-th pair of digits of a class code, "" where it is unknown.
func pair(class string, n int) string {
	if len(class) < 2*n+2 {
		return ""
	}
	return class[2*n : 2*n+2]
}
