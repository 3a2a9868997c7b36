package recommend

import (
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report"
)

// keys returns the strings to match a device by: the kernel's own where the
// report has them, else one made of the ids that it knows, with what it does
// not know marked as unknown. A device known by name only has none, and nor has
// a processor: its modalias lists features, and any number of modules (ciphers,
// hypervisors, sensors) load for them without one being the driver.
func keys(d *report.Device) []string {
	if d.Bus == "cpu" {
		return nil
	}
	if len(d.Modaliases) > 0 {
		return d.Modaliases
	}
	if d.VendorID == "" && d.DeviceID == "" && d.Class == "" && d.Interface == "" {
		return nil
	}
	switch d.Bus {
	case "virtio":
		return []string{"virtio:d" + padded(d.DeviceID) + "v" + padded(d.VendorID)}
	case "pci":
		return []string{modalias.PCIKey(d.VendorID, d.DeviceID, d.SubvendorID, d.SubdeviceID, d.Class)}
	case "usb":
		return []string{modalias.USBKey(d.VendorID, d.DeviceID, d.Revision, d.Class, d.Interface, "")}
	}
	return nil
}

// padded is an id as the 8 digits of a virtio modalias (the kernel's
// drivers/virtio/virtio.c, modalias_show), or 8 unknown ones.
func padded(id string) string {
	if id == "" {
		return strings.Repeat(string(rune(modalias.Unknown)), 8)
	}
	return strings.Repeat("0", max(0, 8-len(id))) + strings.ToUpper(id)
}
