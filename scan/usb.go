package scan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// usb reads a USB interface ("1-2:1.0"), or a USB device ("1-2") that shows
// none, as one that was not configured. It reports whether d belongs in the
// report; names are all on the bus, sorted.
func (s *scanner) usb(d *device, name string, names []string) bool {
	if strings.Contains(name, ":") {
		s.usbInterface(d)
		return true
	}
	prefix := usbInterfacePrefix(name)
	at, _ := slices.BinarySearch(names, prefix)
	if at < len(names) && strings.HasPrefix(names[at], prefix) {
		return false
	}
	s.usbIDs(d, d.dir)
	s.usbDevice(d, d.dir)
	if s.text(d.dir, "authorized") == "0" {
		d.Authorized = new(false)
	}
	return true
}

// usbInterfacePrefix is how the interfaces of a device are named: those of a
// root hub, "usb1", are "1-0:1.0".
func usbInterfacePrefix(name string) string {
	if bus, isRoot := strings.CutPrefix(name, "usb"); isRoot {
		return bus + "-0:"
	}
	return name + ":"
}

// usbInterface reads an interface and the device that it is a part of.
func (s *scanner) usbInterface(d *device) {
	if !d.readAlias() {
		s.usbInterfaceIDs(d)
	}
	s.usbDevice(d, path.Dir(d.dir))
}

// usbInterfaceIDs reads what the modalias does not say: an interface's own three
// class bytes, and the device's ids from the attributes of its parent, or from
// uevent where a capture left those out.
func (s *scanner) usbInterfaceIDs(d *device) {
	d.Interface = s.classTriple(d.dir, "bInterface")
	s.usbIDs(d, path.Dir(d.dir))
	if d.Interface != "" && d.VendorID != "" {
		return
	}
	d.Interface = cmp.Or(d.Interface, report.USBClass(d.event["INTERFACE"]))
	d.Class = cmp.Or(d.Class, report.USBClass(d.event["TYPE"]))
	if ids := strings.Split(d.event["PRODUCT"], "/"); len(ids) == 3 && d.VendorID == "" { // "bda/8156/3104"
		d.VendorID, d.DeviceID, d.Revision = report.HexID(ids[0], 4), report.HexID(ids[1], 4), report.HexID(ids[2], 4)
	}
}

// usbIDs reads the ids of a device.
func (s *scanner) usbIDs(d *device, dir string) {
	d.VendorID = s.id(4, dir, "idVendor")
	d.DeviceID = s.id(4, dir, "idProduct")
	d.Revision = s.id(4, dir, "bcdDevice")
	d.Class = s.classTriple(dir, "bDevice")
}

// usbDevice reads what else all interfaces of a device have in common.
func (s *scanner) usbDevice(d *device, dir string) {
	d.Removable = s.removable(dir)
	if speed := s.speed(dir, "speed"); speed > 0 {
		d.Link = &report.Link{Mbits: speed}
	}
	s.identify(d, "serial", s.identifier(dir, "serial"))
	s.ports(d)
}

// classTriple reads class, subclass and protocol, or the class alone where a
// capture has no more.
func (s *scanner) classTriple(dir, prefix string) string {
	class, subclass, protocol := s.id(2, dir, prefix+"Class"), s.id(2, dir, prefix+"SubClass"), s.id(2, dir, prefix+"Protocol")
	if class == "" || subclass == "" || protocol == "" {
		return class
	}
	return class + subclass + protocol
}
