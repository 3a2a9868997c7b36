package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

func defaultCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := embedded.Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The N100 mini PC of many threads: which drivers it needs does not decide
// between platforms, what the loader says about its CPU and graphics does.
func n100() *report.Report {
	threads := 4
	r := machine(
		pci("00:00.0", "8086", "461c", "060000"),
		pci("00:02.0", "8086", "46d1", "030000"),
		pci("00:14.0", "8086", "54ed", "0c0330"),
		pci("00:17.0", "8086", "54d3", "010601"),
		pci("00:1f.3", "8086", "54c8", "040300"),
		pci("01:00.0", "8086", "125c", "020000"),
		pci("02:00.0", "10ec", "8125", "020000"),
		pci("03:00.0", "144d", "a80a", "010802"),
		pci("04:00.0", "8086", "2725", "028000"),
	)
	r.Machine.CPU = report.CPU{Vendor: "GenuineIntel", ModelName: "Intel(R) N100", Threads: &threads,
		Flags: []string{"avx2", "bmi2", "fma", "lm", "movbe", "x2apic"}}
	r.Machine.Firmware = "uefi"
	r.Machine.Hypervisor = "none"
	return r
}

// One extension, one module; disks are the platform's own business.
func TestDefaultIGC(t *testing.T) {
	r := machine(igc, ahci, nvme)
	p := recommendChecked(t, r, recommend.Options{Loader: "redpill", Platforms: []string{"ds918p_42218"}}, defaultCatalog(t))
	if diff := cmp.Diff([]string{"igc"}, moduleNames(p)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	if len(p.Extensions) != 1 || p.Extensions[0].ID != "jim3ma.igc" {
		t.Errorf("extensions %+v, want jim3ma.igc alone", p.Extensions)
	}
	for i, verdict := range []string{plan.ByModule, plan.Base, plan.Base} {
		if p.Devices[i].Verdict != verdict {
			t.Errorf("%s is %s (%s), want %s", p.Devices[i].ID, p.Devices[i].Verdict, p.Devices[i].Why, verdict)
		}
	}
}

// The same from ids alone, as they are pasted.
func TestDefaultIGCFromIDs(t *testing.T) {
	r := machine(
		report.Device{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3"},
		report.Device{ID: "pci:8086:a352#2", Bus: "pci", VendorID: "8086", DeviceID: "a352", Class: "0106"},
		report.Device{ID: "pci:144d:a808#3", Bus: "pci", VendorID: "144d", DeviceID: "a808", Class: "0108"},
	)
	p := recommendChecked(t, r, recommend.Options{Loader: "redpill", Platforms: []string{"ds918p_42218"}}, defaultCatalog(t))
	if diff := cmp.Diff([]string{"igc"}, moduleNames(p)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
}

func TestDefaultN100(t *testing.T) {
	p := recommendChecked(t, n100(), recommend.Options{}, defaultCatalog(t))
	if p.Platform.Loader != "rr" {
		t.Errorf("loader %s, want rr", p.Platform.Loader)
	}
	for _, never := range []string{"r1000nk", "icelaked", "denverton", "purley"} {
		if p.Platform.Flavour == never || strings.HasPrefix(p.Platform.ID, "rr:"+never) {
			t.Errorf("recommended %s", p.Platform.ID)
		}
	}
	if len(p.Platform.Equal) == 0 {
		t.Error("no platform is named as good as this one")
	}
	t.Logf("%s, model %s, as good: %v", p.Platform.ID, p.Platform.Model, p.Platform.Equal)
}

// No plan holds a driver whose only merit is a claim on every xHCI controller,
// and the checker accepts the plan of every platform.
func TestDefaultN100Everywhere(t *testing.T) {
	c := defaultCatalog(t)
	for _, p := range c.Platforms {
		opts := recommend.Options{Loader: p.Loader, Platforms: []string{p.ID}}
		got := recommendChecked(t, n100(), opts, c)
		for _, never := range []string{"etxhci_hcd", "ehci_pci"} {
			if slices.Contains(moduleNames(got), never) {
				t.Errorf("%s: the plan holds %s", p.ID, never)
			}
		}
		if !got.Proof.Optimal {
			t.Errorf("%s: not proven: %+v", p.ID, got.Proof)
		}
	}
}

// TestEach: the plans for all platforms are those that each gets when it is
// asked for alone.
func TestEach(t *testing.T) {
	c := defaultCatalog(t)
	all, err := recommend.Each(n100(), []*catalog.Catalog{c}, recommend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(c.Platforms) {
		t.Fatalf("%d plans for %d platforms", len(all), len(c.Platforms))
	}
	for i := 0; i < len(all); i += 20 {
		alone, err := recommend.Recommend(n100(), []*catalog.Catalog{c}, recommend.Options{Platforms: []string{all[i].Platform.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(alone, all[i]); diff != "" {
			t.Errorf("%s (-alone +each):\n%s", alone.Platform.ID, diff)
		}
	}
}

func BenchmarkDefaultN100(b *testing.B) {
	c := defaultCatalog(b)
	r := n100()
	for b.Loop() {
		if _, err := recommend.Recommend(r, []*catalog.Catalog{c}, recommend.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
