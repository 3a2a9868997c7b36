package recommend_test

import (
	"slices"
	"testing"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// A report without a disk controller and a network port decides nothing, and
// the plan does not pretend that it did.
func TestUndecided(t *testing.T) {
	adapter := report.Device{ID: "usb:1-2", Bus: "usb", VendorID: "0bda", DeviceID: "8156"}
	for _, test := range []struct {
		name   string
		report *report.Report
		opts   recommend.Options
		reason string // code of the first
		warned bool
	}{
		{"a processor", cpu("Intel(R) N100", "lm movbe"), recommend.Options{}, "undecided", true},
		{"a list of USB devices", machine(adapter), recommend.Options{}, "undecided", true},
		{"the same for one platform", machine(adapter), recommend.Options{Platforms: []string{"rr:epyc7002-7.2"}}, "only-one", true},
		{"a pasted id", machine(report.Device{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3"}), recommend.Options{}, "loader", false},
		{"a guest without PCI", machine(vmbusNet, vmbusSCSI), recommend.Options{}, "loader", false},
	} {
		p := recommendChecked(t, test.report, test.opts, defaultCatalog(t))
		if got := p.Platform.Reasons[0].Code; got != test.reason {
			t.Errorf("%s: reason %s, want %s", test.name, got, test.reason)
		}
		warned := slices.ContainsFunc(p.Warnings, func(w plan.Warning) bool { return w.Code == "no-pci-devices" })
		if warned != test.warned {
			t.Errorf("%s: warnings %+v", test.name, p.Warnings)
		}
	}
}
