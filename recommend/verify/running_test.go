package verify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

func TestTarget(t *testing.T) {
	p := &plan.Plan{
		Modules: []plan.Module{
			{Name: "mii"},
			{Name: "phy"},
			{Name: "r8169", For: []string{"pci:1"}},
			{Name: "igc", For: []string{"pci:2"}},
			{Name: "mpt3sas", For: []string{"pci:3"}},
			{Name: "e1000e", For: []string{"pci:4", "pci:5"}},
		},
		Devices: []plan.Device{
			{ID: "pci:6", Verdict: plan.Base, Importance: plan.Boot},
			{ID: "pci:7", Verdict: plan.Base, Importance: plan.Boot},
			{ID: "pci:8", Verdict: plan.Base, Importance: plan.Optional},
		},
	}
	up := true
	live := &report.Report{Devices: []report.Device{
		{ID: "pci:1", Driver: "r8169", Carrier: &up},
		{ID: "pci:2"},
		{ID: "pci:3", Driver: "megaraid-sas", Modules: []string{"megaraid_sas"}},
		{ID: "pci:4"},
		{ID: "pci:6", Driver: "ahci"},
		{ID: "pci:7"},
	}}
	loaded := map[string]bool{"mii": true, "r8169": true, "igc": true}
	want := []Running{
		{Module: "mii", State: IsLoaded},
		{Module: "phy", State: IsMissing},
		{Module: "r8169", Device: "pci:1", State: IsBound, Driver: "r8169", Carrier: &up},
		{Module: "igc", Device: "pci:2", State: IsIdle},
		{Module: "mpt3sas", Device: "pci:3", State: IsOther, Driver: "megaraid-sas"},
		{Module: "e1000e", Device: "pci:4", State: IsMissing},
		{Module: "e1000e", Device: "pci:5", State: IsAbsent},
		{Device: "pci:6", State: IsBound, Driver: "ahci"},
		{Device: "pci:7", State: IsIdle},
	}
	got := Target(p, live, func(name string) bool { return loaded[name] })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Target() mismatch (-want +got):\n%s", diff)
	}
	good := 0
	for _, line := range got {
		if line.Good() {
			good++
		}
	}
	if good != 4 {
		t.Errorf("%d good lines, want 4", good)
	}
}
