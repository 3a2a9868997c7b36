package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/scan/report"
)

// probeFile is what the stick gets of the results: a list of [probe.Result].
const probeFile = "probe.json"

var errNoDrivers = errors.New("the stick has no drivers for this kernel; build it with --drivers all")

// probe tries drivers on devices, where the command line asks for it. The
// report and the plan are on the stick by now: a driver may take the machine
// down.
func (s *session) probe(ctx context.Context, devices *report.Report) {
	if !s.options.Probe || s.parts.Probe == nil || len(devices.Devices) == 0 {
		return
	}
	s.screens.progress("modscout: trying drivers, as modscout.probe=1 asks; the machine may hang ...")
	results, err := s.tryDrivers(ctx, devices)
	s.complain("probe", err)
	if err != nil && results == nil {
		return
	}
	s.probed = append(s.probed, results...)
	s.save(ctx, func(_ context.Context, dir string) error {
		return saveJSON(filepath.Join(dir, probeFile), s.probed)
	})
	s.print(ctx, "PROBE", s.probed)
	for _, c := range s.screens {
		writeResults(c, results)
	}
}

// only returns the report with those of its devices that are wanted.
func (s *session) only(wanted func(*report.Device) bool) *report.Report {
	some := *s.report
	some.Devices = slices.DeleteFunc(slices.Clone(s.report.Devices), func(d report.Device) bool { return !wanted(&d) })
	return &some
}

// tryDrivers runs the prober on the devices of a report with the drivers of the
// initramfs, where it has any, or the stick's. It is told to stop before the step's limit, so that what it found
// until then is not lost.
func (s *session) tryDrivers(ctx context.Context, r *report.Report) ([]probe.Result, error) {
	return within(ctx, limitProbe, func(ctx context.Context) (results []probe.Result, err error) {
		ctx, cancel := context.WithTimeout(ctx, limitTrying)
		defer cancel()
		try := func(root string) error {
			drivers, err := driversOn(root)
			if err == nil {
				results, err = s.parts.Probe(ctx, r, drivers, s.screens.progress)
			}
			return err
		}
		if hasDrivers() {
			err = try("/")
		} else {
			err = s.system.Stick(ctx, s.options.Stick, try)
		}
		return results, err
	})
}

// hasDrivers reports whether the initramfs holds the drivers itself: that of a CD
// does.
func hasDrivers() bool {
	_, err := driversOn("/")
	return err == nil
}

// driversOn returns where the stick, or the initramfs, has the drivers for the
// kernel that runs.
func driversOn(root string) (string, error) {
	dir := filepath.Join(root, layout.DriversDir, probe.Release())
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("%w (%w)", errNoDrivers, err)
	}
	return dir, nil
}

// writeResults writes one line for each attempt.
func writeResults(w io.Writer, results []probe.Result) {
	for _, r := range results {
		fmt.Fprintln(w, r)
	}
}
