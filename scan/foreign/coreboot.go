package foreign

import (
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// corebootLine is a PCI function as coreboot-collector prints it
// (system76/coreboot-collector, src/main.rs).
var corebootLine = pattern(`(?i)^PCI Device: ([0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]): Class 0x00([0-9a-f]{6}), Vendor 0x([0-9a-f]{4}), Device 0x([0-9a-f]{4}), Revision 0x([0-9a-f]{2})$`)

func beginCoreboot(l line) block {
	if !strings.HasPrefix(l.text, "PCI Device:") {
		return nil
	}
	m := corebootLine().FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	return &single{number: l.number, Device: report.Device{ID: "pci:" + address(m[1]), Bus: "pci",
		Class: lower(m[2]), VendorID: lower(m[3]), DeviceID: lower(m[4]), Revision: lower(m[5])}}
}
