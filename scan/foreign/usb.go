package foreign

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

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

// joinUSB merges what lists by bus and device number say of a USB device with
// what others say by its place in sysfs, where a log or a tree told that both
// are one.
func (m *merger) joinUSB() {
	if !m.buses["usb"] {
		return
	}
	known := m.usbIDs()
	all := m.rep.Devices
	m.rep.Devices, m.index = nil, map[string]int{}
	for i := range all {
		d := all[i]
		device, place, isInterface := strings.Cut(strings.TrimPrefix(d.ID, "usb:"), ":")
		if in := m.placeOf("usb:" + device); d.Bus == "usb" && known[in] == d.VendorID+":"+d.DeviceID {
			d.ID = usbPlace(in, place, isInterface)
		}
		m.merge(&d, 0)
	}
}

// usbIDs returns vendor and device of all USB devices of the report, by the
// device's id also where only its interfaces are in it.
func (m *merger) usbIDs() map[string]string {
	ids := map[string]string{}
	for i := range m.rep.Devices {
		d := &m.rep.Devices[i]
		if d.Bus != "usb" {
			continue
		}
		device, _, _ := strings.Cut(strings.TrimPrefix(d.ID, "usb:"), ":")
		if bus, isRoot := strings.CutSuffix(device, "-0"); isRoot {
			device = "usb" + bus
		}
		ids["usb:"+device] = d.VendorID + ":" + d.DeviceID
	}
	return ids
}

// placeOf returns the id in sysfs of a device that is known by bus and number,
// "" where no list told. A root hub always has number 1.
func (m *merger) placeOf(id string) string {
	if bus, isRoot := strings.CutSuffix(strings.TrimPrefix(id, "usb:"), "-001"); isRoot {
		return "usb:usb" + strings.TrimLeft(bus, "0")
	}
	return m.places[id]
}

// usbPlace returns the id of a device, or of one of its interfaces. Those of the
// root hub "usb1" are "1-0:1.0".
func usbPlace(device, place string, isInterface bool) string {
	if !isInterface {
		return device
	}
	if bus, isRoot := strings.CutPrefix(device, "usb:usb"); isRoot {
		device = "usb:" + bus + "-0"
	}
	return device + ":" + place
}
