package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/scan/report"
)

// fake is a kernel that knows which module takes which device.
type fake struct {
	takes  map[string]string // device id -> module
	loaded map[string]bool
	stuck  map[string]bool // modules that do not unload
	absent map[string]bool // modules that find no hardware and are not kept
	carry  map[string]bool // devices with a carrier
	crash  string          // the module that the kernel crashes in
	taint  uint64
	calls  []string
}

func (*fake) Release() string           { return "6.1.0-1-amd64" }
func (f *fake) Loaded(name string) bool { return f.loaded[name] }
func (*fake) Log() []string             { return nil }
func (f *fake) Taint() uint64           { return f.taint }

func (f *fake) Load(_ context.Context, _, name string) error {
	f.calls = append(f.calls, "load "+name)
	if name == f.crash {
		f.taint |= taintDie
		return fmt.Errorf("%s: %w", name, ErrCrashed)
	}
	f.loaded[name] = !f.absent[name]
	return nil
}

func (f *fake) Unload(name string) error {
	f.calls = append(f.calls, "unload "+name)
	if f.stuck[name] {
		return errors.New(name + ": in use")
	}
	delete(f.loaded, name)
	return nil
}

func (f *fake) Driver(d *report.Device) (driver, module string) {
	if module := f.takes[d.ID]; module != "" && f.loaded[module] {
		return module + "-driver", module
	}
	return "", ""
}

func (f *fake) Signs(d *report.Device) ([]string, bool) {
	if f.carry[d.ID] {
		return []string{"eth0 has a carrier"}, true
	}
	return nil, false
}

const vermagic = "6.1.0-1-amd64 SMP preempt mod_unload modversions "

// tree8139 has the two drivers that claim one id, and what both need.
func tree8139() *ko.Tree {
	module := func(name string, depends []string, aliases ...string) *ko.Module {
		return &ko.Module{
			File: name + ".ko", Name: name, Depends: depends, Aliases: aliases, Vermagic: vermagic,
			Layout: ko.Layout{Size: 1280, Init: 312, Exit: 1200},
		}
	}
	const id = "pci:v000010ECd00008139sv*sd*bc*sc*i*"
	return &ko.Tree{Modules: []*ko.Module{
		module("8139cp", []string{"mii"}, id),
		module("8139too", []string{"mii"}, id),
		module("bochs", nil, "pci:v*d*sv*sd*bc03sc*i*"),
		module("mii", nil),
	}}
}

func card() report.Device {
	return report.Device{ID: "pci:0000:00:03.0", Bus: "pci", Class: "020000", Modaliases: []string{"pci:v000010ECd00008139sv00001AF4sd00001100bc02sc00i00"}}
}

func newFake() *fake {
	return &fake{takes: map[string]string{}, loaded: map[string]bool{}, stuck: map[string]bool{}, absent: map[string]bool{}, carry: map[string]bool{}}
}

// drivers are the modules of a tree without files.
func drivers(tree *ko.Tree) *Drivers {
	p := tree.Platform()
	return &Drivers{
		table: modalias.NewTable([]modalias.Platform{p}), platform: &p,
		read: func(m *modalias.Module) (*ko.Module, error) { return tree.Graph().Module(m.Name), nil },
	}
}

func quiet(string) {}

// short is how long the tests let a driver wait.
const short = time.Millisecond

func TestProbe(t *testing.T) {
	kernel := newFake()
	kernel.takes[card().ID], kernel.carry[card().ID] = "8139too", true
	got := New(kernel, drivers(tree8139()), short).Probe(t.Context(), &report.Report{Devices: []report.Device{card()}}, quiet)
	want := []Result{
		{Device: card().ID, Module: "8139cp", State: Matched, Kernel: "6.1.0-1-amd64", Why: "it did not take the device"},
		{Device: card().ID, Module: "8139too", State: Works, Kernel: "6.1.0-1-amd64", Evidence: []string{"driver 8139too-driver", "eth0 has a carrier"}, Kept: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Probe() mismatch (-want +got):\n%s", diff)
	}
	calls := []string{"load mii", "load 8139cp", "unload 8139cp", "unload mii", "load mii", "load 8139too"}
	if diff := cmp.Diff(calls, kernel.calls); diff != "" {
		t.Errorf("calls mismatch (-want +got):\n%s", diff)
	}
	if left := slices.Sorted(maps.Keys(kernel.loaded)); !slices.Equal(left, []string{"8139too", "mii"}) {
		t.Errorf("left in the kernel: %v", left)
	}
}

// What is in use, was tried before, or has the screen on it is left alone.
func TestProbeLeavesAlone(t *testing.T) {
	display := report.Device{ID: "pci:0000:00:02.0", Bus: "pci", Class: "030000", Modaliases: []string{"pci:v00001234d00001111sv00001AF4sd00001100bc03sc00i00"}}
	kernel := newFake()
	kernel.takes[card().ID], kernel.loaded["8139too"] = "8139too", true
	p := New(kernel, drivers(tree8139()), short)
	got := p.Probe(t.Context(), &report.Report{Devices: []report.Device{card(), display}}, quiet)
	want := []Result{{Device: display.ID, Module: "bochs", State: Matched, Kernel: "6.1.0-1-amd64", Why: "not tried: the screen hangs on it"}}
	if diff := cmp.Diff(want, got); diff != "" || len(kernel.calls) > 0 {
		t.Errorf("calls %v, mismatch (-want +got):\n%s", kernel.calls, diff)
	}
	if again := p.Probe(t.Context(), &report.Report{Devices: []report.Device{display}}, quiet); len(again) > 0 {
		t.Errorf("tried again: %+v", again)
	}
}

// A device that was plugged in later is tried with the same prober.
func TestProbeOnInsertion(t *testing.T) {
	kernel := newFake()
	p := New(kernel, drivers(tree8139()), short)
	if got := p.Probe(t.Context(), &report.Report{}, quiet); len(got) > 0 {
		t.Errorf("nothing is plugged in: %+v", got)
	}
	kernel.takes[card().ID] = "8139cp"
	got := p.Probe(t.Context(), &report.Report{Devices: []report.Device{card()}}, quiet)
	if len(got) != 1 || got[0].State != Bound || got[0].Module != "8139cp" {
		t.Errorf("Probe() = %+v", got)
	}
}

// A second card of a kind has its driver before its turn comes, and is told of
// all the same.
func TestProbeTakenAlong(t *testing.T) {
	second := card()
	second.ID = "pci:0000:00:04.0"
	kernel := newFake()
	kernel.takes[card().ID], kernel.takes[second.ID] = "8139cp", "8139cp"
	got := New(kernel, drivers(tree8139()), short).Probe(t.Context(), &report.Report{Devices: []report.Device{card(), second}}, quiet)
	want := []Result{
		{Device: card().ID, Module: "8139cp", State: Bound, Kernel: "6.1.0-1-amd64", Evidence: []string{"driver 8139cp-driver"}, Kept: true},
		{Device: second.ID, Module: "8139cp", State: Bound, Kernel: "6.1.0-1-amd64", Evidence: []string{"driver 8139cp-driver"}, Kept: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Probe() mismatch (-want +got):\n%s", diff)
	}
}

// A device that the report only expects is not there to be tried.
func TestProbeImplied(t *testing.T) {
	expected := card()
	expected.ImpliedBy = "pci:0000:00:02.0"
	if got := New(newFake(), drivers(tree8139()), short).Probe(t.Context(), &report.Report{Devices: []report.Device{expected}}, quiet); len(got) > 0 {
		t.Errorf("Probe() = %+v", got)
	}
}

// After the kernel crashed in a module it is left alone: what the module had
// locked stays so, and another driver would hang on it.
func TestProbeCrash(t *testing.T) {
	kernel := newFake()
	kernel.crash = "8139cp"
	var told []string
	got := New(kernel, drivers(tree8139()), short).Probe(t.Context(), &report.Report{Devices: []report.Device{card()}}, func(line string) { told = append(told, line) })
	want := []Result{
		{Device: card().ID, Module: "8139cp", State: Matched, Kernel: "6.1.0-1-amd64", Why: "8139cp: the kernel crashed in it", Taint: taintDie, Kept: true},
		{Device: card().ID, Module: "8139too", State: Matched, Kernel: "6.1.0-1-amd64", Why: "not tried: the kernel crashed in 8139cp before"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Probe() mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"load mii", "load 8139cp"}, kernel.calls); diff != "" {
		t.Errorf("calls mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"trying 8139cp on " + card().ID, "trying 8139too on " + card().ID}, told); diff != "" {
		t.Errorf("told mismatch (-want +got):\n%s", diff)
	}
}

// Modules that the kernel would take, or would not, and that must not be tried.
func TestProbeRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		break_ func(*ko.Module)
		why    string
	}{
		"another kernel":        {func(m *ko.Module) { m.Vermagic = "6.1.0-2-amd64 SMP " }, "mii: built for 6.1.0-2-amd64, this is 6.1.0-1-amd64"},
		"another configuration": {func(m *ko.Module) { m.Vermagic = "6.1.0-1-amd64 SMP " }, `mii: vermagic "6.1.0-1-amd64 SMP ", the other modules have "` + vermagic + `"`},
		"another layout":        {func(m *ko.Module) { m.Layout.Init = 300 }, "mii: struct module of 1280 bytes with init at 300, the other modules have 1280 and 312"},
		"stripped":              {func(m *ko.Module) { m.Stripped = true }, "mii: stripped of its symbols: it cannot be loaded"},
	} {
		tree, kernel := tree8139(), newFake()
		test.break_(tree.Modules[3])
		for _, r := range New(kernel, drivers(tree), short).Probe(t.Context(), &report.Report{Devices: []report.Device{card()}}, quiet) {
			if r.State != Refused || r.Why != test.why {
				t.Errorf("%s: %s %q, want refused %q", name, r.State, r.Why, test.why)
			}
		}
		if len(kernel.calls) > 0 {
			t.Errorf("%s: %v", name, kernel.calls)
		}
	}
}

// A module that stays, and one that went by itself, are told apart.
func TestProbeUnload(t *testing.T) {
	kernel := newFake()
	kernel.stuck["8139cp"], kernel.absent["8139too"] = true, true
	got := New(kernel, drivers(tree8139()), short).Probe(t.Context(), &report.Report{Devices: []report.Device{card()}}, quiet)
	if len(got) != 2 || !got[0].Kept || got[0].Why != "it did not take the device; not unloaded: 8139cp: in use" {
		t.Errorf("a module that stays: %+v", got)
	}
	if slices.Contains(kernel.calls, "unload 8139too") {
		t.Errorf("calls: %v", kernel.calls)
	}
}
