package verify

import (
	"slices"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Running is what became of one module of a plan, or of a device that the plan
// says the platform drives by itself, on the machine that was made of the plan.
type Running struct {
	Module  string `json:"module,omitempty"` // "" for a device that the platform drives
	Device  string `json:"device,omitempty"` // "" for a module that others need
	State   string `json:"state"`            // see the constants
	Driver  string `json:"driver,omitempty"` // that is bound to the device
	Carrier *bool  `json:"carrier,omitzero"` // of a network card: whether a cable is in
	Disks   *int   `json:"disks,omitzero"`   // behind a storage controller
}

// The states. Only those up to IsLoaded are what a plan promises.
const (
	IsBound   = "bound"      // the device has the plan's driver
	IsLoaded  = "loaded"     // a module that others need is in the kernel
	IsOther   = "other"      // the device has another driver
	IsIdle    = "not-bound"  // the module is loaded, the device has no driver
	IsMissing = "not-loaded" // the module is not in the kernel
	IsAbsent  = "absent"     // there is no such device
)

// Good says whether this is what the plan promised. A device that another
// driver has taken works, though not as planned.
func (r Running) Good() bool {
	return slices.Contains([]string{IsBound, IsLoaded, IsOther}, r.State)
}

// Target compares a plan with the machine that runs by it: a line for each
// module and device of the plan, in the plan's load order, then one for each
// device that matters and that the platform is said to drive by itself.
// loaded says whether a module is in the kernel.
func Target(p *plan.Plan, live *report.Report, loaded func(module string) bool) []Running {
	var lines []Running
	for _, m := range p.Modules {
		if len(m.For) == 0 {
			lines = append(lines, Running{Module: m.Name, State: needed(loaded(m.Name))})
		}
		for _, id := range m.For {
			lines = append(lines, driven(find(live, id), id, m.Name, loaded(m.Name)))
		}
	}
	for _, d := range p.Devices {
		if d.Verdict == plan.Base && d.Importance != plan.Optional {
			lines = append(lines, driven(find(live, d.ID), d.ID, "", true))
		}
	}
	return lines
}

func needed(loaded bool) string {
	if loaded {
		return IsLoaded
	}
	return IsMissing
}

// driven is the line of one device.
func driven(d *report.Device, id, module string, loaded bool) Running {
	line := Running{Module: module, Device: id}
	if d == nil {
		line.State = IsAbsent
		return line
	}
	line.Driver, line.Carrier, line.Disks = d.Driver, d.Carrier, d.Disks
	switch {
	case d.Driver != "" && (module == "" || isOf(d, module)):
		line.State = IsBound
	case d.Driver != "":
		line.State = IsOther
	case !loaded:
		line.State = IsMissing
	default:
		line.State = IsIdle
	}
	return line
}

// isOf says whether a device's driver is a module's: by the link that the
// kernel keeps from the driver to its module, or else by its name.
func isOf(d *report.Device, module string) bool {
	same := func(name string) bool { return modalias.NameOf(name) == module }
	return slices.ContainsFunc(d.Modules, same) || same(d.Driver)
}

func find(r *report.Report, id string) *report.Device {
	for i := range r.Devices {
		if r.Devices[i].ID == id {
			return &r.Devices[i]
		}
	}
	return nil
}
