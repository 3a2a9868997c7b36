package scan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// explain warns of hardware that the report cannot show, or that it shows only
// on certain conditions.
func (s *scanner) explain() {
	for _, d := range s.devices {
		s.warnHidden(d)
		s.warnUnauthorized(d)
	}
	s.warnGuest()
}

// warnHidden warns of NVMe disks that only another firmware setting or driver
// makes visible. The driver ahci knows how many the firmware hides; without it
// the ids say what may be.
func (s *scanner) warnHidden(d *device) {
	if d.Bus != "pci" {
		return
	}
	if hidden := s.remapped(d); hidden != nil {
		if *hidden > 0 {
			s.warn("raid-remap", d, fmt.Sprintf("the firmware hides %d NVMe disk(s) behind this controller; Linux cannot reach them: set SATA mode to AHCI in the firmware setup", *hidden))
		}
		return
	}
	warning, found := report.HiddenDisks(&d.Device)
	if !found {
		return
	}
	if n := s.below(d); warning.Code == "vmd" && n > 0 {
		warning.Text = fmt.Sprintf("%d NVMe disk(s) are here only because the driver vmd shows them: the target needs it too, or turn VMD off in the firmware setup", n)
	}
	s.rep.Source.Warnings = append(s.rep.Source.Warnings, warning)
}

// remapped returns how many disks the driver ahci says are hidden behind a disk
// controller, nil where it does not say.
func (s *scanner) remapped(d *device) *int {
	if d.Class != "" && !strings.HasPrefix(d.Class, "01") {
		return nil
	}
	return s.number(10, d.dir, "remapped_nvme")
}

// below counts the NVMe controllers that a bridge of any kind shows.
func (s *scanner) below(d *device) int {
	count := 0
	for _, other := range s.devices {
		if strings.HasPrefix(other.Class, "0108") && strings.HasPrefix(other.dir, d.dir+"/") {
			count++
		}
	}
	return count
}

// thunderbolt reads a Thunderbolt device that its user has not allowed yet: its
// PCI functions and disks appear only then. Others are no devices of their
// own, and another computer at the end of the cable, whose name would be its
// host name, has no such attribute.
func (s *scanner) thunderbolt(d *device) {
	if s.text(d.dir, "authorized") != "0" {
		return
	}
	d.Authorized = new(false)
	d.VendorID = s.id(4, d.dir, "vendor")
	d.DeviceID = s.id(4, d.dir, "device")
	d.Vendor = s.text(d.dir, "vendor_name")
	d.Device.Device = s.text(d.dir, "device_name")
}

func (s *scanner) warnUnauthorized(d *device) {
	if d.Authorized == nil || *d.Authorized {
		return
	}
	what := strings.TrimSpace(d.Vendor + " " + d.Device.Device)
	if d.Bus == "thunderbolt" {
		s.warn("thunderbolt-unauthorized", d, fmt.Sprintf("%s is not authorised, so nothing behind it is in this report: allow it with boltctl enroll, or set Thunderbolt security to none in the firmware setup", what))
		return
	}
	s.warn(d.Bus+"-unauthorized", d, fmt.Sprintf("%s is not authorised, so its functions are not in this report: write 1 to its file authorized in sysfs", what))
}

// warnGuest says that a virtual machine was looked at, and what of it is not to
// be seen.
func (s *scanner) warnGuest() {
	kind := s.rep.Machine.Hypervisor
	if kind == "" || kind == "none" || s.isXenHost() {
		return
	}
	s.rep.Warn("guest", "", fmt.Sprintf("this is a virtual machine (%s): the report shows the cards that it was given, not those of the PC that runs it", kind))
	on := func(bus string) bool {
		return slices.ContainsFunc(s.devices, func(d *device) bool { return d.Bus == bus })
	}
	switch {
	case kind == "microsoft" && !on("vmbus"):
		s.rep.Warn("hyperv-hidden", "", "Hyper-V's network cards and disks are no PCI devices; without the driver hv_vmbus none of them is in this report")
	case kind == "xen" && !on("xen"):
		s.rep.Warn("xen-hidden", "", "Xen's network cards and disks are no PCI devices; this kernel shows none of them")
	}
}

// isXenHost says whether Linux runs beside Xen's guests and sees the machine
// itself.
func (s *scanner) isXenHost() bool {
	return strings.Contains(s.text("proc/xen/capabilities"), "control_d")
}
