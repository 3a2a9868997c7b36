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
// Those of the root hub "usb1" are "1-0:1.0".
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
