package report

import (
	"slices"
	"strings"
)

// Ids of Intel: VMD from the kernel's drivers/pci/controller/vmd.c; SATA in RAID
// mode from drivers/ata/ahci.c.
var (
	vmdIDs  = []string{"201d", "28c0", "467f", "4c3d", "7d0b", "9a0b", "a77f", "ad0b", "b06f", "b60b"}
	raidIDs = []string{"2822", "2826", "282a", "282f", "2682", "292c", "3b2c", "1c04", "1e06", "1e0e", "8c06", "8c0e", "9c07", "9c0f"}
)

// HiddenDisks returns a warning about a PCI function behind which NVMe disks
// may be hidden: Intel VMD ("vmd") and SATA in RAID mode ("raid-mode"). It goes
// by ids only; that disks are hidden, "raid-remap", only the driver ahci knows.
func HiddenDisks(d *Device) (Warning, bool) {
	if d.Bus != "pci" || d.VendorID != "8086" {
		return Warning{}, false
	}
	switch {
	case isVMD(d):
		return Warning{Code: "vmd", Device: d.ID, Text: "NVMe disks behind Intel VMD are visible only with the driver vmd: load it, or turn VMD off in the firmware setup"}, true
	case slices.Contains(raidIDs, d.DeviceID) || strings.HasPrefix(d.Class, "0104"):
		return Warning{Code: "raid-mode", Device: d.ID, Text: "RAID mode may hide NVMe disks; AHCI mode in the BIOS shows them"}, true
	}
	return Warning{}, false
}

func isVMD(d *Device) bool { return d.VendorID == "8086" && slices.Contains(vmdIDs, d.DeviceID) }
