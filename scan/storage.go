package scan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// storage counts disks and warns where firmware hides some.
func (s *scanner) storage() {
	disks := s.disks()
	for _, d := range s.devices {
		if d.Driver != "" && isStorage(d) {
			count := 0
			for _, dir := range disks {
				if strings.HasPrefix(dir, d.dir+"/") {
					count++
				}
			}
			d.Disks = &count
		}
		s.warnHidden(d)
	}
}

// isStorage says whether disks can hang on a device: PCI mass storage and SD
// hosts, USB mass storage, virtio-blk and virtio-scsi, Hyper-V's and Xen's.
func isStorage(d *device) bool {
	switch d.Bus {
	case "pci":
		return strings.HasPrefix(d.Class, "01") || strings.HasPrefix(d.Class, "0805")
	case "usb":
		return strings.HasPrefix(d.Interface, "08")
	case "virtio":
		return d.DeviceID == "0002" || d.DeviceID == "0008"
	}
	return d.Driver == "hv_storvsc" || d.Driver == "vbd"
}

// disks returns the directories of all whole disks. Neither loop devices, RAID
// sets and the like, which are below devices/virtual, nor optical drives, nor
// the boot areas of an eMMC are disks. An NVMe disk with several paths appears
// below each of its controllers.
func (s *scanner) disks() []string {
	var dirs []string
	for _, name := range s.list("sys/block") {
		dir := s.follow("sys/block", name)
		if strings.HasPrefix(dir, "sys/devices/virtual/") || strings.HasPrefix(name, "sr") || isBootArea(name) {
			continue
		}
		dirs = append(dirs, dir)
	}
	return dirs
}

// isBootArea recognises mmcblk0boot0, mmcblk0boot1 and mmcblk0rpmb.
func isBootArea(name string) bool {
	return strings.HasPrefix(name, "mmcblk") && (strings.Contains(name, "boot") || strings.HasSuffix(name, "rpmb"))
}

// Intel's ids: VMD from the kernel's drivers/pci/controller/vmd.c, storage in
// RAID mode from drivers/ata/ahci.c ("RAID" in its comments).
var (
	vmdIDs  = []string{"201d", "28c0", "467f", "4c3d", "7d0b", "9a0b", "a77f", "ad0b", "b06f", "b60b"}
	raidIDs = []string{"2822", "2826", "282a", "282f", "2682", "292c", "3b2c", "1c04", "1e06", "1e0e", "8c06", "8c0e", "9c07", "9c0f"}
)

// warnHidden warns of NVMe disks that only another firmware setting or driver
// makes visible.
func (s *scanner) warnHidden(d *device) {
	if d.Bus != "pci" {
		return
	}
	if hidden, err := strconv.Atoi(s.text(d.dir, "remapped_nvme")); err == nil && hidden > 0 {
		s.warn("raid-remap", d, fmt.Sprintf("the firmware hides %d NVMe disk(s) behind this controller; Linux cannot reach them: set SATA mode to AHCI in the firmware setup", hidden))
		return
	}
	switch intel := d.VendorID == "8086"; {
	case intel && slices.Contains(vmdIDs, d.DeviceID):
		s.warn("vmd", d, "NVMe disks behind Intel VMD are visible only with the driver vmd: load it, or turn VMD off in the firmware setup")
	case intel && (slices.Contains(raidIDs, d.DeviceID) || strings.HasPrefix(d.Class, "0104")):
		s.warn("raid-mode", d, "this controller is in Intel's RAID mode, in which the firmware may hide NVMe disks: AHCI mode in the firmware setup shows them")
	}
}
