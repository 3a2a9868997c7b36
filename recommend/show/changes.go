package show

import (
	"io"
	"reflect"
	"slices"

	"github.com/modscout/modscout/scan/report"
)

// Changes writes what differs between two reports of one machine: a line for
// each device that came (+), went (-) or is not as it was (*), and the warnings
// that are new.
func Changes(w io.Writer, before, after *report.Report) error {
	pg := &page{width: Width}
	was, is := byID(before), byID(after)
	for i := range before.Devices {
		if d := &before.Devices[i]; is[d.ID] == nil {
			pg.row("-", d)
		}
	}
	for i := range after.Devices {
		switch d := &after.Devices[i]; {
		case was[d.ID] == nil:
			pg.row("+", d)
		case !reflect.DeepEqual(was[d.ID], d):
			pg.row("*", d)
		}
	}
	pg.warnings(slices.DeleteFunc(slices.Clone(after.Source.Warnings), func(w report.Warning) bool {
		return slices.Contains(before.Source.Warnings, w)
	}))
	return pg.writeTo(w)
}

func byID(r *report.Report) map[string]*report.Device {
	devices := map[string]*report.Device{}
	for i := range r.Devices {
		devices[r.Devices[i].ID] = &r.Devices[i]
	}
	return devices
}
