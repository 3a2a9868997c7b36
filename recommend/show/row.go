package show

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// Columns of a report's tables, in characters.
const (
	addressWidth = 13
	idsWidth     = 9
	nameWidth    = 38
)

// row adds a device's line, behind a mark of one character or more, and a second
// one for what else a person wants to know.
func (pg *page) row(mark string, d *report.Device) {
	_, address, _ := strings.Cut(d.ID, ":")
	nameWidth := nameWidth - len(mark) + 1
	if ids(d) == d.ID {
		width := addressWidth + idsWidth + nameWidth + 2
		pg.line("%s %-*s %s", mark, width, clip(ascii(d.ID+" "+name(d)), width), d.Driver)
	} else {
		pg.line("%s %-*s %-*s %-*s %s", mark, addressWidth, address, idsWidth, ids(d), nameWidth, clip(ascii(name(d)), nameWidth), d.Driver)
	}
	if text := details(d); text != "" {
		pg.line("%*s%s", len(mark)+addressWidth+idsWidth+3, "", text)
	}
}

// details says what hangs on a device and how it is connected, "" where there
// is nothing to say.
func details(d *report.Device) string {
	var parts []string
	if d.ImpliedBy != "" {
		parts = append(parts, "appears once "+d.ImpliedBy+" has its driver")
	}
	if d.Authorized != nil && !*d.Authorized {
		parts = append(parts, "not authorised")
	}
	if d.Disks != nil {
		parts = append(parts, disks(d))
	}
	if d.Carrier != nil {
		parts = append(parts, map[bool]string{true: "link up", false: "no link"}[*d.Carrier])
	}
	if l := d.Link; l != nil && l.Width > 0 && (l.GTs < l.MaxGTs || l.Width < l.MaxWidth) {
		parts = append(parts, fmt.Sprintf("PCIe %v GT/s x%d of %v GT/s x%d", l.GTs, l.Width, l.MaxGTs, l.MaxWidth))
	}
	return strings.Join(parts, ", ")
}

// disks counts a controller's disks, with their sizes where these are known.
func disks(d *report.Device) string {
	if *d.Disks == 0 {
		return "no disk"
	}
	var sizes []string
	for _, bytes := range d.DiskBytes {
		sizes = append(sizes, size(bytes))
	}
	text := plural(*d.Disks, "disk")
	if len(sizes) > 0 {
		text += ": " + some(sizes, 4)
	}
	return text
}

// size writes bytes as makers of disks do, in powers of ten.
func size(bytes int64) string {
	value, unit := float64(bytes)/1e6, "MB"
	for _, larger := range []string{"GB", "TB"} {
		if value >= 1000 {
			value, unit = value/1000, larger
		}
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", value), ".0") + " " + unit
}
