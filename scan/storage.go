package scan

import (
	"path"
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// storage counts the disks of each controller that has its driver, and adds
// their sizes. Where a capture left the list of disks out, nothing is known.
func (s *scanner) storage() {
	if !s.exists("sys/block") {
		return
	}
	for _, d := range s.devices {
		if d.Driver != "" && isStorage(d) {
			d.Disks = new(0)
		}
	}
	for _, dir := range s.disks() {
		bytes, known := s.sectors(dir)
		for d := s.above(dir); d != nil; d = s.above(d.dir) {
			if d.Disks == nil {
				continue
			}
			if known && len(d.DiskBytes) == *d.Disks {
				d.DiskBytes = append(d.DiskBytes, bytes)
			}
			*d.Disks++
			s.identifyDisk(d, dir)
		}
	}
	for _, d := range s.devices {
		if d.Disks != nil && len(d.DiskBytes) < *d.Disks {
			d.DiskBytes = nil // one size is not known, so none can be told apart
		}
	}
}

// sectors reads the size of a disk, which the kernel counts in sectors of 512
// bytes whatever the disk's own are. It returns bytes.
func (s *scanner) sectors(dir string) (bytes int64, known bool) {
	n, err := strconv.ParseInt(s.text(dir, "size"), 10, 54)
	return n * 512, err == nil && n >= 0
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
	names, places := s.follow("sys/block")
	for i, name := range names {
		if strings.HasPrefix(name, "sr") || isBootArea(name) || strings.HasPrefix(places[i], "sys/devices/virtual/") {
			continue
		}
		s.rec.followed(s.tree, "sys/block/"+name, places[i])
		dirs = append(dirs, places[i])
	}
	return dirs
}

// isBootArea recognises mmcblk0boot0, mmcblk0boot1 and mmcblk0rpmb.
func isBootArea(name string) bool {
	return strings.HasPrefix(name, "mmcblk") && (strings.Contains(name, "boot") || strings.HasSuffix(name, "rpmb"))
}

// predictDisks adds the SCSI disk that a controller without a driver may hold:
// its system will want sd_mod.
func (s *scanner) predictDisks() {
	for _, d := range s.devices {
		if disk, found := report.SCSIDisk(&d.Device); found {
			s.devices = append(s.devices, &device{Device: disk, dir: path.Join(d.dir, "disk")})
		}
	}
}
