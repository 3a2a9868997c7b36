// Package scan reads what a machine says about itself in /sys and /proc, and
// what a captured copy of them says, into a hardware report.
//
// The same code serves both: a captured tree gives the report that the live
// machine gave. Only ghw looks at the machine in its own way (memory, threads).
package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
)

// ErrNoSysfs is returned for a tree without sys/bus: not mounted, or not the
// root of a captured tree.
var ErrNoSysfs = errors.New("there is no sys/bus in it")

// Options say what to scan.
type Options struct {
	Root  string    // directory that holds sys and proc; "" is "/", the live machine
	Tool  string    // for the report: "modscout 0.1.0"
	Names *names.DB // nil: the embedded lists
}

// Scan reads the tree at opts.Root. What cannot be read becomes a warning of
// the report and makes its source incomplete; an error means that there is no
// tree, or that ctx has ended.
func Scan(ctx context.Context, opts Options) (*report.Report, error) {
	if opts.Root == "" {
		opts.Root = "/"
	}
	if opts.Names == nil {
		opts.Names = names.Open()
	}
	t, err := openTree(opts.Root)
	if err != nil {
		return nil, fmt.Errorf("opening the tree: %w", err)
	}
	defer t.close()
	if !t.exists("sys/bus") {
		return nil, fmt.Errorf("%s: %w", opts.Root, ErrNoSysfs)
	}
	s := &scanner{tree: t, opts: opts, rep: &report.Report{Schema: report.Schema, Tool: opts.Tool}}
	if err := s.scan(ctx); err != nil {
		return nil, err
	}
	return s.rep, nil
}

// scanner is one scan under way.
type scanner struct {
	*tree
	opts    Options
	rep     *report.Report
	devices []*device
	byPath  map[string]*device // by directory
}

// device is a device of the report with its place in the tree.
type device struct {
	report.Device
	dir string // "sys/devices/pci0000:00/0000:00:1f.2"
}

func (s *scanner) scan(ctx context.Context) error {
	s.rep.Source.Kind = "sysfs"
	s.rep.Source.Kernel = s.kernel()
	for _, bus := range s.list("sys/bus") {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.scanBus(bus)
	}
	s.machine()
	s.relate()
	s.predictVirtio()
	s.storage()
	s.name()
	for _, d := range s.devices {
		s.rep.Devices = append(s.rep.Devices, d.Device)
	}
	slices.SortFunc(s.rep.Devices, func(a, b report.Device) int { return report.CompareID(a.ID, b.ID) })
	s.conclude()
	return nil
}

// conclude turns the gaps of the tree into warnings.
func (s *scanner) conclude() {
	gaps := s.gapList()
	for _, file := range gaps {
		s.rep.Warn("unreadable", "", fmt.Sprintf("%s: %v", file, s.gaps[file]))
	}
	complete := len(gaps) == 0
	s.rep.Source.Complete = &complete
}
