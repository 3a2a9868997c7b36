package boot

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Time limits of the steps. A limit is for what hangs; what works takes a
// tenth of it, under an emulator too.
const (
	limitMount     = 30 * time.Second
	limitCheck     = time.Minute
	limitLoad      = 2 * time.Minute
	limitScan      = 3 * time.Minute // ten thousand devices take one under an emulator
	limitLook      = 2*limitScan + 15*time.Second
	limitCatalogs  = time.Minute
	limitRecommend = 2 * time.Minute
	limitShow      = 20 * time.Second
	limitSave      = time.Minute
	limitSerial    = time.Minute
	limitProbe     = 10 * time.Minute
	limitTrying    = 8 * time.Minute // less than limitProbe by one driver that hangs
	limitNetwork   = 45 * time.Second
	limitExport    = 3 * time.Minute
)

// system is what PID 1 asks of the machine it runs on; linux is the real one.
type system interface {
	Mount() error
	Options() Options
	Consoles() []console
	// Uptime is how long ago the kernel started.
	Uptime() time.Duration
	// ReadManifest reads what was built, which LoadModules needs, and
	// CheckManifest compares the initramfs with it.
	ReadManifest() error
	CheckManifest() []error
	// LoadModules returns an error for each module that did not load.
	LoadModules() []error
	// Settle waits until the buses are quiet and reports whether they were. It
	// calls look meanwhile, and again where a device came after it began.
	Settle(ctx context.Context, look func()) (bool, error)
	// Stick mounts the partition that the machine was booted from and gives
	// its directory to fn.
	Stick(ctx context.Context, signature string, fn func(dir string) error) error
	// Media lists the removable media with FAT, without the stick of the MBR
	// signature, and Medium mounts one of them and gives its directory to fn.
	Media(signature string) ([]medium, error)
	Medium(ctx context.Context, m medium, fn func(dir string) error) error
	// Network asks for addresses on the wired ports that have a driver, and says
	// of each port what became of it. It calls lost when an address that it gave
	// must not be used any more.
	Network(ctx context.Context, lost func()) ([]port, error)
	// Listen opens the web server's port.
	Listen() (net.Listener, error)
	// Changed waits until devices came or went.
	Changed(context.Context) error
	// HasShell says whether the image has a shell, which Shell runs on a console
	// until it ends.
	HasShell() bool
	Shell(c console) error
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
	hasShell bool // in the image

	report  *report.Report
	plan    *plan.Plan
	unsaved error   // why the answer is not on the stick
	leftOut []error // catalogues that cannot be used
	probed  []probe.Result

	media  []medium // that the screen offers, since the key m
	medium medium   // the one to save on instead of the stick, if any

	ports   []port               // that were asked for an address
	lost    chan struct{}        // gets a value when one of the addresses is lost
	site    atomic.Pointer[site] // what the web server has; nil while there is none
	outcome []string             // of the page and the upload, a line each

	lastKey byte   // that showed pages …
	page    int    // … and which of them, from 0
	typed   int    // the number so far
	device  int    // place in the list of the one that was shown last, -1 before
	story   []byte // all that is known of it
}

func newSession(parts Parts, system system) *session {
	return &session{parts: parts, system: system, device: -1, lost: make(chan struct{}, 1)}
}

// run goes through all steps, whatever becomes of each.
func (s *session) run(ctx context.Context) {
	s.timed(ctx, "mount", s.mount)
	s.open(ctx)
	s.screens.progress("modscout: looking at this machine ...")
	s.timed(ctx, "load modules", s.load)
	s.timed(ctx, "look", s.look)
	// The report is safe before the larger steps begin.
	s.timed(ctx, "save", s.keepReport)
	s.system.SpareMemory()
	s.timed(ctx, "catalogues", s.addCatalogs)
	s.timed(ctx, "answer", s.answer)
	s.timed(ctx, "probe", func(ctx context.Context) { s.probe(ctx, s.report) })
	s.timed(ctx, "network", s.reach)
	s.screens.progress(s.lastLine())
}

// timed does a step and says how long it took, and when it ended, where
// modscout.debug=1 asks.
func (s *session) timed(ctx context.Context, what string, step func(context.Context)) {
	began := time.Now()
	step(ctx)
	if s.options.Debug {
		s.screens.progress(fmt.Sprintf("modscout: %s: %v, done at %.2f s", what, time.Since(began).Round(time.Millisecond), s.system.Uptime().Seconds()))
	}
}

// keepReport saves the report and prints it for programs.
func (s *session) keepReport(ctx context.Context) {
	s.saveReport(ctx)
	s.print(ctx, "REPORT", s.report)
}

// answer recommends for the report, shows the answer and saves it.
func (s *session) answer(ctx context.Context) {
	s.recommend(ctx)
	s.show(ctx, s.screens.where(isScreen))
	if s.plan != nil {
		s.savePlan(ctx)
		s.print(ctx, "PLAN", s.plan)
	}
	s.show(ctx, s.screens.where(isSerialPort))
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
	s.hasShell = s.system.HasShell()
	if s.options.Shell && !s.hasShell {
		s.options.Shell = false
		s.options.Mistakes = append(s.options.Mistakes, "modscout.shell=1 is left out: this image has no shell")
	}
}

func (s *session) load(ctx context.Context) {
	_, err := within(ctx, limitCheck, func(context.Context) (struct{}, error) {
		return struct{}{}, s.system.ReadManifest()
	})
	s.warn("initramfs-damaged", err)
	bad, err := within(ctx, limitLoad, func(context.Context) ([]error, error) {
		return s.system.LoadModules(), nil
	})
	s.warn("module-not-loaded", append(bad, err)...)
}

// look scans the machine while the buses settle, and compares the initramfs with
// what was built.
func (s *session) look(ctx context.Context) {
	damage := make(chan []error)
	go func() {
		bad, err := within(ctx, limitCheck, func(context.Context) ([]error, error) {
			return s.system.CheckManifest(), nil
		})
		damage <- append(bad, err)
	}()
	seen, err := within(ctx, limitLook, s.whileSettling)
	s.warn("settle-failed", err)
	s.warn("initramfs-damaged", <-damage...)
	s.warn("scan-failed", seen.failed)
	if seen.report == nil {
		seen.report = &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: []report.Device{}}
	}
	s.settled = seen.settled && err == nil
	s.adopt(seen.report)
}

// sight is what was seen of the machine, and whether nothing came meanwhile.
type sight struct {
	report  *report.Report // nil where nothing was seen
	failed  error
	settled bool
}

// whileSettling scans until the buses are quiet. The last scan counts.
func (s *session) whileSettling(ctx context.Context) (seen sight, err error) {
	seen.settled, err = s.system.Settle(ctx, func() {
		seen.report, seen.failed = within(ctx, limitScan, s.parts.Scan)
	})
	return seen, err
}

// adopt makes a report of the scan's the session's own: what went wrong before
// is in it.
func (s *session) adopt(r *report.Report) {
	r.Tool = s.parts.Tool
	r.Source.Settled = &s.settled
	if len(s.warnings) > 0 {
		r.Source.Complete = new(bool)
	}
	r.Source.Warnings = append(slices.Clone(s.warnings), r.Source.Warnings...)
	s.report = r
	s.device, s.lastKey = -1, 0
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
