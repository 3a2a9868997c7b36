package recommend_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
)

func whichCatalog() *catalog.Catalog {
	b := newCatalog("which")
	igc := b.module(catalog.Module{Name: "igc"}, aliasIGC)
	b.extension(box, "b.igc", []string{"box_1", "box_2"}, kmod(igc))
	b.extension(box, "a.igc", []string{"box_2"}, kmod(igc))
	b.platform(catalog.Platform{ID: "box_1", Loader: box, OSVersion: "7.1"})
	b.platform(catalog.Platform{ID: "box_2", Loader: box, OSVersion: "7.0.1"})
	b.platform(catalog.Platform{ID: "box_3", Loader: box, OSVersion: "6.2"})
	b.extension("other", "other.r8125", []string{"other_1"}, kmod(b.module(catalog.Module{Name: "r8125"}, aliasR8125)))
	b.platform(catalog.Platform{ID: "linux:6.1", Loader: "linux", KernelRelease: "6.1", Builtin: []string{"igc"}})
	return b.Catalog
}

func TestWhich(t *testing.T) {
	onBox := recommend.Serving{Loader: box, Module: "igc", Certainty: "known", Platforms: []string{"box_1", "box_2"},
		Without: []string{"box_3"}, Since: "7.0.1", Extension: "a.igc", More: []string{"b.igc"}}
	other := recommend.Serving{Loader: "other", Platforms: []string{}, Without: []string{"other_1"}}
	builtIn := recommend.Serving{Loader: "linux", Module: "igc", Certainty: "known", Platforms: []string{"linux:6.1"},
		Without: []string{}, Since: "6.1", Builtin: []string{"linux:6.1"}}
	for _, query := range []string{"8086:15f3", "8086:15F3", "[8086:15f3]", igc.Modaliases[0], "igc", "igc.ko"} {
		got, err := recommend.Which([]*catalog.Catalog{whichCatalog()}, query)
		if err != nil {
			t.Errorf("Which(%q) failed: %v", query, err)
		}
		if diff := cmp.Diff([]recommend.Serving{onBox, other, builtIn}, got); diff != "" {
			t.Errorf("Which(%q) mismatch (-want +got):\n%s", query, diff)
		}
	}
}

// What no package brings because such kernels have it is no missing driver;
// where a kernel is known, it is.
func TestWhichBuiltIn(t *testing.T) {
	nas := newCatalog("nas")
	nas.platform(catalog.Platform{ID: "nas_1", Loader: "nas"})
	nas.platform(catalog.Platform{ID: "known_1", Loader: "known", Builtin: []string{"xhci_pci"}})
	assumed := recommend.Serving{Loader: "nas", Module: "ahci", Certainty: "assumed",
		Platforms: []string{"nas_1"}, Without: []string{}, Builtin: []string{"nas_1"}}
	none := recommend.Serving{Loader: "known", Platforms: []string{}, Without: []string{"known_1"}}
	got, err := recommend.Which([]*catalog.Catalog{nas.Catalog, reference()}, "ahci")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]recommend.Serving{assumed, none}, got[:2]); diff != "" {
		t.Errorf("Which() mismatch (-want +got):\n%s", diff)
	}
	if got, err := recommend.Which([]*catalog.Catalog{nas.Catalog, reference()}, "mpt3sas"); err != nil || got[0].Module != "" {
		t.Errorf("Which() of an exotic driver = %+v, %v", got, err)
	}
}

func TestWhichKnowsNothing(t *testing.T) {
	got, err := recommend.Which([]*catalog.Catalog{whichCatalog()}, "dead:beef")
	if err != nil || len(got) != 3 || got[0].Module != "" {
		t.Errorf("Which() of unknown ids = %+v, %v", got, err)
	}
	var unknown *recommend.QueryError
	for _, query := range []string{"nonsense", "8086:zzzz", "FOO:BAR", ""} {
		if _, err := recommend.Which([]*catalog.Catalog{whichCatalog()}, query); !errors.As(err, &unknown) {
			t.Errorf("Which(%q) = %v, want a QueryError", query, err)
		}
	}
}
