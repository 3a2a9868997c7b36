package recommend

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report"
)

// shop is a catalogue of two platforms: both have igb, one has igc.
func shop() *catalog.Catalog {
	var b catalog.Builder
	igb := b.AddModule(catalog.Module{File: "igb.ko", Name: "igb"}, []string{"pci:v00008086d00001539sv*sd*bc*sc*i*"})
	igc := b.AddModule(catalog.Module{File: "igc.ko", Name: "igc"}, []string{"pci:v00008086d000015F3sv*sd*bc*sc*i*"})
	for _, p := range []catalog.Platform{{ID: "new", KernelRelease: "5.10.55+"}, {ID: "old", KernelRelease: "4.4.180+"}} {
		p.Loader = "redpill"
		b.AddPlatform(p)
	}
	b.AddExtension(catalog.Extension{ID: "x.igb", Loader: "redpill", Releases: map[string]int{"old": 0, "new": 0}, Recipes: []catalog.Recipe{{Kmods: []catalog.Kmod{{Module: igb}}}}})
	b.AddExtension(catalog.Extension{ID: "x.igc", Loader: "redpill", Releases: map[string]int{"new": 0}, Recipes: []catalog.Recipe{{Kmods: []catalog.Kmod{{Module: igc}}}}})
	return b.Catalog("shop", "", "2024-01-01")
}

func card(id, vendor, device, class string) report.Device {
	return report.Device{ID: id, Bus: "pci", VendorID: vendor, DeviceID: device, Class: class}
}

func TestCover(t *testing.T) {
	port := card("pci:0000:01:00.0", "8086", "1539", "020000")
	two := card("pci:0000:02:00.0", "8086", "15f3", "020000")
	machines := []Machine{
		{Name: "one", Report: &report.Report{Devices: []report.Device{port}}},
		{Name: "both", Report: &report.Report{Devices: []report.Device{port, two}}},
		{Name: "ids", Report: &report.Report{Devices: []report.Device{two, card("pci:8086:1539#2", "8086", "1539", "")}}, Counts: []int{100, 7}},
	}
	got, err := Cover(machines, []*catalog.Catalog{shop()}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Coverage{
		Machines: 2,
		Platforms: []PlatformCoverage{
			{Platform: "new", Loader: "redpill", Kernel: "5.10.55+", Serves: []string{"one", "both"}, Known: 110},
			{Platform: "old", Loader: "redpill", Kernel: "4.4.180+", Serves: []string{"one"}, Known: 9, Missing: 101},
		},
		Missing: []*MissingDevice{{ID: "8086:15f3", Count: 101, Modules: []string{"igc"}, Without: []string{"old"}, Have: []string{"new"}, Kernels: []string{"5.10.55+"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Cover() mismatch (-want +got):\n%s", diff)
	}
	narrow, err := Cover(machines, []*catalog.Catalog{shop()}, Options{Platforms: []string{"old"}})
	if err != nil || len(narrow.Platforms) != 1 || len(narrow.Missing) != 1 {
		t.Fatalf("Cover() of one platform = %+v, %v", narrow, err)
	}
	if diff := cmp.Diff([]string{"new"}, narrow.Missing[0].Have); diff != "" {
		t.Errorf("who has it, of all platforms, mismatch (-want +got):\n%s", diff)
	}
	if _, err := Cover(machines, []*catalog.Catalog{shop()}, Options{Loader: "rr"}); err == nil {
		t.Error("no platform, and no error")
	}
}
