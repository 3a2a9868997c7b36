// Package scan reads what a machine says about itself in /sys and /proc, and
// what a captured copy of them says, into a hardware report.
//
// The same code serves both: a captured tree gives the report that the live
// machine gave. Only ghw looks at the machine in its own way (threads).
package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
)

// ErrNoSysfs is returned for a tree without sys/bus and without proc/cpuinfo:
// not the root of a captured tree.
var ErrNoSysfs = errors.New("there is no sys/bus in it")

// Options say what to scan.
type Options struct {
	Root  string    // directory that holds sys and proc, or an archive of it; "" is "/", the live machine
	Tool  string    // for the report: "modscout 0.1.0"
	Names *names.DB // nil: the embedded lists

	// Identifiers asks for what tells the machine from all others: serial
	// numbers, MAC addresses, UUIDs, the host name.
	Identifiers bool

	before func(file string) // for tests: called before each read
}

// Scan reads the tree at opts.Root. What cannot be read becomes a warning of
// the report and makes its source incomplete; an error means that there is no
// tree, or that ctx has ended.
func Scan(ctx context.Context, opts Options) (*report.Report, error) {
	s, err := scan(ctx, opts, false)
	if err != nil {
		return nil, err
	}
	return s.rep, nil
}

// scan scans a tree and returns all that is known then; for a capture it records
// what it reads.
func scan(ctx context.Context, opts Options, capture bool) (*scanner, error) {
	dir, remove, err := treeDir(opts.Root)
	if err != nil {
		return nil, fmt.Errorf("opening the tree: %w", err)
	}
	defer remove()
	name := cmp.Or(opts.Root, dir)
	opts.Root = dir
	s, err := attempts(ctx, opts, capture)
	if errors.Is(err, ErrNoSysfs) {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return s, err
}

// scanner is one scan under way.
type scanner struct {
	*tree
	opts    Options // Root is a directory
	rep     *report.Report
	devices []*device
	byPath  map[string]*device // by directory
	ofKind  map[string]int     // devices on VMBus, by type
}

func newScanner(t *tree, opts Options) *scanner {
	if opts.Names == nil {
		opts.Names = names.Open()
	}
	return &scanner{tree: t, opts: opts, ofKind: map[string]int{}, rep: &report.Report{Schema: report.Schema, Tool: opts.Tool}}
}

// device is a device of the report with its place in the tree.
type device struct {
	report.Device
	dir   string            // "sys/devices/pci0000:00/0000:00:1f.2"
	event map[string]string // of its uevent file
}

func (s *scanner) scan() error {
	if !s.exists("sys/bus") && !s.exists("proc/cpuinfo") {
		return ErrNoSysfs
	}
	s.rep.Source.Kind = "sysfs"
	s.rep.Source.Kernel = s.kernel()
	if !s.exists("sys/bus") {
		s.note("sys/bus", errNoSysfs)
	}
	for _, bus := range s.list("sys/bus") {
		if err := s.scanBus(bus); err != nil {
			return err
		}
	}
	s.machine()
	s.relate()
	s.predictVirtio()
	s.storage()
	s.predictDisks()
	s.name()
	s.explain()
	for _, d := range s.devices {
		s.rep.Devices = append(s.rep.Devices, d.Device)
	}
	slices.SortFunc(s.rep.Devices, func(a, b report.Device) int { return report.CompareID(a.ID, b.ID) })
	s.conclude()
	return s.ctx.Err()
}
