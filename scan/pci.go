package scan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// pci reads the attributes of a PCI function (the kernel's
// Documentation/ABI/testing/sysfs-bus-pci).
func (s *scanner) pci(d *device) {
	if !d.readAlias() {
		s.pciIDs(d)
	}
	d.Revision = s.id(2, d.dir, "revision")
	if irq := s.number(10, d.dir, "irq"); irq != nil && *irq != 0 && *irq != 255 {
		d.IRQ = irq // 0 and 255 mean that no line is connected
	}
	d.BARs = parseBARs(s.text(d.dir, "resource"))
	d.Link = s.pciLink(d.dir)
	d.Removable = s.removable(d.dir)
	s.ports(d)
}

// pciIDs reads the ids of a function whose modalias does not say them.
func (s *scanner) pciIDs(d *device) {
	d.VendorID = s.id(4, d.dir, "vendor")
	d.DeviceID = s.id(4, d.dir, "device")
	d.SubvendorID = s.id(4, d.dir, "subsystem_vendor")
	d.SubdeviceID = s.id(4, d.dir, "subsystem_device")
	if d.SubvendorID == "0000" { // none, as all bridges
		d.SubvendorID, d.SubdeviceID = "", ""
	}
	d.Class = s.id(6, d.dir, "class")
}

// pciLink reads the link of a PCI Express function, nil where it has none. A
// link that is down reads "Unknown" and 0.
func (s *scanner) pciLink(dir string) *report.Link {
	link := report.Link{
		GTs: s.speed(dir, "current_link_speed"), Width: s.lanes(dir, "current_link_width"),
		MaxGTs: s.speed(dir, "max_link_speed"), MaxWidth: s.lanes(dir, "max_link_width"),
	}
	if link == (report.Link{}) {
		return nil
	}
	return &link
}

// speed reads the number before the unit in "8.0 GT/s PCIe" and in a USB
// device's "480".
func (s *scanner) speed(name ...string) float64 {
	number, _, _ := strings.Cut(s.text(name...), " ")
	speed, err := strconv.ParseFloat(number, 64)
	if err != nil || !(speed > 0 && speed < 1e6) {
		return 0
	}
	return speed
}

// lanes reads the width of a link; a function that is being unplugged says 255.
func (s *scanner) lanes(name ...string) int {
	if width := s.number(10, name...); width != nil && *width > 0 && *width <= 32 {
		return *width
	}
	return 0
}

// removable reads what the firmware says of a port (since Linux 5.14 for PCI).
func (s *scanner) removable(dir string) *bool {
	switch s.text(dir, "removable") {
	case "removable":
		return new(true)
	case "fixed":
		return new(false)
	}
	return nil
}

// ports says whether a port of a network device has a link. A port that is
// down does not know.
func (s *scanner) ports(d *device) {
	for _, port := range s.list(d.dir, "net") {
		switch s.text(d.dir, "net", port, "carrier") {
		case "1":
			d.Carrier = new(true)
		case "0":
			if d.Carrier == nil {
				d.Carrier = new(false)
			}
		}
		s.identify(d, "mac", s.identifier(d.dir, "net", port, "address"))
	}
}

// Bits of the third column of "resource" (include/linux/ioport.h).
const (
	resourceIO       = 0x100
	resourceMemory   = 0x200
	resourcePrefetch = 0x2000
	resource64       = 0x100000
)

// expansionROM is the line of "resource" after the six base address registers;
// the lines after it are a bridge's windows.
const expansionROM = 6

// parseBARs reads "resource", a line "start end flags" for each register.
func parseBARs(text string) []report.BAR {
	var bars []report.BAR
	i := -1
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if i++; i > expansionROM || len(fields) != 3 {
			break
		}
		start, err1 := strconv.ParseUint(fields[0], 0, 64)
		end, err2 := strconv.ParseUint(fields[1], 0, 64)
		flags, err3 := strconv.ParseUint(fields[2], 0, 64)
		if err1 != nil || err2 != nil || err3 != nil || flags == 0 || end <= start || end-start >= 1<<62 {
			continue
		}
		bars = append(bars, report.BAR{Index: i, Kind: barKind(flags), Size: int64(end-start) + 1})
	}
	return bars
}

func barKind(flags uint64) string {
	kind := "mem32"
	switch {
	case flags&resourceIO != 0:
		kind = "io"
	case flags&resource64 != 0:
		kind = "mem64"
	}
	if flags&resourcePrefetch != 0 {
		kind += ",prefetch"
	}
	return kind
}

// maxSharers bounds the lists of shareIRQs, which grow with the square of the
// sharers. A PC has a handful of them; a longer list helps nobody.
const maxSharers = 64

// shareIRQs names for each PCI function the others on its interrupt line. Those
// that use MSI have a line to themselves.
func (s *scanner) shareIRQs() {
	byLine := map[int][]*device{}
	for _, d := range s.devices {
		if d.Bus == "pci" && d.IRQ != nil {
			byLine[*d.IRQ] = append(byLine[*d.IRQ], d)
		}
	}
	for _, sharers := range byLine {
		if len(sharers) == 1 {
			continue
		}
		sharers = slices.DeleteFunc(sharers, func(d *device) bool { return len(s.names(d.dir, "msi_irqs")) > 0 })
		if len(sharers) > maxSharers {
			continue
		}
		for _, d := range sharers {
			d.SharedIRQ = othersThan(d, sharers)
		}
	}
}

func othersThan(d *device, group []*device) []string {
	var ids []string
	for _, other := range group {
		if other != d {
			ids = append(ids, other.ID)
		}
	}
	slices.SortFunc(ids, report.CompareID)
	return ids
}

// maxDepth is more than there are bridges above a PCI function.
const maxDepth = 64

// isolate says of each device in an IOMMU group whether it can be passed to a
// virtual machine alone: only bridges above it share its group.
func (s *scanner) isolate() {
	groups := map[string][]*device{}
	for _, d := range s.devices {
		if d.IOMMUGroup != "" {
			groups[d.IOMMUGroup] = append(groups[d.IOMMUGroup], d)
		}
	}
	for _, group := range groups {
		for _, d := range group {
			alone := len(group) <= maxDepth && !slices.ContainsFunc(group, func(other *device) bool {
				return other != d && !other.bridgeAbove(d)
			})
			d.Isolated = &alone
		}
	}
}

func (d *device) bridgeAbove(below *device) bool {
	return strings.HasPrefix(d.Class, "0604") && strings.HasPrefix(below.dir, d.dir+"/")
}
