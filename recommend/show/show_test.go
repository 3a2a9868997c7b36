package show

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares with testdata/NAME.golden.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", file, diff)
	}
}

func ptr[T any](v T) *T { return &v }

// miniPC is a machine as people have it, and the plan for it.
func miniPC() (*plan.Plan, *report.Report) {
	r := &report.Report{
		Schema: report.Schema,
		Source: report.Source{Kind: "sysfs", Kernel: "6.1.0-56-amd64"},
		Machine: report.Machine{
			DMI:         report.DMI{BoardVendor: "CWWK", BoardName: "N100-4L"},
			CPU:         report.CPU{ModelName: "Intel(R) N100", Threads: ptr(4)},
			MemoryBytes: ptr(int64(16) << 30), Firmware: "uefi", Hypervisor: "none",
		},
		Devices: []report.Device{
			{ID: "pci:0000:00:02.0", Bus: "pci", VendorID: "8086", DeviceID: "46d1", Class: "030000", Vendor: "Intel Corporation", Device: "Alder Lake-N [UHD Graphics]"},
			{ID: "pci:0000:00:17.0", Bus: "pci", VendorID: "8086", DeviceID: "54d3", Class: "010601", Vendor: "Intel Corporation", Device: "Alder Lake-N SATA AHCI Controller", Driver: "ahci"},
			{ID: "pci:0000:01:00.0", Bus: "pci", VendorID: "144d", DeviceID: "a80a", Class: "010802", Vendor: "Samsung Electronics Co Ltd", Device: "NVMe SSD Controller PM9A1/PM9A3/980PRO"},
			{ID: "pci:0000:02:00.0", Bus: "pci", VendorID: "8086", DeviceID: "125c", Class: "020000", Vendor: "Intel Corporation", Device: "Ethernet Controller I226-V"},
			{ID: "usb:1-1:1.0", Bus: "usb", Interface: "090000", Driver: "hub"},
		},
	}
	p := &plan.Plan{
		Schema: plan.Schema, ID: "sha256:0123456789abcdef",
		Catalogs: []plan.Catalog{{Name: "default", Version: "1", Date: "2026-11-19"}},
		Platform: plan.Platform{ID: "rr:epyc7002-7.4", Loader: "rr", Model: "SA6400", OSVersion: "7.4", Kernel: "5.10.55",
			Equal:   []string{"rr:epyc7003-7.4", "rr:geminilakenk-7.4"},
			Reasons: []plan.Reason{{Text: "its kernel drives this Intel GPU"}, {Text: "NVMe disks can be used"}}},
		Steps:   []plan.Step{{Where: "RR > Choose a model", Text: "SA6400"}, {Where: "RR > Choose a version", Text: "7.4"}},
		Modules: []plan.Module{{Name: "igc", Extension: "rr:epyc7002-7.4", Stage: plan.StageBoot}},
		Devices: []plan.Device{
			{ID: "pci:0000:00:02.0", Verdict: plan.Missing, Importance: plan.Optional, Certainty: plan.Known},
			{ID: "pci:0000:00:17.0", Verdict: plan.Base, Importance: plan.Boot, Certainty: plan.Assumed, Module: "ahci"},
			{ID: "pci:0000:01:00.0", Verdict: plan.Base, Importance: plan.Boot, Certainty: plan.Stated, Module: "nvme"},
			{ID: "pci:0000:02:00.0", Verdict: plan.ByModule, Importance: plan.Boot, Certainty: plan.Known, Module: "igc", Extension: "rr:epyc7002-7.4"},
			{ID: "usb:1-1:1.0", Verdict: plan.Base, Importance: plan.Optional, Certainty: plan.Assumed},
		},
		Proof: plan.Proof{Optimal: true, Modules: 1, LowerBound: 1},
	}
	return p, r
}

func TestGolden(t *testing.T) {
	for name, change := range map[string]func(*plan.Plan, *report.Report){
		"mini-pc": func(*plan.Plan, *report.Report) {},
		"blocked": func(p *plan.Plan, r *report.Report) {
			p.Devices[1].Verdict, p.Devices[1].Why = plan.Blocked, "the firmware hides it in RAID mode"
			p.Warnings = []plan.Warning{{Code: "raid-remap", Device: p.Devices[1].ID, Text: "2 NVMe disks are hidden: set SATA mode to AHCI in the BIOS"}}
		},
		"missing": func(p *plan.Plan, r *report.Report) {
			p.Devices[3] = plan.Device{ID: p.Devices[3].ID, Verdict: plan.Missing, Importance: plan.Boot, Certainty: plan.Known}
			p.Modules = nil
			p.Next = []plan.Next{{Code: "other-platform", Text: "8086:125c Ethernet Controller I226-V: rr:geminilakenk-7.4 has it"}}
		},
		"extension": func(p *plan.Plan, r *report.Report) {
			p.Platform = plan.Platform{ID: "ds918p_42218", Loader: "redpill", Model: "DS918+", OSVersion: "7.0.1", Build: "42218", Kernel: "4.4.180+"}
			p.Devices[3].Extension, p.Modules[0].Extension, p.Steps = "jim3ma.igc", "jim3ma.igc", nil
		},
		"distribution": func(p *plan.Plan, r *report.Report) {
			p.Platform = plan.Platform{ID: "linux:6.1.0-56-amd64", Loader: "linux", Kernel: "6.1.0-56-amd64"}
			p.Devices[3].Extension, p.Modules[0].Extension, p.Steps = "linux:6.1.0-56-amd64", "linux:6.1.0-56-amd64", nil
		},
		"bare-ids": func(p *plan.Plan, r *report.Report) {
			r.Machine = report.Machine{}
			r.Devices[3].Device, r.Devices[3].Vendor, r.Devices[3].Class = "", "", ""
			p.Devices[3].Certainty = plan.Possible
		},
		"notes": func(p *plan.Plan, r *report.Report) {
			p.Warnings = []plan.Warning{
				{Code: "boot-device-assumed", Text: "its line says so"},
				{Code: "cmdline", Text: "add nox2apic to the kernel command line"},
				{Code: "threads", Text: "epyc7002 uses 24 of the CPU's threads"},
				{Code: "os74-bmi2", Text: "ARC hides 7.4 from a CPU without bmi2; RR offers it (a J4125 has none)"},
				{Code: "a", Text: "one"}, {Code: "b", Text: "two"}, {Code: "c", Text: "three"},
			}
		},
		"names-only": func(p *plan.Plan, r *report.Report) {
			r.Machine = report.Machine{}
			for i := range p.Devices {
				r.Devices[i].VendorID, r.Devices[i].DeviceID, r.Devices[i].Class = "", "", ""
				p.Devices[i] = plan.Device{ID: p.Devices[i].ID, Verdict: plan.NotKnown, Importance: plan.Wanted, Certainty: plan.Possible}
			}
			p.Modules, p.Next = nil, []plan.Next{{Code: "ids-needed", Text: "lspci -nn prints the ids that decide"}}
		},
		"firmware-packages": func(p *plan.Plan, r *report.Report) {
			p.Platform = plan.Platform{ID: "linux:6.1.0-56-amd64", Loader: "linux", Kernel: "6.1.0-56-amd64"}
			p.Firmware = []plan.Firmware{
				{Module: "r8169", File: "rtl_nic/rtl8125b-2.fw", Shipped: true, Package: "firmware-realtek"},
				{Module: "bnx2x", File: "bnx2x/bnx2x-e2-7.13.21.0.fw", Shipped: true, Package: "firmware-bnx2x"},
			}
		},
		"many-names": func(p *plan.Plan, r *report.Report) {
			for i := range 15 {
				id := fmt.Sprintf("pci:0000:03:00.%d", i)
				r.Devices = append(r.Devices, report.Device{ID: id, Bus: "pci", Device: fmt.Sprintf("Controller %d", i)})
				p.Devices = append(p.Devices, plan.Device{ID: id, Verdict: plan.NotKnown, Importance: plan.Wanted, Certainty: plan.Possible})
			}
		},
		"undecided": func(p *plan.Plan, r *report.Report) {
			r.Devices, p.Devices, p.Modules = r.Devices[4:], p.Devices[4:], nil
			p.Platform.Reasons = []plan.Reason{{Code: "undecided", Text: "it cannot decide between platforms"}}
		},
		"plan-alone": func(p *plan.Plan, r *report.Report) { *r = report.Report{} },
		"many": func(p *plan.Plan, r *report.Report) {
			for i := range 40 {
				id := fmt.Sprintf("pci:0000:03:00.%d", i)
				r.Devices = append(r.Devices, report.Device{ID: id, Bus: "pci", VendorID: "8086", DeviceID: "1521", Class: "020000", Device: "I350 Gigabit Network Connection"})
				p.Devices = append(p.Devices, plan.Device{ID: id, Verdict: plan.ByModule, Importance: plan.Boot, Certainty: plan.Known, Module: "igb", Extension: "rr:epyc7002-7.4"})
			}
		},
		"unproven": func(p *plan.Plan, r *report.Report) {
			p.Proof = plan.Proof{Modules: 9, LowerBound: 7}
			r.Devices[2].Device = "Gerät \x1b[31mred\x07"
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, r := miniPC()
			change(p, r)
			var screen, markdown bytes.Buffer
			if err := Plan(&screen, p, r, Options{}); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".screen", screen.Bytes())
			if err := Markdown(&markdown, p, r); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".markdown", markdown.Bytes())
		})
	}
}

func TestReport(t *testing.T) {
	_, r := miniPC()
	r.Source.Warnings = []report.Warning{{Code: "unreadable", Text: "config of 0000:00:02.0: permission denied"}}
	var out bytes.Buffer
	if err := Report(&out, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "mini-pc.report", out.Bytes())
}

// TestScreenFits makes plans of random size and wants them inside the screen.
func TestScreenFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string { return strings.Repeat("x", random.IntN(60)) }
	words := func(n int) []string {
		list := make([]string, random.IntN(n))
		for i := range list {
			list[i] = word()
		}
		return list
	}
	for range 2000 {
		p, r := miniPC()
		p.Platform.Equal = words(30)
		for _, w := range words(20) {
			p.Platform.Reasons = append(p.Platform.Reasons, plan.Reason{Text: w + " " + w})
			p.Steps = append(p.Steps, plan.Step{Where: w, Text: w})
			p.Warnings = append(p.Warnings, plan.Warning{Code: "vmd", Text: w + " " + w + " " + w})
			id := "pci:" + w
			r.Devices = append(r.Devices, report.Device{ID: id, Bus: "pci", Device: w, Vendor: w})
			p.Devices = append(p.Devices, plan.Device{ID: id, Importance: plan.Wanted, Verdict: plan.ByModule, Extension: w, Module: w})
		}
		for _, w := range words(8) {
			p.Warnings = append(p.Warnings, plan.Warning{Code: "a", Text: w + " " + w})
		}
		for _, w := range words(3) {
			p.Next = append(p.Next, plan.Next{Text: w + " " + w})
		}
		fits(t, p, r, Width, Height)
		fits(t, p, r, 40+random.IntN(100), 12+random.IntN(40))
	}
}

// TestMarkdownFits makes plans of random size, with names that are not kind, and
// wants no more than 15 lines of each, with each device that matters on one.
func TestMarkdownFits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	unkind := []string{"a\nb", "|", "`", "\r\n\n", "<b>", "Gigabit Network Connection", "\x1b[2J", ""}
	word := func() string { return unkind[random.IntN(len(unkind))] + strings.Repeat(" word", random.IntN(90)) }
	verdicts := []string{plan.Base, plan.ByModule, plan.Missing, plan.Blocked, plan.Inert, plan.NotKnown}
	for range 3000 {
		p, r := miniPC()
		for range random.IntN(6) {
			p.Steps = append(p.Steps, plan.Step{Where: word(), Text: word()})
			p.Warnings = append(p.Warnings, plan.Warning{Code: stopCodes[random.IntN(len(stopCodes))], Text: word(), Hint: word()})
			p.Next = append(p.Next, plan.Next{Text: word()})
			p.Platform.Equal = append(p.Platform.Equal, word())
		}
		for i := range random.IntN(40) {
			id, product := fmt.Sprint("pci:", i), fmt.Sprintf("%04x", random.IntN(200))
			r.Devices = append(r.Devices, report.Device{ID: id, Bus: "pci", VendorID: "8086", DeviceID: product, Device: word()})
			p.Devices = append(p.Devices, plan.Device{ID: id, Importance: plan.Wanted, Verdict: verdicts[random.IntN(len(verdicts))], Module: word(), Why: word()})
		}
		var out bytes.Buffer
		if err := Markdown(&out, p, r); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if n := strings.Count(text, "\n"); n > markdownLines {
			t.Fatalf("%d lines:\n%s", n, text)
		}
		if bad := strings.ContainsFunc(text, func(c rune) bool { return c != '\n' && (c < ' ' || c > '~') }); bad {
			t.Fatalf("not plain text: %q", text)
		}
		find := finder(r)
		for _, d := range matter(p) {
			if id := ids(find(d.ID)); !strings.Contains(text, id) {
				t.Fatalf("%s is not in\n%s", id, text)
			}
		}
	}
}

// fits wants a plan's screen to be no larger than it may be.
func fits(t *testing.T, p *plan.Plan, r *report.Report, width, height int) {
	t.Helper()
	var out bytes.Buffer
	if err := Plan(&out, p, r, Options{Width: width, Height: height}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) > height {
		t.Fatalf("%d lines of %d:\n%s", len(lines), height, out.String())
	}
	for _, line := range lines {
		if len(line) > width {
			t.Fatalf("%d columns of %d: %q", len(line), width, line)
		}
	}
}

func TestMaker(t *testing.T) {
	for vendor, want := range map[string]string{
		"Intel Corporation":                  "Intel",
		"Red Hat, Inc.":                      "Red Hat",
		"Realtek Semiconductor Co., Ltd.":    "Realtek",
		"Advanced Micro Devices, Inc. [AMD]": "AMD",
		"Samsung Electronics Co Ltd":         "Samsung",
		"Broadcom / LSI":                     "Broadcom",
		"VMware":                             "VMware",
		"":                                   "",
	} {
		if got := maker(vendor); got != want {
			t.Errorf("maker(%q) = %q, want %q", vendor, got, want)
		}
	}
}
