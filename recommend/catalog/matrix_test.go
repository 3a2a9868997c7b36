package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maintained is a catalogue with every kind of cell: three platforms, one of
// another kernel.
func maintained() *Catalog {
	var b Builder
	module := func(name, vermagic string, size int64) int {
		return b.AddModule(Module{File: name + ".ko", Name: name, Vermagic: vermagic, Layout: &Layout{Size: size, Init: 488}},
			[]string{"pci:v00008086d0000" + name[1:] + "sv*sd*bc*sc*i*"})
	}
	const this, other = "4.4.180+ SMP mod_unload ", "4.4.302+ SMP mod_unload "
	good := []int{module("m1001", this, 504), module("m1002", this, 504), module("m1003", this, 504), module("m1004", this, 504)}
	wrong, foreign := module("m1005", this, 544), module("m1006", other, 504)
	for _, p := range []Platform{
		{ID: "a_1", Flavour: "apollolake", KernelVersion: "4.4.180", KernelRelease: "4.4.180+"},
		{ID: "a_2", Flavour: "apollolake", KernelVersion: "4.4.180", KernelRelease: "4.4.180+"},
		{ID: "b_1", Flavour: "broadwell", KernelVersion: "4.4.302"},
	} {
		p.Loader = "redpill"
		b.AddPlatform(p)
	}
	add := func(id string, broken string, releases map[string]int, modules ...int) {
		r := Recipe{URL: "https://example.org/" + id, Broken: broken}
		for _, m := range modules {
			r.Kmods = append(r.Kmods, Kmod{Module: m})
		}
		e := Extension{ID: id, Loader: "redpill", Releases: releases, Recipes: []Recipe{r}}
		if id == "x.lost" {
			e.Lose("a_2", "release-recipe-missing")
		}
		b.AddExtension(e)
	}
	only := map[string]int{"a_1": 0}
	add("x.good", "", only, good[0], good[1])
	add("x.both", "", map[string]int{"a_1": 0, "a_2": 0, "b_1": 0}, good[2])
	add("x.lost", "", only, good[3])
	add("x.layout", "", only, wrong)
	add("x.kernel", "", only, foreign)
	add("x.broken", "the archive is empty", only, good[0])
	return b.Catalog("test", "", "2024-01-01")
}

func everyPlatform(*Platform) bool { return true }

func TestMatrix(t *testing.T) {
	got := maintained().Matrix(everyPlatform, false)
	if len(got) != 1 || got[0].Loader != "redpill" || got[0].Of != "extension" {
		t.Fatalf("Matrix() = %+v", got)
	}
	states := map[string][]string{}
	for _, row := range got[0].Rows {
		for _, cell := range row.Cells {
			states[row.Name] = append(states[row.Name], cell.State)
			if (cell.Reason == "") != (cell.State == Usable) {
				t.Errorf("%s: %s for the reason %q", row.Name, cell.State, cell.Reason)
			}
		}
	}
	want := map[string][]string{
		"x.both":   {Usable, Usable, "recipe-vermagic-mismatch"},
		"x.broken": {Broken, NoRelease, NoRelease},
		"x.good":   {Usable, NoRelease, NoRelease},
		"x.kernel": {"recipe-vermagic-mismatch", NoRelease, NoRelease},
		"x.layout": {"module-struct-layout", NoRelease, NoRelease},
		"x.lost":   {Usable, "release-recipe-missing", NoRelease},
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states on %v mismatch (-want +got):\n%s", got[0].Platforms, diff)
	}
}

func TestMatrixOfModules(t *testing.T) {
	c := maintained()
	c.Platforms[1].Builtin = []string{"m1003"}
	got := c.Matrix(func(p *Platform) bool { return p.Flavour == "apollolake" }, true)
	states := map[string][]string{}
	for _, row := range got[0].Rows {
		for _, cell := range row.Cells {
			states[row.Name] = append(states[row.Name], cell.State)
		}
	}
	want := map[string][]string{
		"m1001": {Usable, NoRelease}, // of two extensions one works
		"m1002": {Usable, NoRelease},
		"m1003": {Usable, InPlatform},
		"m1004": {Usable, NoRelease},
		"m1005": {"module-struct-layout", NoRelease},
		"m1006": {"recipe-vermagic-mismatch", NoRelease},
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states on %v mismatch (-want +got):\n%s", got[0].Platforms, diff)
	}
}
