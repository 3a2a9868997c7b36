package show

import (
	"bytes"
	"testing"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// TestDevice tells all of one device, with a plan and without.
func TestDevice(t *testing.T) {
	p, r := miniPC()
	d := &r.Devices[3]
	d.SubvendorID, d.SubdeviceID, d.Subsystem, d.Revision, d.ClassName = "8086", "0000", "I226-V", "04", "Ethernet controller"
	d.Modaliases = []string{"pci:v00008086d0000125Csv00008086sd00000000bc02sc00i00"}
	d.IRQ, d.SharedIRQ, d.IOMMUGroup, d.Parent, d.Carrier = ptr(16), []string{"pci:0000:00:14.0"}, "12", "pci:0000:00:1c.0", ptr(true)
	x := &plan.Explanation{
		Device: p.Devices[3], Keys: d.Modaliases, Reference: []string{"igc"},
		Candidates: []plan.Contender{{
			Candidate: plan.Candidate{Module: "igc", Extension: "rr:epyc7002-7.4", Pattern: "pci:v00008086d0000125Csv*sd*bc*sc*i*", Chosen: true, Why: "chosen"},
			Fields:    []plan.Field{{Name: "vendor", Asks: "00008086", Has: "00008086"}, {Name: "device", Asks: "0000125C", Has: "0000125C"}},
		}},
		Platforms: []plan.Server{
			{Loader: "rr", Serve: []string{"rr:epyc7002-7.4", "rr:v1000-7.4"}, Rejected: []string{"rr:v1000-7.4"}, Without: []string{"rr:purley-7.0"}},
			{Loader: "redpill", Without: []string{"ds918p_25556"}},
		},
		Next: []plan.Next{{Code: "a", Text: "what to do"}},
	}
	x.Device.Why = "its module is in the pack"
	x.Device.Basis = []plan.Basis{{Layer: "catalogue", Text: "a module claims it", Source: "default 2026-11-19"}}
	var b bytes.Buffer
	if err := Device(&b, r, d.ID, p, x); err != nil {
		t.Fatal(err)
	}
	golden(t, "mini-pc.device", b.Bytes())
	b.Reset()
	if err := Device(&b, r, d.ID, nil, nil); err != nil {
		t.Fatal(err)
	}
	golden(t, "mini-pc.device-alone", b.Bytes())
}

// TestNumbered has the devices' places in the list before them.
func TestNumbered(t *testing.T) {
	_, r := miniPC()
	for range 9 {
		r.Devices = append(r.Devices, report.Device{ID: "pci:0000:03:00.0", Bus: "pci", VendorID: "8086", DeviceID: "1521", Class: "020000", Device: "I350 Gigabit Network Connection", Driver: "igb", Disks: ptr(0)})
	}
	var b bytes.Buffer
	if err := Numbered(&b, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "many.numbered", b.Bytes())
	if n := len(Listed(r)); n != len(r.Devices) {
		t.Errorf("%d of %d devices are listed", n, len(r.Devices))
	}
}

func TestMatchedFields(t *testing.T) {
	vendor := plan.Field{Name: "vendor", Asks: "00008086", Has: "00008086"}
	for want, fields := range map[string][]plan.Field{
		"asks for no field":        nil,
		"asks for vendor 00008086": {vendor},
		"asks for vendor 00008086, subvendor 00001043 (not in the report)": {vendor, {Name: "subvendor", Asks: "00001043", Lacked: true}},
		"asks for bcdDevice 01[0-9]* (0110)":                               {{Name: "bcdDevice", Asks: "01[0-9]*", Has: "0110"}},
	} {
		if got := matchedFields(fields); got != want {
			t.Errorf("matchedFields(%+v) = %q, want %q", fields, got, want)
		}
	}
}

func TestPlatforms(t *testing.T) {
	for _, tt := range []struct {
		list, rest []string
		want       string
	}{
		{[]string{"a_1", "a_2", "b_1"}, nil, "all of a; b_1"},
		{[]string{"a_1", "a_2", "b_1", "b_2"}, []string{"a_3"}, "all of b; a (1 2)"},
		{[]string{"rr:x-7.1", "rr:x-7.2"}, []string{"rr:x-7.3"}, "rr:x (7.1 7.2)"},
		{[]string{"a", "a_1"}, []string{"a_2"}, "a ( 1)"},
		{nil, []string{"a_1"}, ""},
	} {
		if got := Platforms(tt.list, tt.rest); got != tt.want {
			t.Errorf("Platforms(%q, %q) = %q, want %q", tt.list, tt.rest, got, tt.want)
		}
	}
}
