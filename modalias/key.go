package modalias

import "strings"

// PCIKey returns the modalias of a PCI function from what is known of it, as
// the kernel formats it (drivers/pci/pci-sysfs.c, modalias_show):
//
//	pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X
//
// The arguments are hexadecimal as lspci prints them, "" where unknown; class
// has 2, 4 or 6 digits. What is unknown becomes [Unknown] bytes.
func PCIKey(vendor, device, subvendor, subdevice, class string) string {
	return "pci:v" + hex(vendor, 8) + "d" + hex(device, 8) +
		"sv" + hex(subvendor, 8) + "sd" + hex(subdevice, 8) +
		"bc" + part(class, 0) + "sc" + part(class, 1) + "i" + part(class, 2)
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
	return "usb:v" + hex(vendor, 4) + "p" + hex(product, 4) + "d" + hex(bcd, 4) +
		"dc" + part(class, 0) + "dsc" + part(class, 1) + "dp" + part(class, 2) +
		"ic" + part(iface, 0) + "isc" + part(iface, 1) + "ip" + part(iface, 2) + "in" + hex(number, 2)
}

// hex pads digits with zeros, or stands for width unknown ones.
func hex(digits string, width int) string {
	if digits == "" {
		return strings.Repeat(string(rune(Unknown)), width)
	}
	return strings.Repeat("0", max(0, width-len(digits))) + strings.ToUpper(digits)
}

// part returns the n-th pair of digits of a class code.
func part(class string, n int) string {
	if len(class) < 2*n+2 {
		return hex("", 2)
	}
	return hex(class[2*n:2*n+2], 2)
}
