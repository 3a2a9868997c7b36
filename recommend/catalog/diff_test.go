package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
)

func TestDiffDrivers(t *testing.T) {
	const (
		i225  = "pci:v00008086d000015F3sv*sd*bc*sc*i*"
		r8125 = "pci:v000010ECd00008125sv*sd*bc*sc*i*"
		r8168 = "pci:v000010ECd00008168sv*sd*bc*sc*i*"
		card  = "pci:v000010ECd00008168sv00001043sd*bc*sc*i*"
		stick = "usb:v0BDAp8156d*dc*dsc*dp*ic*isc*ip*in*"
		acpi  = "acpi*:PNP0A08:*"
	)
	old := []modalias.Platform{
		{ID: "a", Modules: []modalias.Module{{Name: "r8169", Aliases: []string{r8125, r8168}}, {Name: "r8152", Aliases: []string{stick}}, {Name: "ahci", Builtin: true}}},
		{ID: "b", Modules: []modalias.Module{{Name: "r8169", Aliases: []string{r8125, r8168}}, {Name: "r8152", Aliases: []string{stick}}, {Name: "ahci", Builtin: true}}},
		{ID: "gone"},
		{ID: "same", Modules: []modalias.Module{{Name: "m", Aliases: []string{acpi}}}},
	}
	modules := []modalias.Module{{Name: "r8169", Aliases: []string{r8168, card}}, {Name: "r8125", Aliases: []string{r8125}}, {Name: "igc", Aliases: []string{i225}}, {Name: "ahci", Builtin: true}}
	now := []modalias.Platform{{ID: "a", Modules: modules}, {ID: "b", Modules: modules}, {ID: "new"}, old[3]}
	want := &Changes{
		Added: []string{"new"}, Removed: []string{"gone"}, Modules: 5, Platforms: 4,
		Changed: []PlatformChange{{[]string{"a", "b"}, PlatformDiff{
			ModulesAdded: []string{"igc", "r8125"}, ModulesRemoved: []string{"r8152"},
			Gained:   []DeviceChange{{"8086:15f3", nil, []string{"igc"}}},
			Lost:     []DeviceChange{{"usb 0bda:8156", []string{"r8152"}, nil}},
			Moved:    []DeviceChange{{"10ec:8125", []string{"r8169"}, []string{"r8125"}}},
			Patterns: []DeviceChange{{"10ec:8168", []string{"r8169"}, []string{"r8169"}}},
		}}},
	}
	if diff := cmp.Diff(want, DiffDrivers(old, now)); diff != "" {
		t.Errorf("DiffDrivers() mismatch (-want +got):\n%s", diff)
	}
	if same := DiffDrivers(now, now); !same.Empty() {
		t.Errorf("a state differs from itself: %+v", same)
	}
	one := DiffDrivers([]modalias.Platform{{ID: "linux:6.1"}}, []modalias.Platform{{ID: "linux:6.12", Modules: modules}})
	if len(one.Added) > 0 || len(one.Changed) != 1 || len(one.Changed[0].Gained) != 3 {
		t.Errorf("two kernels are not compared with each other: %+v", one)
	}
}

func TestDeviceOf(t *testing.T) {
	for pattern, want := range map[string]string{
		"pci:v00008086d000015F3sv*sd*bc*sc*i*":   "8086:15f3",
		"pci:v*d*sv*sd*bc01sc06i01*":             "pci:v*d*sv*sd*bc01sc06i01*",
		"pci:v000010ECd*sv*sd*bc*sc*i*":          "pci:v000010ECd*sv*sd*bc*sc*i*",
		"usb:v0BDAp8156d31*dc*dsc*dp*ic*isc*in*": "usb 0bda:8156",
		"usb:v0BDAp*":                            "usb:v0BDAp*",
		"pci:v0000":                              "pci:v0000",
		"acpi*:PNP0A08:*":                        "acpi*:PNP0A08:*",
	} {
		if got := DeviceOf(pattern); got != want {
			t.Errorf("DeviceOf(%q) = %q, want %q", pattern, got, want)
		}
	}
}
