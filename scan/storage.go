package scan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
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
	if warning, found := report.HiddenDisks(&d.Device); found {
		s.rep.Source.Warnings = append(s.rep.Source.Warnings, warning)
	}
}
