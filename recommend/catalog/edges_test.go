package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEdges(t *testing.T) {
	var b Builder
	kmods := func(list ...Module) (kmods []Kmod) {
		for _, m := range list {
			m.File = m.Name + ".ko"
			kmods = append(kmods, Kmod{Module: b.AddModule(m, nil)})
		}
		return kmods
	}
	add := func(id string, r Recipe) {
		b.AddExtension(Extension{ID: id, Loader: "redpill", Releases: map[string]int{"p_1": 0}, Recipes: []Recipe{r}})
	}
	b.AddPlatform(Platform{ID: "p_1", Loader: "redpill", Builtin: []string{"usbcore"}})
	add("x.sas", Recipe{
		Files: []File{{Name: "seq.fw"}},
		Kmods: kmods(
			Module{Name: "aic94xx", Depends: []string{"libsas", "usbcore"}, Imports: []string{"ata_do", "helper"}, Firmware: []string{"aic/seq.fw", "aic/other.fw"}},
			Module{Name: "helper", Exports: []string{"helper"}, SoftPre: []string{"aic94xx"}}),
	})
	add("x.mvsas", Recipe{Kmods: kmods(Module{Name: "libsas", Depends: []string{"gone"}}, Module{Name: "libata", Exports: []string{"ata_do"}})})
	c := b.Catalog("test", "", "2024-01-01")
	c.Link()
	want := []Edge{
		{Extension: "x.mvsas", Module: "libsas", Kind: ByDepends, Needs: "gone"},
		{Extension: "x.sas", Module: "aic94xx", Kind: ByDepends, Needs: "libsas", From: []string{"x.mvsas"}},
		{Extension: "x.sas", Module: "aic94xx", Kind: ByDepends, Needs: "usbcore", Platform: true},
		{Extension: "x.sas", Module: "aic94xx", Kind: Firmware, Needs: "aic/other.fw"},
		{Extension: "x.sas", Module: "aic94xx", Kind: Firmware, Needs: "aic/seq.fw", From: []string{"x.sas"}},
		{Extension: "x.sas", Module: "aic94xx", Kind: BySymbol, Needs: "helper", From: []string{"x.sas"}},
		{Extension: "x.sas", Module: "aic94xx", Kind: BySymbol, Needs: "libata", From: []string{"x.mvsas"}, Ambiguous: true, Symbols: []string{"ata_do"}},
		{Extension: "x.sas", Module: "helper", Kind: SoftPre, Needs: "aic94xx", From: []string{"x.sas"}},
	}
	got := c.Edges(&c.Platforms[0])
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Edges() mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Edge{want[1], want[6]}, Between(got)); diff != "" {
		t.Errorf("Between() mismatch (-want +got):\n%s", diff)
	}
	c.Platforms[0].Exports = []string{"printk"}
	if got := Between(c.Edges(&c.Platforms[0])); len(got) != 2 || got[1].Ambiguous {
		t.Errorf("with the kernel's exports: %+v, want libata as a requirement", got)
	}
}
