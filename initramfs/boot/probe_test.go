package boot

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/scan/report"
)

// TestProbeOnInsertion tries drivers on what was plugged in later, and on
// nothing for a second time. The stick has all results.
func TestProbeOnInsertion(t *testing.T) {
	stick := t.TempDir()
	if err := os.MkdirAll(filepath.Join(stick, layout.DriversDir, probe.Release()), 0o755); err != nil {
		t.Fatal(err)
	}
	devices := []report.Device{{ID: "pci:0000:00:02.0", Bus: "pci"}}
	parts := sampleParts()
	parts.Scan = func(context.Context) (*report.Report, error) {
		return &report.Report{Schema: report.Schema, Devices: devices}, nil
	}
	var tried []string
	parts.Probe = func(_ context.Context, r *report.Report, _ string, tell func(string)) (results []probe.Result, _ error) {
		for _, d := range r.Devices {
			tell("trying on " + d.ID)
			tried = append(tried, d.ID)
			results = append(results, probe.Result{Device: d.ID, Module: "e1000e", State: probe.Bound})
		}
		return results, nil
	}
	system := &fakeSystem{stick: stick, options: Options{Stick: "12345678", Probe: true}}
	s := start(t, parts, system)
	devices = append(devices, report.Device{ID: "usb:1-1:1.0", Bus: "usb"})
	s.changed(t.Context())
	devices = devices[:1]
	s.changed(t.Context())
	if diff := cmp.Diff([]string{"pci:0000:00:02.0", "usb:1-1:1.0"}, tried); diff != "" {
		t.Errorf("tried mismatch (-want +got):\n%s", diff)
	}
	if !strings.Contains(system.screen.String(), "trying on usb:1-1:1.0\n") {
		t.Errorf("the screen does not tell what is tried:\n%s", &system.screen)
	}
	saved, err := os.ReadFile(filepath.Join(stick, StickDir, probeFile))
	if err != nil || strings.Count(string(saved), `"e1000e"`) != 2 {
		t.Errorf("on the stick: %v\n%s", err, saved)
	}
}
