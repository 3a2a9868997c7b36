package report

import (
	"slices"
	"strings"
)

// scsiHosts are the controllers that show their disks as SCSI disks, by PCI
// class, USB interface, virtio device and VMBus class: all but NVMe, SD and the
// disks of virtual machines that have a driver of their own.
var scsiHosts = map[string][]string{
	"pci":    {"0100", "0101", "0104", "0105", "0106", "0107", "0109"},
	"usb":    {"0806"},
	"virtio": {"0008"},
	"vmbus":  {"vmbus:d96361baa104294db60572e2ffb1dc7f", "vmbus:32264132cb86a2449b5c50d1417354f5"},
}

// SCSIDisk returns the disk that may appear once a driver is bound to d, a
// controller whose disks are SCSI disks to Linux: it makes the kernel ask for
// sd_mod (MODALIAS of drivers/scsi/scsi_sysfs.c; type 0 is a direct access
// device). It returns false where d is no such controller or shows its disks
// already.
func SCSIDisk(d *Device) (Device, bool) {
	if d.Driver != "" || !isSCSIHost(d) {
		return Device{}, false
	}
	_, address, _ := strings.Cut(d.ID, ":")
	return Device{
		ID:         "scsi:" + address,
		Bus:        "scsi",
		Parent:     d.ID,
		ImpliedBy:  d.ID,
		Modaliases: []string{"scsi:t-0x00"},
	}, true
}

func isSCSIHost(d *Device) bool {
	kind := map[string]string{"pci": d.Class, "usb": d.Interface, "virtio": d.DeviceID}[d.Bus]
	if d.Bus == "vmbus" && len(d.Modaliases) > 0 {
		kind = d.Modaliases[0]
	}
	if _, transport := VirtioChild(d); transport || d.Bus == "pci" && isVMD(d) {
		return false // what they show are controllers
	}
	return slices.ContainsFunc(scsiHosts[d.Bus], func(prefix string) bool { return strings.HasPrefix(kind, prefix) })
}
