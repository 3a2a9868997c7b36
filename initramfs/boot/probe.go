package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/probe"
)

// probeFile is what the stick gets of the results: a list of [probe.Result].
const probeFile = "probe.json"

var errNoDrivers = errors.New("the stick has no drivers for this kernel; build it with --drivers all")

// probe tries drivers, where the command line asks for it. The report and the
// plan are on the stick by now: a driver may take the machine down.
func (s *session) probe(ctx context.Context) {
	if !s.options.Probe || s.parts.Probe == nil {
		return
	}
	s.screens.progress("modscout: trying drivers, as modscout.probe=1 asks; the machine may hang ...")
	results, err := s.tryDrivers(ctx, s.report)
	s.complain("probe", err)
	if err != nil && results == nil {
		return
	}
	s.save(ctx, func(_ context.Context, dir string) error {
		return saveJSON(filepath.Join(dir, probeFile), results)
	})
	s.print(ctx, "PROBE", results)
	for _, c := range s.screens {
		writeResults(c, results)
	}
}

// driversOn returns where the stick has the modules of the kernel that runs.
func driversOn(stick string) (string, error) {
	dir := filepath.Join(stick, initramfs.DriversDir, probe.NewLinux().Release())
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
