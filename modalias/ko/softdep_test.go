package ko

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What modules.softdep says counts where a module's own .modinfo says nothing.
func TestSoftdepsOfTheTree(t *testing.T) {
	tree := &Tree{
		Release: "6.1",
		Modules: []*Module{
			{File: "igc.ko", Name: "igc"}, {File: "ptp.ko", Name: "ptp"}, {File: "pps-core.ko", Name: "pps_core"},
			{File: "own.ko", Name: "own", SoftPre: []string{"ptp"}},
		},
		BuiltinInfo: []*Module{{Name: "nvme"}},
	}
	tree.SetList("modules.softdep", []byte("# comment\nsoftdep igc pre: pps-core post: ptp\nsoftdep own pre: igc\nsoftdep nvme post: igc\nnonsense\n"))
	got := map[string][]string{}
	for _, m := range tree.Platform().Modules {
		got[m.Name] = append(append([]string{}, m.SoftPre...), append([]string{"|"}, m.SoftPost...)...)
	}
	want := map[string][]string{"igc": {"pps_core", "|", "ptp"}, "ptp": {"|"}, "pps_core": {"|"}, "own": {"ptp", "|"}, "nvme": {"|", "igc"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("softdeps mismatch (-want +got):\n%s", diff)
	}
	order, err := tree.Graph().LoadOrder("igc")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range order {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"pps_core", "igc", "ptp"}, names); diff != "" {
		t.Errorf("LoadOrder() mismatch (-want +got):\n%s", diff)
	}
}
