package report

import (
	"fmt"
	"strconv"
	"strings"
)

// VirtioVendor is the PCI vendor of all virtio devices.
const VirtioVendor = "1af4"

// VirtioChild returns the virtio device that appears once a driver is bound to
// the PCI function d, and false where d carries none or does not say which.
//
// PCI devices 1000 to 103f are transitional: the virtio id is the subsystem's
// device. Those from 1040 to 107f have it in their own id (OASIS virtio 1.2,
// section 4.1.2; the kernel's drivers/virtio/virtio_pci_{legacy,modern}*.c). Of
// a report without the subsystem, as a short list of ids is, the transitional id
// tells. The virtio vendor is the subsystem's vendor; without it there is no
// modalias.
func VirtioChild(d *Device) (Device, bool) {
	if d.Bus != "pci" || d.VendorID != VirtioVendor {
		return Device{}, false
	}
	id, found := virtioID(d)
	if !found {
		return Device{}, false
	}
	child := Device{
		ID:        "virtio:" + strings.TrimPrefix(d.ID, "pci:"),
		Bus:       "virtio",
		Parent:    d.ID,
		ImpliedBy: d.ID,
		VendorID:  d.SubvendorID,
		DeviceID:  fmt.Sprintf("%04x", id),
	}
	if vendor, err := strconv.ParseUint(d.SubvendorID, 16, 32); err == nil {
		child.Modaliases = []string{fmt.Sprintf("virtio:d%08Xv%08X", id, vendor)}
	}
	return child, true
}

func virtioID(d *Device) (id uint64, found bool) {
	device, err := strconv.ParseUint(d.DeviceID, 16, 16)
	switch {
	case err != nil || device < 0x1000 || device > 0x107f:
		return 0, false
	case device >= 0x1040:
		return device - 0x1040, true
	}
	if id, err = strconv.ParseUint(d.SubdeviceID, 16, 16); err == nil {
		return id, true
	}
	id, found = transitional[d.DeviceID]
	return id, found
}

// transitional are the virtio ids that belong to transitional PCI ids (OASIS
// virtio 1.2, table in section 5): network, block, balloon, console, SCSI host,
// entropy, 9P.
var transitional = map[string]uint64{
	"1000": 1, "1001": 2, "1002": 5, "1003": 3, "1004": 8, "1005": 4, "1009": 9,
}
