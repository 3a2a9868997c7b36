// Package probe is the bootprobe: it loads the drivers that claim a device one
// by one, looks whether one attaches, and unloads it where it does not. NetBSD
// has done so since 5.0 for drivers that are in doubt; here it tells apart what
// tables cannot, such as 8139cp and 8139too, which claim the same ids.
//
// It is not harmless: a driver of unknown quality runs on real hardware. So it
// is for the scan image, on request, after the report is safe. It loads only
// modules that were built for the running kernel, and touches no device that
// has a driver, so that the disk the machine was booted from stays as it is.
//
// A result is about the kernel that ran, and its words are exact: "bound by
// Linux 6.12's igc" says that the hardware answers to that driver. The target's
// module is another build.
package probe

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report"
)

// State says how far a driver got with a device.
type State string

// The states, in the order of how much they prove.
const (
	Refused State = "refused" // it claims the device and must not be loaded here
	Matched State = "matched" // it claims the device and did not take it, or was not tried
	Bound   State = "bound"   // it took the device
	Works   State = "works"   // and the device does something: a carrier, a disk with a size
)

// Result is what became of one candidate for one device.
type Result struct {
	Device   string   `json:"device"` // Device.ID of the report
	Module   string   `json:"module"`
	State    State    `json:"state"`
	Kernel   string   `json:"kernel"`             // release of the kernel that ran
	Evidence []string `json:"evidence,omitempty"` // what bound and works rest on
	Why      string   `json:"why,omitempty"`      // what refused and matched rest on
	Log      []string `json:"log,omitempty"`      // the kernel's messages meanwhile
	Taint    uint64   `json:"taint,omitzero"`     // bits that the kernel's taint gained (Documentation/admin-guide/tainted-kernels.rst)
	Kept     bool     `json:"kept,omitzero"`      // the module is still loaded
}

// String is the result in one line, in exact words.
func (r Result) String() string {
	line := r.Device + "  " + r.Module + ": "
	switch r.State {
	case Bound, Works:
		line += fmt.Sprintf("bound by Linux %s's %s (%s)", r.Kernel, r.Module, strings.Join(r.Evidence, ", "))
	case Refused:
		line += "refused: " + r.Why
	default:
		line += r.Why
	}
	if r.Taint != 0 {
		line += fmt.Sprintf("; taints the kernel (%d)", r.Taint)
	}
	return line
}

// Kernel is the running kernel as the prober uses it; [Linux] is the real one.
type Kernel interface {
	Release() string
	// Loaded says whether a module of this name is in the kernel.
	Loaded(name string) bool
	// Load loads a module file. A driver that finds no hardware (ENODEV) is no
	// error: it is not loaded then, or loaded and idle. A module that the
	// kernel crashes in gives [ErrCrashed].
	Load(ctx context.Context, file, name string) error
	Unload(name string) error
	// Driver returns what is bound to a device: the driver, and the module
	// that it is from, "" where it is built in.
	Driver(d *report.Device) (driver, module string)
	// Signs returns what a device with a driver shows, and whether that means
	// that it works.
	Signs(d *report.Device) (evidence []string, works bool)
	// Log returns the kernel's messages since the last call.
	Log() []string
	Taint() uint64
}

// Prober tries drivers. It may be used again after devices were plugged in:
// what was tried for a device is not tried again.
type Prober struct {
	kernel  Kernel
	drivers *Drivers
	gate    gate
	wait    time.Duration
	tried   map[attempt]bool
	crashed string // the module that the kernel crashed in
}

type attempt struct{ device, module string }

// New prepares to try drivers. wait is how long a driver has, after it
// was loaded, to take a device, and then how long the device has to show signs:
// a SCSI bus takes seconds.
func New(kernel Kernel, drivers *Drivers, wait time.Duration) *Prober {
	return &Prober{
		kernel:  kernel,
		drivers: drivers,
		gate:    newGate(kernel.Release(), drivers),
		wait:    wait,
		tried:   map[attempt]bool{},
	}
}

// Probe tries the candidates for every device of the report that has no driver
// yet, certain and exact claims first, and stops for a device when one has
// taken it. tell gets a line before each attempt: should the machine hang, it
// is the last that a person sees. The results are in the order of the devices
// and the attempts. Once the kernel has crashed nothing more is tried.
func (p *Prober) Probe(ctx context.Context, r *report.Report, tell func(line string)) []Result {
	var idle []*report.Device
	for i := range r.Devices {
		// What the report only expects behind another device is not there.
		if driver, _ := p.kernel.Driver(&r.Devices[i]); driver == "" && r.Devices[i].ImpliedBy == "" {
			idle = append(idle, &r.Devices[i])
		}
	}
	var results []Result
	for _, d := range idle {
		results = append(results, p.device(ctx, d, tell)...)
	}
	return results
}

// device tries the candidates for one device that had no driver when the first
// was tried. What was loaded for another device may have taken it since.
func (p *Prober) device(ctx context.Context, d *report.Device, tell func(string)) (results []Result) {
	for _, name := range p.candidates(d) {
		if driver, _ := p.kernel.Driver(d); driver != "" || ctx.Err() != nil {
			break
		}
		tell("trying " + name + " on " + d.ID)
		result := p.try(ctx, d, name)
		results = append(results, result)
		if result.State == Bound || result.State == Works {
			return results
		}
	}
	if driver, module := p.kernel.Driver(d); driver != "" {
		result := Result{Device: d.ID, Module: cmp.Or(module, driver), Kernel: p.kernel.Release(), Kept: true}
		p.observe(ctx, d, driver, &result)
		results = append(results, result)
	}
	return results
}

// candidates returns the modules that claim a device for certain, each once and
// none that was tried.
func (p *Prober) candidates(d *report.Device) (names []string) {
	for _, key := range d.Modaliases {
		for _, claim := range p.drivers.table.Lookup(key) {
			at := attempt{d.ID, claim.Name}
			if !claim.Builtin && claim.Verdict == modalias.Certain && !p.tried[at] {
				p.tried[at] = true
				names = append(names, claim.Name)
			}
		}
	}
	return names
}

// try loads one candidate with what it needs and looks what it does.
func (p *Prober) try(ctx context.Context, d *report.Device, name string) Result {
	result := Result{Device: d.ID, Module: name, State: Matched, Kernel: p.kernel.Release()}
	if result.Why = p.never(d); result.Why != "" {
		return result
	}
	chain := p.drivers.platform.LoadOrder(name)
	for _, m := range chain {
		if p.kernel.Loaded(m.Name) {
			continue
		}
		if why := p.gate.refuses(m); why != "" {
			result.State, result.Why = Refused, m.Name+": "+why
			return result
		}
	}
	p.load(ctx, d, &result, chain)
	return result
}

// load loads the chain, waits for the device, and unloads what is of no use.
func (p *Prober) load(ctx context.Context, d *report.Device, result *Result, chain []*modalias.Module) {
	p.kernel.Log()
	before := p.kernel.Taint()
	loaded, err := p.loadAll(ctx, chain)
	if err != nil {
		result.Why = err.Error()
	} else {
		p.watch(ctx, d, result)
	}
	if (p.kernel.Taint()&^before)&taintDie != 0 {
		p.crashed = result.Module
	} else if result.State == Matched {
		p.unload(loaded, result)
	}
	result.Kept = slices.ContainsFunc(loaded, p.kernel.Loaded)
	result.Log = p.kernel.Log()
	result.Taint = p.kernel.Taint() &^ before
}

// loadAll returns the modules that it loaded itself.
func (p *Prober) loadAll(ctx context.Context, chain []*modalias.Module) (loaded []string, err error) {
	for _, m := range chain {
		if p.kernel.Loaded(m.Name) {
			continue
		}
		file, err := p.drivers.path(m)
		if err == nil {
			err = p.kernel.Load(ctx, file, m.Name)
		}
		if err != nil {
			return loaded, err
		}
		loaded = append(loaded, m.Name)
	}
	return loaded, nil
}

// watch waits until the device is bound and shows that it works. Load has
// returned: only now does the time begin, because a driver may scan its bus for
// seconds inside of it.
func (p *Prober) watch(ctx context.Context, d *report.Device, result *Result) {
	var driver, module string
	bound := p.until(ctx, func() bool {
		driver, module = p.kernel.Driver(d)
		return driver != ""
	})
	switch {
	case !bound:
		result.Why = "it did not take the device"
		return
	case module != result.Module:
		// What was asked for may only have brought another in.
		result.Why = "the device was taken by " + driver + " of " + module
		return
	}
	p.observe(ctx, d, driver, result)
}

// observe says what a device with a driver shows.
func (p *Prober) observe(ctx context.Context, d *report.Device, driver string, result *Result) {
	works := false
	p.until(ctx, func() bool {
		result.Evidence, works = p.kernel.Signs(d)
		return works || !hasSigns(d)
	})
	result.State, result.Why = Bound, ""
	result.Evidence = append([]string{"driver " + driver}, result.Evidence...)
	if works {
		result.State = Works
	}
}

// hasSigns says whether a driver makes a device show more than itself: storage
// controllers and network cards do, and what is on USB or virtio may.
func hasSigns(d *report.Device) bool {
	return d.Bus != "pci" || strings.HasPrefix(d.Class, "01") || strings.HasPrefix(d.Class, "02")
}

// unload takes back what try loaded, the last first. A module that will not go
// stays, and the result says so.
func (p *Prober) unload(loaded []string, result *Result) {
	for _, name := range slices.Backward(loaded) {
		if !p.kernel.Loaded(name) {
			continue // it found no hardware and went by itself
		}
		if err := p.kernel.Unload(name); err != nil {
			result.Why += "; not unloaded: " + err.Error()
			return
		}
	}
}

// until asks again and again until the answer is yes or the time is over.
func (p *Prober) until(ctx context.Context, yes func() bool) bool {
	const pause = 50 * time.Millisecond
	for end := time.Now().Add(p.wait); ; {
		if yes() {
			return true
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return false
		}
		time.Sleep(pause)
	}
}
