package boot

import (
	"context"
	"fmt"
	"time"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Time limits of the steps. A limit is for what hangs; what works takes a
// tenth of it, under an emulator too.
const (
	limitMount     = 30 * time.Second
	limitCheck     = time.Minute
	limitLoad      = 2 * time.Minute
	limitSettle    = 15 * time.Second // settling itself gives up after 10
	limitScan      = time.Minute
	limitRecommend = 2 * time.Minute
	limitShow      = 20 * time.Second
	limitSave      = time.Minute
	limitSerial    = time.Minute
	limitProbe     = 10 * time.Minute
)

// system is what PID 1 asks of the machine it runs on; linux is the real one.
type system interface {
	Mount() error
	Options() Options
	Consoles() []console
	CheckManifest() []error
	// LoadModules returns an error for each module that did not load.
	LoadModules() []error
	// Settle waits until the buses are quiet and reports whether they were.
	Settle(context.Context) (bool, error)
	// Stick mounts the partition that the machine was booted from and gives
	// its directory to fn.
	Stick(ctx context.Context, signature string, fn func(dir string) error) error
	// SpareMemory readies a machine with little memory for a large step.
	SpareMemory()
	PowerOff()
	Reboot()
}

// session is one run of PID 1 and what it has found out so far.
type session struct {
	parts    Parts
	system   system
	options  Options
	screens  screens
	warnings []report.Warning // for the report
	settled  bool

	report  *report.Report
	plan    *plan.Plan
	unsaved error // why the answer is not on the stick

	lastKey byte // that showed pages …
	page    int  // … and which of them, from 0
}

func newSession(parts Parts, system system) *session {
	return &session{parts: parts, system: system}
}

// run goes through all steps, whatever becomes of each.
func (s *session) run(ctx context.Context) {
	s.mount(ctx)
	s.open(ctx)
	s.screens.progress("modscout: looking at this machine ...")
	s.check(ctx)
	s.load(ctx)
	s.settle(ctx)
	s.scan(ctx)
	// The report is safe before the larger steps begin.
	s.saveReport(ctx)
	s.print(ctx, "REPORT", s.report)
	s.system.SpareMemory()
	s.recommend(ctx)
	s.show(ctx, s.screens.where(isScreen))
	if s.plan != nil {
		s.savePlan(ctx)
		s.print(ctx, "PLAN", s.plan)
	}
	s.show(ctx, s.screens.where(isSerialPort))
	s.probe(ctx)
	s.screens.progress(s.lastLine())
}

// mount comes before anything can be shown; what fails is told later.
func (s *session) mount(ctx context.Context) {
	_, err := within(ctx, limitMount, func(context.Context) (struct{}, error) {
		return struct{}{}, s.system.Mount()
	})
	s.warn("mount-failed", err)
}

// open finds out what is asked for and where to answer.
func (s *session) open(ctx context.Context) {
	var err error
	s.options, err = within(ctx, limitMount, func(context.Context) (Options, error) {
		return s.system.Options(), nil
	})
	s.warn("options-failed", err)
	s.screens, err = within(ctx, limitMount, func(context.Context) (screens, error) {
		return s.system.Consoles(), nil
	})
	s.warn("console-failed", err)
}

// check says so where the initramfs is not what was built.
func (s *session) check(ctx context.Context) {
	bad, err := within(ctx, limitCheck, func(context.Context) ([]error, error) {
		return s.system.CheckManifest(), nil
	})
	s.warn("initramfs-damaged", append(bad, err)...)
}

func (s *session) load(ctx context.Context) {
	bad, err := within(ctx, limitLoad, func(context.Context) ([]error, error) {
		return s.system.LoadModules(), nil
	})
	s.warn("module-not-loaded", append(bad, err)...)
}

func (s *session) settle(ctx context.Context) {
	settled, err := within(ctx, limitSettle, s.system.Settle)
	s.warn("settle-failed", err)
	s.settled = settled && err == nil
}

func (s *session) scan(ctx context.Context) {
	r, err := within(ctx, limitScan, s.parts.Scan)
	s.warn("scan-failed", err)
	if r == nil {
		r = &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: []report.Device{}}
	}
	r.Tool = s.parts.Tool
	r.Source.Settled = &s.settled
	if len(s.warnings) > 0 {
		r.Source.Complete = new(bool)
	}
	r.Source.Warnings = append(s.warnings, r.Source.Warnings...)
	s.report = r
}

func (s *session) recommend(ctx context.Context) {
	if s.parts.Recommend == nil {
		return
	}
	p, err := within(ctx, limitRecommend, func(ctx context.Context) (*plan.Plan, error) {
		return s.parts.Recommend(ctx, s.report, s.options)
	})
	s.complain("recommend", err)
	s.plan = p
}

// warn keeps errors for the report and shows them at once.
func (s *session) warn(code string, errs ...error) {
	for _, err := range errs {
		if err == nil {
			continue
		}
		s.warnings = append(s.warnings, report.Warning{Code: code, Text: err.Error()})
		s.complain(code, err)
	}
}

// complain shows an error that comes too late for the report.
func (s *session) complain(what string, err error) {
	if err != nil {
		s.screens.progress(fmt.Sprintf("modscout: %s: %v", what, err))
	}
}
