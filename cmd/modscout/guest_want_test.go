package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/scantest"
)

// function is what lspci -nnk prints of a PCI function.
type function struct{ Class, ID, Revision, Subsystem, Driver string }

var (
	lspciLine   = regexp.MustCompile(`^(\S+) .*\[([0-9a-f]{4})\]: .*\[([0-9a-f]{4}:[0-9a-f]{4})\](?: \(rev ([0-9a-f]{2})\))?`)
	lspciDetail = regexp.MustCompile(`^\t(Subsystem|Kernel driver in use): (?:.*\[([0-9a-f]{4}:[0-9a-f]{4})\]|(\S+))$`)
)

// wantPCI compares the report with the output of lspci -Dnnk.
func wantPCI(t *testing.T, lspci string, r *report.Report) {
	t.Helper()
	want, got := map[string]function{}, map[string]function{}
	address := ""
	for line := range strings.Lines(lspci) {
		if m := lspciLine.FindStringSubmatch(line); m != nil {
			address = m[1]
			want[address] = function{Class: m[2], ID: m[3], Revision: m[4]}
		} else if m := lspciDetail.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			f := want[address]
			f.Subsystem, f.Driver = f.Subsystem+m[2], f.Driver+m[3]
			want[address] = f
		}
	}
	kinds := map[string]bool{}
	for _, d := range r.Devices {
		if d.Bus != "pci" {
			continue
		}
		f := function{Class: d.Class[:4], ID: d.VendorID + ":" + d.DeviceID, Revision: d.Revision, Driver: d.Driver}
		if d.SubvendorID != "" {
			f.Subsystem = d.SubvendorID + ":" + d.SubdeviceID
		}
		if f.Revision == "00" {
			f.Revision = "" // lspci does not print it
		}
		got[strings.TrimPrefix(d.ID, "pci:")] = f
		kinds[f.ID] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PCI functions mismatch (-lspci +report):\n%s", diff)
	}
	t.Logf("%d PCI functions, %d different devices", len(got), len(kinds))
	if len(kinds) < 25 {
		t.Errorf("%d different devices, want 25 or more", len(kinds))
	}
}

var lsusbLine = regexp.MustCompile(`(?m)^Bus 0*(\d+) Device \d+: ID ([0-9a-f]{4}:[0-9a-f]{4})`)

// wantUSB compares the report with the output of lsusb: how many devices of
// which ids are on which bus.
func wantUSB(t *testing.T, lsusb string, r *report.Report) {
	t.Helper()
	want, got := map[string]int{}, map[string]int{}
	for _, m := range lsusbLine.FindAllStringSubmatch(lsusb, -1) {
		want[m[1]+" "+m[2]]++
	}
	seen := map[string]bool{}
	for _, d := range r.Devices {
		address, found := strings.CutPrefix(d.ID, "usb:")
		device, _, _ := strings.Cut(address, ":")
		if !found || seen[device] {
			continue
		}
		seen[device] = true
		bus, _, _ := strings.Cut(device, "-")
		got[bus+" "+d.VendorID+":"+d.DeviceID]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("USB devices mismatch (-lsusb +report):\n%s", diff)
	}
	t.Logf("%d USB devices", len(seen))
}

// wantReplay replays the guest's capture here.
func wantReplay(t *testing.T, said map[string]string) {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(said["capture"], "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "capture.tar.gz")
	if err := os.WriteFile(file, packed, 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(said["report"], string(command(t, "", "scan", "--sysroot", file, "--format", "json"))); diff != "" {
		t.Errorf("replay mismatch (-guest +replay):\n%s", diff)
	}
	for name, contents := range members(t, file) {
		scantest.WantNoSecret(t, name, contents)
	}
	scantest.WantNoSecret(t, "the guest's report", []byte(said["report"]))
	t.Logf("capture of %d bytes", len(packed))
}

// wantUser wants the same report without root, and for what only root may read
// a warning.
func wantUser(t *testing.T, said map[string]string) {
	t.Helper()
	if diff := cmp.Diff(said["report"], said["user"]); diff != "" {
		t.Errorf("without root mismatch (-root +user):\n%s", diff)
	}
	r, err := report.Read(strings.NewReader(said["identifiers"]))
	if err != nil {
		t.Fatal(err)
	}
	told := slices.ContainsFunc(r.Source.Warnings, func(w report.Warning) bool {
		return w.Code == "unreadable" && strings.Contains(w.Text, "product_uuid: permission denied")
	})
	if !told || *r.Source.Complete {
		t.Errorf("without root nothing is said about product_uuid: %+v", r.Source)
	}
}

// wantWatch wants the device that was plugged in and pulled out.
func wantWatch(t *testing.T, text string) {
	t.Helper()
	came, went := regexp.MustCompile(`(?m)^\+ \S+ +0627:0001 `), regexp.MustCompile(`(?m)^- \S+ +0627:0001 `)
	first, later := came.FindStringIndex(text), went.FindStringIndex(text)
	if first == nil || later == nil || later[0] < first[0] {
		t.Errorf("the device that came and went is not told of:\n%s", text)
	}
}
