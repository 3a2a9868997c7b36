package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestExtend(t *testing.T) {
	base := maintained()
	var b Builder
	local := b.AddModule(Module{File: "m1003.ko", Name: "m1003", SHA256: "local"}, nil)
	b.AddPlatform(Platform{ID: "a_1", Loader: "redpill"})
	b.AddExtension(Extension{ID: "x.both", Loader: "redpill", Releases: map[string]int{"a_1": 0}, Recipes: []Recipe{{Kmods: []Kmod{{Module: local}}}}})
	c := Extend(b.Catalog("local", "", "2024-01-01"), base)
	if len(c.Extensions) != 1 || len(c.Platforms) != 1 {
		t.Fatalf("%d extensions and %d platforms, want those of the first catalogue alone", len(c.Extensions), len(c.Platforms))
	}
	got := map[string]string{}
	for platform := range c.Extensions[0].Releases {
		m := c.Modules[c.Extensions[0].RecipeFor(platform).Kmods[0].Module]
		got[platform] = m.Name + " " + m.SHA256
	}
	want := map[string]string{"a_1": "m1003 local", "a_2": "m1003 ", "b_1": "m1003 "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("releases mismatch (-want +got):\n%s", diff)
	}
	if err := c.check(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(maintained(), base, cmpopts.IgnoreUnexported(Catalog{})); diff != "" {
		t.Errorf("the base changed:\n%s", diff)
	}
}

func TestBehind(t *testing.T) {
	c, first := maintained(), maintained()
	first.Platforms, first.Extensions = first.Platforms[:1], first.Extensions[1:2]
	got, err := Behind(c, first)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got.Platforms {
		if p.ID == first.Platforms[0].ID {
			t.Errorf("platform %s is in both", p.ID)
		}
	}
	for _, e := range got.Extensions {
		if e.ID == first.Extensions[0].ID {
			t.Errorf("extension %s is in both", e.ID)
		}
	}
	if len(got.Platforms) != len(c.Platforms)-1 || len(got.Extensions) != len(c.Extensions)-1 {
		t.Errorf("%d platforms and %d extensions are left", len(got.Platforms), len(got.Extensions))
	}
	want, err := c.Hash()
	if hash, _ := got.Hash(); hash != want || err != nil {
		t.Errorf("its hash is %s, want that of the file, %s", hash, want)
	}
}
