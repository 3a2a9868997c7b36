package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias"
)

const (
	i225  = "pci:v00008086d000015F3sv*sd*bc*sc*i*"
	r8125 = "pci:v000010ECd00008125sv*sd*bc*sc*i*"
	r8168 = "pci:v000010ECd00008168sv*sd*bc*sc*i*"
	card  = "pci:v000010ECd00008168sv00001043sd*bc*sc*i*"
	stick = "usb:v0BDAp8156d*dc*dsc*dp*ic*isc*ip*in*"
)

func TestDiffDrivers(t *testing.T) {
	old := []modalias.Module{{Name: "r8169", Aliases: []string{r8125, r8168}}, {Name: "r8152", Aliases: []string{stick}}, {Name: "ahci", Builtin: true}}
	now := []modalias.Module{{Name: "r8169", Aliases: []string{r8168, card}}, {Name: "r8125", Aliases: []string{r8125}}, {Name: "igc", Aliases: []string{i225}}, {Name: "ahci", Builtin: true}}
	same := modalias.Platform{ID: "same", Modules: []modalias.Module{{Name: "m", Aliases: []string{"acpi*:PNP0A08:*"}}}}
	before := []modalias.Platform{{ID: "a", Modules: old}, {ID: "b", Modules: old}, {ID: "gone"}, same}
	after := []modalias.Platform{{ID: "a", Modules: now}, {ID: "b", Modules: now}, {ID: "new"}, same}
	want := []PlatformDiff{
		{
			Platform: "a", Also: []string{"b"}, Change: Changed, Added: []string{"igc", "r8125"}, Removed: []string{"r8152"},
			Devices: []DeviceDiff{
				{ID: "pci:10ec:8125", Change: Moved, Old: []string{"r8169"}, New: []string{"r8125"}},
				{ID: "pci:10ec:8168", Change: Changed, Old: []string{"r8169"}, New: []string{"r8169"}, NewPatterns: []string{card}},
				{ID: "pci:8086:15f3", Change: Gained, New: []string{"igc"}, NewPatterns: []string{i225}},
				{ID: "usb:0bda:8156", Change: LostOne, Old: []string{"r8152"}, OldPatterns: []string{stick}},
			},
		},
		{Platform: "gone", Change: Removed},
		{Platform: "new", Change: Added},
	}
	if diff := cmp.Diff(want, Alike(DiffDrivers(before, after))); diff != "" {
		t.Errorf("DiffDrivers() mismatch (-want +got):\n%s", diff)
	}
	if d := DiffDrivers(after, after); len(d) > 0 {
		t.Errorf("a state differs from itself: %+v", d)
	}
	kernels := DiffDrivers([]modalias.Platform{{ID: "linux:6.1"}}, []modalias.Platform{{ID: "linux:6.12", Modules: now}})
	if len(kernels) != 1 || kernels[0].Old != "linux:6.1" || len(kernels[0].Devices) != 3 {
		t.Errorf("two kernels are not compared with each other: %+v", kernels)
	}
}

// What a catalogue's platforms have is what their recipes load and what is
// built in.
func TestDrivers(t *testing.T) {
	c := maintained()
	c.Platforms[1].Builtin = []string{"ahci"}
	var got []string
	for _, p := range c.Drivers() {
		for _, m := range p.Modules {
			got = append(got, p.ID+" "+printedName(&m))
		}
	}
	want := []string{"a_1 m1003", "a_1 m1001", "a_1 m1006", "a_1 m1005", "a_1 m1004", "a_1 m1002", "a_2 ahci (built in)", "a_2 m1003", "b_1 m1003"}
	less := func(a, b string) bool { return a < b }
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(less)); diff != "" {
		t.Errorf("Drivers() mismatch (-want +got):\n%s", diff)
	}
}

func TestDeviceOf(t *testing.T) {
	for pattern, want := range map[string]string{
		i225:                            "pci:8086:15f3",
		"pci:v*d*sv*sd*bc01sc06i01*":    "pci:v*d*sv*sd*bc01sc06i01*",
		"pci:v000010ECd*sv*sd*bc*sc*i*": "pci:v000010ECd*sv*sd*bc*sc*i*",
		stick:                           "usb:0bda:8156",
		"usb:v0BDAp*":                   "usb:v0BDAp*",
		"acpi*:PNP0A08:*":               "acpi*:PNP0A08:*",
	} {
		if got := DeviceOf(pattern); got != want {
			t.Errorf("DeviceOf(%q) = %q, want %q", pattern, got, want)
		}
	}
}
