package show

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// groups are the tables of a report, in the order in which people look.
var groups = []struct {
	title string
	holds func(d *report.Device) bool
}{
	{"STORAGE", pciClass("01")},
	{"NETWORK", pciClass("02", "0d")},
	{"USB", func(d *report.Device) bool { return d.Bus == "usb" || pciClass("0c03")(d) }},
	{"GRAPHICS", pciClass("03")},
	{"OTHERS", func(*report.Device) bool { return true }},
}

func pciClass(prefixes ...string) func(*report.Device) bool {
	return func(d *report.Device) bool {
		for _, prefix := range prefixes {
			if d.Bus == "pci" && strings.HasPrefix(d.Class, prefix) {
				return true
			}
		}
		return false
	}
}

// Report writes a report as tables of 80 columns, grouped by what people look
// for; it is as long as the machine has devices.
func Report(w io.Writer, r *report.Report) error {
	pg := &page{width: Width}
	pg.line("%s", Machine(r))
	if r.Source.Kernel != "" {
		pg.line("%s, kernel %s", r.Source.Kind, r.Source.Kernel)
	}
	tables := make([][]*report.Device, len(groups))
	nodes := map[string]int{} // bus -> its devices without a line
	for i := range r.Devices {
		d := &r.Devices[i]
		if isNode(d) {
			nodes[d.Bus]++
			continue
		}
		for at, group := range groups {
			if group.holds(d) {
				tables[at] = append(tables[at], d)
				break
			}
		}
	}
	for at, group := range groups {
		pg.table(group.title, tables[at])
	}
	pg.nodes(nodes)
	for _, warning := range r.Source.Warnings {
		pg.labelled("!", fmt.Sprintf("%s: %s", warning.Code, warning.Text), 3)
	}
	return pg.writeTo(w)
}

// isNode says whether a device is one of the many that boards describe and
// nobody asks about: ACPI and platform nodes, sensors, CPU features.
func isNode(d *report.Device) bool {
	return d.VendorID == "" && !slices.Contains([]string{"pci", "usb", "virtio", "vmbus", "xen", "mmc", "sdio", "scsi"}, d.Bus)
}

// nodes counts the devices that are folded, by bus.
func (pg *page) nodes(count map[string]int) {
	var parts []string
	for _, bus := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%d %s", count[bus], bus))
	}
	if len(parts) > 0 {
		pg.line("")
		pg.labelled("", "and on other buses: "+strings.Join(parts, ", "), 3)
	}
}

func (pg *page) table(title string, devices []*report.Device) {
	if len(devices) == 0 {
		return
	}
	pg.line("")
	pg.line("%s", title)
	for _, d := range devices {
		_, address, _ := strings.Cut(d.ID, ":")
		if ids(d) == d.ID {
			pg.line("  %-*s %s", addressWidth+idsWidth+nameWidth+2, clip(ascii(d.ID+" "+name(d)), addressWidth+idsWidth+nameWidth+2), d.Driver)
			continue
		}
		pg.line("  %-*s %-*s %-*s %s", addressWidth, address, idsWidth, ids(d), nameWidth, clip(ascii(name(d)), nameWidth), d.Driver)
	}
}

// Columns of a report's tables, in characters.
const (
	addressWidth = 13
	idsWidth     = 9
	nameWidth    = 38
)
