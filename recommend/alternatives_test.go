package recommend_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

// Every platform that is not chosen says why: a driver that it lacks, an older
// system, or nothing.
func TestAlternatives(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "igc", []string{"a_1", "b_1", "d_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	b.platform(catalog.Platform{ID: "a_1", Loader: box, OSVersion: "7.2"})
	b.platform(catalog.Platform{ID: "b_1", Loader: box, OSVersion: "7.2"})
	b.platform(catalog.Platform{ID: "c_1", Loader: box, OSVersion: "7.2"})
	b.platform(catalog.Platform{ID: "d_1", Loader: box, OSVersion: "7.1"})
	p := recommendChecked(t, machine(igc), recommend.Options{}, b.Catalog, reference())
	want := []plan.Alternative{
		{Platform: "b_1", Loader: box, Covered: 1, Uncovered: []string{}, Extensions: 1, Modules: 1, Why: "as good"},
		{Platform: "d_1", Loader: box, Covered: 1, Uncovered: []string{}, Extensions: 1, Modules: 1, Why: "its system is older, 7.1"},
		{Platform: "c_1", Loader: box, Uncovered: []string{igc.ID}},
	}
	got := p.Alternatives
	for i := range got {
		if got[i].Loader == "linux" {
			got = append(got[:i:i], got[i+1:]...)
			break
		}
	}
	if diff := cmp.Diff(want, got); p.Platform.ID != "a_1" || diff != "" {
		t.Errorf("alternatives to %s mismatch (-want +got):\n%s", p.Platform.ID, diff)
	}
}

// A rejected platform is listed with its reason beside one of its kind that is
// not rejected.
func TestAlternativesRejected(t *testing.T) {
	p := recommendChecked(t, cpu("Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz", "lm", r8125, ahci), recommend.Options{Loader: "rr"}, defaultCatalog(t))
	rejected := 0
	for _, a := range p.Alternatives {
		if a.Rejected != "" {
			rejected++
		} else if a.Why == "" && len(a.Uncovered) == 0 {
			t.Errorf("%s is neither rejected nor lacks anything, and does not say why it is not the answer", a.Platform)
		}
	}
	if rejected == 0 {
		t.Error("no platform is rejected for a CPU without movbe")
	}
}
