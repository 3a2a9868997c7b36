package platform

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// TestData reads every table and wants a source for every fact.
func TestData(t *testing.T) {
	for name, f := range flavours().Flavours {
		if len(f.Models) == 0 || len(f.Kernels) == 0 {
			t.Errorf("flavour %s has no models or no kernels", name)
		}
	}
	for field, sources := range flavours().Sources {
		if len(sources) == 0 {
			t.Errorf("flavours.json: %s has no source", field)
		}
	}
	if len(buildsByID()) != len(builds().Builds) {
		t.Error("builds.json: an id is there twice")
	}
	for _, b := range builds().Builds {
		if flavours().Flavours[b.Flavour] == nil || b.Source == "" {
			t.Errorf("build %s: flavour %q, source %q", b.ID, b.Flavour, b.Source)
		}
	}
	seen := map[string]bool{}
	for _, r := range rules() {
		if seen[r.ID] || r.Source == "" || r.Text == "" || !slices.Contains([]string{"reject", "warn", "block", "state", "reason", "cmdline"}, r.Effect) {
			t.Errorf("rule %+v: its id is used twice, or it lacks a text, a source or an effect", r)
		}
		seen[r.ID] = true
	}
	for _, l := range loaders() {
		if l.Source == "" {
			t.Errorf("loader %s has no source", l.Name)
		}
	}
	for _, a := range adapters() {
		if len(a.Vendor) != 4 || len(a.Product) != 4 || a.Name == "" {
			t.Errorf("adapter %+v lacks its ids or its name", a)
		}
	}
	for _, r := range Silent(nil) {
		if r.Source == "" || r.Hint == "" && r.Code != "no-sata-disk" {
			t.Errorf("%s has no source, or no log to get", r.Code)
		}
	}
	if importance().Source == "" || oldGPUs().Source == "" {
		t.Error("importance.json or igpu.json has no source")
	}
	if files, _ := fs.Glob(data, "data/*.json"); len(files) != 8 {
		t.Errorf("this test reads 8 tables, there are %v", files)
	}
}

// packs are the platforms of RR: every flavour with every version whose
// kernel is 4.4 or newer, except those that RR has dropped.
func packs() []*catalog.Platform {
	var list []*catalog.Platform
	for name, f := range flavours().Flavours {
		for os, kernel := range f.Kernels {
			if len(f.CPUFlags["rr"]) > 0 || f.CPUFlags["rr"] != nil {
				if os >= "7.0" {
					list = append(list, &catalog.Platform{ID: "rr:" + name + "-" + os, Loader: "rr",
						Flavour: name, Models: f.Models, OSVersion: os, KernelVersion: kernel})
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b *catalog.Platform) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// best returns the platforms that no rule rejects and no score puts behind
// another, of the newest version among them.
func best(r *report.Report) []string {
	type standing struct {
		id, os string
		score  []int
	}
	var list []standing
	for _, p := range packs() {
		if j := Judge(r, p, "rr"); j.Rejected == nil {
			list = append(list, standing{p.ID, p.OSVersion, j.Score})
		}
	}
	order := func(a, b standing) int {
		return cmp.Or(slices.Compare(b.score, a.score), compareVersions(b.os, a.os))
	}
	slices.SortStableFunc(list, order)
	var ids []string
	for _, s := range list {
		if order(s, list[0]) == 0 {
			ids = append(ids, s.id)
		}
	}
	return ids
}

func ptr[T any](v T) *T { return &v }

func pci(address, ids, class string) report.Device {
	vendor, device, _ := strings.Cut(ids, ":")
	return report.Device{ID: "pci:" + address, Bus: "pci", VendorID: vendor, DeviceID: device, Class: class}
}

// TestSixMachines holds the choice to what RR's own menu allows.
func TestSixMachines(t *testing.T) {
	modern := []string{"bmi2", "lm", "movbe", "x2apic"}
	for _, test := range []struct {
		name    string
		machine report.Machine
		devices []report.Device
		want    []string // the best ones, as long as they are few
		first   string   // what each of the best ones begins with
		never   []string // flavours
	}{
		{
			name:    "N100 mini PC",
			machine: report.Machine{CPU: report.CPU{ModelName: "Intel(R) N100", Flags: modern, Threads: ptr(4)}},
			devices: []report.Device{pci("0000:00:02.0", "8086:46d1", "030000"), pci("0000:00:17.0", "8086:54d3", "010601"),
				pci("0000:01:00.0", "144d:a80a", "010802"), pci("0000:02:00.0", "8086:125c", "020000")},
			want: []string{"rr:epyc7002-7.4", "rr:epyc7003-7.4", "rr:epyc7003ntb-7.4", "rr:geminilakenk-7.4",
				"rr:icelaked-7.4", "rr:r1000nk-7.4", "rr:v1000nk-7.4"},
			never: []string{"denverton", "purley", "geminilake", "apollolake"},
		},
		{
			name:    "J4125, which geminilake is sold with",
			machine: report.Machine{CPU: report.CPU{ModelName: "Intel(R) Celeron(R) J4125 CPU @ 2.00GHz", Flags: []string{"lm", "movbe", "x2apic"}, Threads: ptr(4)}},
			devices: []report.Device{pci("0000:00:02.0", "8086:3185", "030000"), pci("0000:00:12.0", "8086:31e3", "010601")},
			want:    []string{"rr:geminilake-7.4"},
		},
		{
			name:    "old i5 without movbe",
			machine: report.Machine{CPU: report.CPU{ModelName: "Intel(R) Core(TM) i5-3470", Flags: []string{"lm", "x2apic"}, Threads: ptr(4)}},
			devices: []report.Device{pci("0000:00:02.0", "8086:0152", "030000"), pci("0000:00:1f.2", "8086:1e02", "010601")},
			want:    []string{"rr:geminilake-7.2"},
			never:   []string{"apollolake", "denverton"},
		},
		{
			name:    "R210 II with a SAS HBA, without movbe",
			machine: report.Machine{CPU: report.CPU{ModelName: "Intel(R) Xeon(R) CPU E31220", Flags: []string{"lm", "x2apic"}, Threads: ptr(4)}},
			devices: []report.Device{pci("0000:01:00.0", "1000:0072", "010700"), pci("0000:00:1f.2", "8086:1c02", "010601"), pci("0000:02:00.0", "102b:0532", "030000")},
			want:    []string{"rr:broadwell-7.2", "rr:broadwellnk-7.2", "rr:broadwellntbap-7.2", "rr:epyc7002-7.2", "rr:geminilakenk-7.2", "rr:r1000nk-7.2", "rr:v1000nk-7.2"},
			never:   []string{"apollolake", "denverton"},
		},
		{
			name:    "Hyper-V guest",
			machine: report.Machine{CPU: report.CPU{ModelName: "Intel(R) Core(TM) i7", Flags: modern, Threads: ptr(4)}, Hypervisor: "microsoft"},
			devices: []report.Device{pci("0000:00:07.1", "8086:7111", "010180"), pci("0000:00:08.0", "1414:5353", "030000"), pci("0000:00:09.0", "1000:0030", "010000")},
			want:    []string{"rr:epyc7002-7.4", "rr:geminilakenk-7.4", "rr:r1000nk-7.4", "rr:v1000nk-7.4"},
		},
		{
			name:    "Proxmox guest",
			machine: report.Machine{CPU: report.CPU{ModelName: "Common KVM processor", Flags: modern, Threads: ptr(4)}, Hypervisor: "kvm"},
			devices: []report.Device{pci("0000:00:01.1", "8086:7010", "010180"), pci("0000:00:02.0", "1234:1111", "030000"),
				pci("0000:00:05.0", "1af4:1004", "010000"), pci("0000:00:12.0", "1af4:1000", "020000")},
			want: []string{"rr:apollolake-7.4", "rr:broadwell-7.4", "rr:broadwellnk-7.4", "rr:broadwellnkv2-7.4", "rr:broadwellntbap-7.4",
				"rr:denverton-7.4", "rr:epyc7002-7.4", "rr:epyc7003-7.4", "rr:epyc7003ntb-7.4", "rr:geminilake-7.4", "rr:geminilakenk-7.4",
				"rr:icelaked-7.4", "rr:purley-7.4", "rr:r1000-7.4", "rr:r1000nk-7.4", "rr:v1000-7.4", "rr:v1000nk-7.4"},
		},
		{
			name:    "AMD V1500B, which v1000 is sold with",
			machine: report.Machine{CPU: report.CPU{ModelName: "AMD Ryzen V1500B", Flags: modern, Threads: ptr(8)}},
			devices: []report.Device{pci("0000:00:08.0", "1022:7901", "010601")},
			want:    []string{"rr:v1000-7.4"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := best(&report.Report{Machine: test.machine, Devices: test.devices})
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("best platforms mismatch (-want +got):\n%s", diff)
			}
			for _, id := range got {
				for _, flavour := range test.never {
					if strings.HasPrefix(id, "rr:"+flavour+"-") {
						t.Errorf("%s is among the best", id)
					}
				}
			}
		})
	}
}

// TestAbsentFactsRejectNothing: a report of bare ids knows no flags and no
// classes.
func TestAbsentFactsRejectNothing(t *testing.T) {
	r := &report.Report{Devices: []report.Device{{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3"}}}
	for _, p := range packs() {
		if j := Judge(r, p, "rr"); j.Rejected != nil || len(j.Warnings) > 0 || len(j.Cmdline) > 0 {
			t.Errorf("Judge(bare ids, %s) = %+v", p.ID, j)
		}
	}
}

// NVMe alone is not enough for a 4.x kernel; of one pasted network card nobody
// knows what disks are beside it.
func TestDiskRequired(t *testing.T) {
	card := report.Device{ID: "pci:0000:01:00.0", Bus: "pci", VendorID: "8086", DeviceID: "15f3", Class: "0200"}
	nvme := report.Device{ID: "pci:0000:02:00.0", Bus: "pci", VendorID: "144d", DeviceID: "a808", Class: "0108"}
	ahci := report.Device{ID: "pci:0000:00:17.0", Bus: "pci", VendorID: "8086", DeviceID: "a352", Class: "0106"}
	for _, test := range []struct {
		devices  []report.Device
		rejected bool
	}{
		{[]report.Device{card}, false},
		{[]report.Device{card, nvme}, true},
		{[]report.Device{card, nvme, ahci}, false},
	} {
		j := Judge(&report.Report{Devices: test.devices}, &catalog.Platform{Flavour: "apollolake", OSVersion: "7.2", KernelVersion: "4.4.302"}, "rr")
		if (j.Rejected != nil) != test.rejected {
			t.Errorf("%d devices: rejected %+v, want %t", len(test.devices), j.Rejected, test.rejected)
		}
	}
}

func TestHBAOnDeviceTree(t *testing.T) {
	hba := pci("0000:01:00.0", "1000:0072", "010700")
	vmd := pci("0000:00:0e.0", "8086:9a0b", "010400")
	r := &report.Report{Devices: []report.Device{hba, vmd}}
	p := &catalog.Platform{Flavour: "geminilake", OSVersion: "7.2", KernelVersion: "4.4.302"}
	j := Judge(r, p, "rr")
	if _, blocked := j.Blocked[hba.ID]; !blocked {
		t.Error("a SAS HBA is not blocked on a device-tree model with a 4.4 kernel")
	}
	if _, blocked := j.Blocked[vmd.ID]; blocked {
		t.Error("Intel VMD is taken for a RAID card")
	}
	p.Flavour, p.KernelVersion = "geminilakenk", "5.10.55"
	if j := Judge(r, p, "rr"); len(j.Blocked) > 0 {
		t.Errorf("Judge blocks %v on a 5.10 kernel", j.Blocked)
	}
}

// TestDisputedFlag: loaders disagree about movbe on geminilake, so it rejects
// nothing and the warning names both sides.
func TestDisputedFlag(t *testing.T) {
	r := &report.Report{Machine: report.Machine{CPU: report.CPU{Flags: []string{"lm"}}}}
	p := &catalog.Platform{Flavour: "geminilake", OSVersion: "7.1", KernelVersion: "4.4.180"}
	warns := func(j Judgement) int {
		return slices.IndexFunc(j.Warnings, func(w plan.Warning) bool { return w.Code == "cpu-flag-disputed" })
	}
	rr, tcrp := Judge(r, p, "rr"), Judge(r, p, "tcrp")
	if rr.Rejected != nil || warns(rr) < 0 {
		t.Fatalf("Judge() = %+v, want the warning alone", rr)
	}
	want := "tcrp wants movbe on geminilake, which the CPU lacks; arc, arpl, rr do not"
	if got := rr.Warnings[warns(rr)].Text; got != want {
		t.Errorf("warning %q, want %q", got, want)
	}
	if slices.Compare(tcrp.Score, rr.Score) >= 0 {
		t.Errorf("the loader that asks for it scores %v, the one that does not %v", tcrp.Score, rr.Score)
	}
	p.Flavour = "apollolake"
	if j := Judge(r, p, "tcrp"); j.Rejected == nil || warns(j) >= 0 {
		t.Errorf("Judge() on apollolake, where none disagrees = %+v", j)
	}
}

// TestHyperV: RR's custom kernel drives what hangs on the VM bus, RedPill has
// no such kernel, and other flavours none at all.
func TestHyperV(t *testing.T) {
	nic := report.Device{ID: "vmbus:a", Bus: "vmbus", Modaliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}}
	r := &report.Report{Machine: report.Machine{Hypervisor: "microsoft"}, Devices: []report.Device{nic}}
	for _, test := range []struct {
		flavour, loader  string
		stated, rejected bool
	}{
		{"epyc7002", "rr", true, false},
		{"epyc7002", "redpill", false, false},
		{"broadwell", "rr", false, true},
	} {
		j := Judge(r, &catalog.Platform{Flavour: test.flavour, OSVersion: "7.2", KernelVersion: "5.10.55"}, test.loader)
		custom := slices.ContainsFunc(j.Warnings, func(w plan.Warning) bool { return w.Code == "hyperv-custom" })
		if custom != test.stated {
			t.Errorf("%s %s: choose the custom kernel: %t", test.loader, test.flavour, custom)
		}
		if _, stated := j.Stated[nic.ID]; stated != test.stated || (j.Rejected != nil) != test.rejected {
			t.Errorf("%s %s: stated %v, rejected %+v", test.loader, test.flavour, stated, j.Rejected)
		}
	}
	steps := Steps(plan.Platform{Loader: "rr", Model: "SA6400", OSVersion: "7.4"}, r)
	if !slices.Contains(steps, plan.Step{Where: "RR > Kernel", Text: "custom"}) {
		t.Errorf("Steps() = %v, without the custom kernel", steps)
	}
}

// TestCmdline: RR sets the parameter itself, for other loaders it is told.
func TestCmdline(t *testing.T) {
	r := &report.Report{Machine: report.Machine{CPU: report.CPU{Flags: []string{"lm", "movbe", "x2apic"}}}}
	p := &catalog.Platform{Flavour: "apollolake", OSVersion: "7.0.1", KernelVersion: "4.4.180"}
	for loader, want := range map[string]int{"rr": 0, "redpill": 1} {
		j := Judge(r, p, loader)
		told := 0
		for _, w := range j.Warnings {
			if w.Code == "cmdline" {
				told++
			}
		}
		if told != want || !slices.Equal(j.Cmdline, []string{"nox2apic"}) {
			t.Errorf("%s: %d warnings, want %d; command line %v", loader, told, want, j.Cmdline)
		}
	}
}

func TestComplete(t *testing.T) {
	got := catalog.Platform{ID: "ds918p_42218", Loader: "redpill"}
	Complete(&got)
	want := catalog.Platform{ID: "ds918p_42218", Loader: "redpill", Flavour: "apollolake", Models: []string{"DS918+"},
		OSVersion: "7.0.1", Build: "42218", KernelVersion: "4.4.180", KernelRelease: "4.4.180+", Evidence: got.Evidence}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(catalog.Platform{})); diff != "" || got.Evidence == "" {
		t.Errorf("Complete() mismatch (-want +got):\n%s", diff)
	}
}

// A build that no loader has a configuration for is judged like its kin, and no
// command is given that would not work.
func TestCompleteByKin(t *testing.T) {
	got := catalog.Platform{ID: "ds2422p_42621", Loader: "redpill"}
	Complete(&got)
	want := catalog.Platform{ID: "ds2422p_42621", Loader: "redpill", Flavour: "v1000", Models: []string{"DS2422+"},
		OSVersion: "7.1.0", Build: "42621", KernelVersion: "4.4.180"}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(catalog.Platform{})); diff != "" {
		t.Errorf("Complete() mismatch (-want +got):\n%s", diff)
	}
	for _, step := range Steps(plan.Platform{ID: "nosuch_1", Loader: "redpill"}, &report.Report{}) {
		if strings.Contains(step.Text, "build-loader") {
			t.Errorf("Steps() without a model = %+v", step)
		}
	}
}

func TestImportance(t *testing.T) {
	for _, test := range []struct {
		device report.Device
		want   []string
		level  string
	}{
		{pci("0000:00:17.0", "8086:54d3", "010601"), nil, plan.Boot},
		{report.Device{Bus: "pci", Class: "010601", Disks: ptr(0)}, nil, plan.Wanted},
		{report.Device{Bus: "pci", Class: "010601", Disks: ptr(2)}, nil, plan.Boot},
		{report.Device{Bus: "pci", Class: "0200"}, nil, plan.Boot},
		{report.Device{Bus: "pci", Class: "0280"}, nil, plan.Optional},
		{report.Device{Bus: "pci", Class: "0280"}, []string{"wifi"}, plan.Wanted},
		{report.Device{Bus: "pci", Class: "030000"}, []string{"gpu"}, plan.Wanted},
		{report.Device{Bus: "pci", Class: "040300"}, []string{"gpu"}, plan.Optional},
		{report.Device{Bus: "pci", Class: "0c0330"}, nil, plan.Wanted},
		{report.Device{Bus: "pci", Class: "0c0340"}, nil, plan.Optional},
		{report.Device{Bus: "pci"}, nil, plan.Wanted},
		{report.Device{Bus: "usb", Interface: "080650"}, nil, plan.Wanted},
		{report.Device{Bus: "usb", Interface: "030101"}, nil, plan.Optional},
		{report.Device{Bus: "virtio", Modaliases: []string{"virtio:d00000001v00001AF4"}}, nil, plan.Boot},
		{report.Device{Bus: "virtio", Modaliases: []string{"virtio:d00000005v00001AF4"}}, nil, plan.Optional},
		{report.Device{Bus: "vmbus", Modaliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}}, nil, plan.Boot},
		{report.Device{Bus: "acpi", Modaliases: []string{"acpi:PNP0C0A:"}}, nil, plan.Optional},
	} {
		if got := Importance(&test.device, test.want); got != test.level {
			t.Errorf("Importance(%s %s%s %v, want %v) = %q, want %q", test.device.Bus, test.device.Class,
				test.device.Interface, test.device.Modaliases, test.want, got, test.level)
		}
	}
}

func TestInert(t *testing.T) {
	for _, test := range []struct {
		device report.Device
		want   bool
	}{
		{report.Device{Bus: "pci", Class: "060000"}, true},
		{report.Device{Bus: "pci", Class: "0c0500"}, true},
		{report.Device{Bus: "pci", Class: "0c0330"}, false},
		{report.Device{Bus: "cpu", Modaliases: []string{"cpu:type:x86,ven0000fam0006mod00BE:feature:,0000"}}, true},
		{report.Device{Bus: "pci"}, false},
	} {
		if got := Inert(&test.device); got != test.want {
			t.Errorf("Inert(%s %s) = %v, want %v", test.device.Bus, test.device.Class, got, test.want)
		}
	}
}

func TestLikelyClass(t *testing.T) {
	for _, test := range []struct {
		device report.Device
		want   string
	}{
		{report.Device{Bus: "pci", DeviceID: "a808", Device: "NVMe SSD Controller SM981/PM981/PM983"}, "0108"},
		{report.Device{Bus: "pci", DeviceID: "2922", Device: "82801IR/IO/IH 6 port SATA Controller [AHCI mode]"}, "0106"},
		{report.Device{Bus: "pci", DeviceID: "15f3", Device: "Ethernet Controller I225-V"}, ""},
		{report.Device{Bus: "pci", DeviceID: "a808", Class: "0180", Device: "NVMe"}, ""},
		{report.Device{Bus: "pci", Device: "NVMe, a name without an id"}, ""},
	} {
		if got := LikelyClass(&test.device); got != test.want {
			t.Errorf("LikelyClass(%q) = %q, want %q", test.device.Device, got, test.want)
		}
	}
}
