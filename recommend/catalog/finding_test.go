package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMergeFindings(t *testing.T) {
	order := Finding{Code: "recipe-order", Extension: "x.a", File: "a/r.json", Module: "a.ko", Source: "tree", Unreachable: true}
	on := func(f Finding, platform string, unreachable bool) Finding {
		f.Platform, f.Unreachable = platform, unreachable
		return f
	}
	elsewhere := order
	elsewhere.Source = "other"
	missing := Finding{Code: "release-recipe-missing", Extension: "x.a", File: "a/rpext-index.json"}
	got := MergeFindings([]Finding{
		on(order, "p_2", true), on(order, "p_1", false), on(order, "p_1", true), on(order, "p_3", true),
		elsewhere, on(missing, "p_1", false), on(missing, "p_2", false),
	})
	merged := on(order, "p_1", false)
	merged.Platforms = []string{"p_1", "p_2", "p_3"}
	want := []Finding{on(missing, "p_1", false), on(missing, "p_2", false), elsewhere, merged}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("MergeFindings() mismatch (-want +got):\n%s", diff)
	}
	counts := map[string]Count{"recipe-order": {All: 2, Reachable: 1}, "release-recipe-missing": {All: 2, Reachable: 2}}
	if diff := cmp.Diff(counts, CountFindings(got)); diff != "" {
		t.Errorf("CountFindings() mismatch (-want +got):\n%s", diff)
	}
}

func TestWhere(t *testing.T) {
	f := Finding{Extension: "x.a", Others: []string{"x.b"}, Platform: "p_1", Module: "mii"}
	if got := f.Where(); got != "x.a x.b p_1 mii" {
		t.Errorf("Where() = %q", got)
	}
}

func TestNeeds(t *testing.T) {
	c := &Catalog{Modules: []Module{{Name: "drv", Depends: []string{"bus"}}}}
	kmod := &Kmod{Ambiguous: []string{"lib", "mii", "ptp", "twin"}, Via: map[string][]string{
		"lib": {"lib_do"}, "mii": {"mii_link"}, "ptp": {"both"}, "twin": {"both"},
	}}
	for _, test := range []struct {
		platform            Platform
		required, ambiguous []string
	}{
		{Platform{}, []string{"bus"}, []string{"lib", "mii", "ptp", "twin"}},
		{Platform{Exports: []string{"lib_do"}}, []string{"bus", "mii"}, []string{"ptp", "twin"}},
		{Platform{Exports: []string{"both", "lib_do", "mii_link"}}, []string{"bus"}, nil},
		{Platform{Builtin: []string{"mii"}}, []string{"bus"}, []string{"lib", "ptp", "twin"}},
	} {
		required, ambiguous := c.Needs(&test.platform, kmod)
		if diff := cmp.Diff([][]string{test.required, test.ambiguous}, [][]string{required, ambiguous}); diff != "" {
			t.Errorf("Needs() on a kernel with %v mismatch (-want +got):\n%s", test.platform.Exports, diff)
		}
	}
}
