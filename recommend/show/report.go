package show

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// groups are the tables of a report, in the order in which people look. Each
// lists what its devices' kinds, as [report.Device] has them on their bus, begin
// with; the last holds what no other does.
var groups = []group{
	{"STORAGE", []string{"pci 01", "pci 0805", "usb 08", "virtio 0002", "virtio 0008", "xen xen:vbd", "mmc ",
		"vmbus vmbus:d96361ba", "vmbus vmbus:32264132", "vmbus vmbus:4acc9b2f"}},
	{"NETWORK", []string{"pci 02", "pci 0d", "usb 0206", "usb 020c", "usb 020d", "usb e00103", "usb e001", "virtio 0001",
		"xen xen:vif", "vmbus vmbus:635161f8"}},
	{"USB", []string{"usb ", "pci 0c03"}},
	{"GRAPHICS", []string{"pci 03", "virtio 0010", "vmbus vmbus:02780ada"}},
	{"OTHERS", []string{""}},
}

type group struct {
	title string
	kinds []string
}

// kindKey is what groups look at: the bus, and the class, the interface, the
// type or the modalias.
func kindKey(d *report.Device) string {
	switch {
	case d.Bus == "usb":
		return "usb " + d.Interface
	case d.Bus == "virtio":
		return "virtio " + d.DeviceID
	case d.Class == "" && len(d.Modaliases) > 0:
		return d.Bus + " " + d.Modaliases[0]
	}
	return d.Bus + " " + d.Class
}

// groupOf returns the table that a device is in. What has a network port is a
// network card, whatever its class says.
func groupOf(d *report.Device) (title string) {
	if d.Carrier != nil {
		return "NETWORK"
	}
	key := kindKey(d)
	for _, group := range groups {
		if slices.ContainsFunc(group.kinds, func(kind string) bool { return strings.HasPrefix(key, kind) }) {
			return group.title
		}
	}
	return ""
}

// grouped sorts a report's devices into the tables of groups; those without a
// line are counted by their bus.
func grouped(r *report.Report) (tables [][]*report.Device, nodes map[string]int) {
	tables, nodes = make([][]*report.Device, len(groups)), map[string]int{}
	for i := range r.Devices {
		d := &r.Devices[i]
		if isNode(d) {
			nodes[d.Bus]++
			continue
		}
		at := slices.IndexFunc(groups, func(g group) bool { return g.title == groupOf(d) })
		tables[at] = append(tables[at], d)
	}
	return tables, nodes
}

// Listed returns the devices that have a line in [Report], in its order.
func Listed(r *report.Report) []*report.Device {
	tables, _ := grouped(r)
	return slices.Concat(tables...)
}

// Report writes a report as tables of 80 columns, grouped by what people look
// for; it is as long as the machine has devices.
func Report(w io.Writer, r *report.Report) error {
	return tables(w, r, func(int) string { return " " })
}

// Numbered is [Report] with a number before each device: its place in [Listed],
// from 1.
func Numbered(w io.Writer, r *report.Report) error {
	return tables(w, r, func(i int) string { return fmt.Sprintf("%3d", i+1) })
}

func tables(w io.Writer, r *report.Report, mark func(i int) string) error {
	pg := &page{width: Width}
	pg.line("%s", Machine(r))
	if r.Source.Kernel != "" {
		pg.line("%s, kernel %s", r.Source.Kind, r.Source.Kernel)
	}
	tables, nodes := grouped(r)
	listed := 0
	for i, devices := range tables {
		if len(devices) > 0 {
			pg.line("")
			pg.line("%s", groups[i].title)
		}
		for _, d := range devices {
			pg.row(mark(listed), d)
			listed++
		}
	}
	pg.nodes(nodes)
	if len(r.Source.Warnings) > 0 {
		pg.line("")
	}
	pg.warnings(r.Source.Warnings)
	return pg.writeTo(w)
}

func (pg *page) warnings(list []report.Warning) {
	for _, warning := range list {
		pg.labelled("!", fmt.Sprintf("%s: %s", warning.Code, warning.Text), 4)
	}
}

// isNode says whether a device is one of the many that boards describe and
// nobody asks about (ACPI and platform nodes, sensors, CPU features), or a SCSI
// disk, which its controller's line counts.
func isNode(d *report.Device) bool {
	return d.VendorID == "" && !slices.Contains([]string{"pci", "usb", "virtio", "vmbus", "xen", "mmc", "sdio", "thunderbolt"}, d.Bus)
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
