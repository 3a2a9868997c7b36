package recommend

import (
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
		return []string{modalias.VirtioKey(d.DeviceID, d.VendorID)}
	case "pci":
		return []string{modalias.PCIKey(d.VendorID, d.DeviceID, d.SubvendorID, d.SubdeviceID, d.Class)}
	case "usb":
		return []string{modalias.USBKey(d.VendorID, d.DeviceID, d.Revision, d.Class, d.Interface, "")}
	}
	return nil
}
