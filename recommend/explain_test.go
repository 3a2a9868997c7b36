package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// A platform whose module for a device cannot be loaded there is no platform to
// go to, however well the module claims the device.
func TestExplainNamesOnlyWhatServes(t *testing.T) {
	nic := report.Device{ID: "pci:0000:05:00.0", Bus: "pci", VendorID: "1d6a", DeviceID: "04c0", Class: "0200"}
	cats := []*catalog.Catalog{defaultCatalog(t)}
	options := recommend.Options{Loader: "redpill", Platforms: []string{"ds3615xs_42218"}}
	p := recommendChecked(t, machine(nic), options, cats...)
	x, err := recommend.Explain(p, machine(nic), cats, options, "1D6A:04C0")
	if err != nil {
		t.Fatal(err)
	}
	redpill := x.Platforms[0]
	if redpill.Loader != "redpill" || slices.Contains(redpill.Serve, "ds3615xs_42218") || !slices.Contains(redpill.Without, "ds3615xs_42218") || len(redpill.Serve) == 0 {
		t.Errorf("redpill's platforms = %+v, want some, and not the one of the plan", redpill)
	}
	if len(x.Candidates) != 1 || !strings.Contains(x.Candidates[0].Why, "crc_itu_t") {
		t.Fatalf("candidates = %+v, want one without its dependency", x.Candidates)
	}
	want := []plan.Field{{Name: "vendor", Asks: "00001D6A", Has: "00001D6A"}, {Name: "device", Asks: "000004C0", Has: "000004C0"}}
	if diff := cmp.Diff(want, x.Candidates[0].Fields); diff != "" {
		t.Errorf("fields mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(p.Next, x.Next); diff != "" {
		t.Errorf("next mismatch (-want +got):\n%s", diff)
	}
}
