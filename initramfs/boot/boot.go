// Package boot is PID 1 of the scan image: it mounts, checks that the
// initramfs is whole, loads modules, waits for the buses, scans, recommends,
// shows the answer on every console and saves it on the stick.
//
// PID 1 must not die, the kernel would panic and take the screen with it. So
// each step runs by itself, with a recover and a time limit; what fails is
// shown and told in the report, and the next step goes on with what there is.
// The steps run in a child of PID 1: what no recover catches (a fatal error of
// the runtime, the kernel's out-of-memory killer) ends the child only.
//
// The kernel command line steers it, see [CommandLine]. At the end it does what
// [Keys] ask for, and devices that are plugged in are looked at. docs/image.md
// describes the stick.
package boot

import (
	"context"
	"io"

	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Parts are the rooms that PID 1 calls on, as values, so that a test can put
// others in their place. A nil part is left out.
type Parts struct {
	Tool string // "modscout 0.1.0", for the report
	Scan func(context.Context) (*report.Report, error)
	// Catalogs reads the catalogues of a directory, which need not exist, for
	// Recommend and Pack to use. It returns an error for each that it leaves out.
	Catalogs  func(dir string) []error
	Recommend func(context.Context, *report.Report, Options) (*plan.Plan, error)
	// Explain tells the story of the device with this id in a plan.
	Explain func(ctx context.Context, p *plan.Plan, r *report.Report, o Options, id string) (*plan.Explanation, error)
	// Show writes the answer for a person, at most size.Height lines. The
	// plan is nil where there is none.
	Show func(w io.Writer, p *plan.Plan, r *report.Report, size Size) error
	// Pages are what a key shows, [KeyDevices], [KeyOthers], [KeyQR] and
	// [KeyHelp], each page of at most size.Height lines. The plan is nil where
	// there is none.
	Pages func(key byte, p *plan.Plan, r *report.Report, size Size) ([]string, error)
	// Pack writes the packer's input for a plan into a directory that exists.
	Pack func(ctx context.Context, p *plan.Plan, r *report.Report, dir string) error
	// Probe tries the drivers of a directory, lib/modules/RELEASE, on the
	// devices of a report that have none, and tells of each attempt before it.
	Probe func(ctx context.Context, r *report.Report, drivers string, tell func(line string)) ([]probe.Result, error)
}

// Size is what fits on a screen, in characters.
type Size struct{ Width, Height int }
