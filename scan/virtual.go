package scan

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// virtio reads a virtio device that its transport's driver has shown.
func (s *scanner) virtio(d *device) {
	if !d.readAlias() {
		d.VendorID = s.id(4, d.dir, "vendor")
		d.DeviceID = s.id(4, d.dir, "device")
	}
	s.ports(d)
}

// predictVirtio adds the virtio device behind each PCI function whose driver is
// not bound, so that the report holds what a kernel with virtio_pci will show.
func (s *scanner) predictVirtio() {
	shown := map[string]bool{}
	for _, d := range s.devices {
		if d.Bus == "virtio" {
			shown[d.Parent] = true
		}
	}
	for _, d := range s.devices {
		if d.Bus != "pci" || shown[d.ID] {
			continue
		}
		if child, found := report.VirtioChild(&d.Device); found {
			s.devices = append(s.devices, &device{Device: child, dir: d.dir + "/virtio"})
		}
	}
}

// vmbus gives a Hyper-V device an id without the GUID of its instance, which
// tells one virtual machine from all others: the type's first eight digits and
// a count.
func (s *scanner) vmbus(d *device, name string) {
	kind := "unknown"
	if len(d.Modaliases) > 0 {
		if guid := strings.TrimPrefix(d.Modaliases[0], "vmbus:"); len(guid) >= 8 {
			kind = cmp.Or(report.HexID(guid[:8], 8), kind)
		}
	}
	s.ofKind[kind]++
	d.ID = fmt.Sprintf("vmbus:%s#%d", kind, s.ofKind[kind])
	d.SysfsPath = ""
	s.identify(d, "instance", name)
	s.ports(d)
}
