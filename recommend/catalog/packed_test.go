package catalog

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog/dense"
)

func TestUnpackDamaged(t *testing.T) {
	file, _ := modalias.EncodeIndex([]string{"pci:*"})
	for name, p := range map[string]packed{
		"nothing":         {},
		"no index":        {Catalog: &Catalog{}},
		"no catalogue":    {Index: file},
		"no such pattern": {Catalog: &Catalog{}, Index: file, Sets: [][]int32{{1}}},
		"no such set":     {Catalog: &Catalog{Modules: []Module{{Aliases: 1}}}, Index: file, Sets: [][]int32{{0}}},
	} {
		if _, err := Unpack(string(dense.Encode(&p))); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Unpack() = %v, want %v", name, err, ErrDamaged)
		}
	}
	if _, err := Unpack("{}"); !errors.Is(err, ErrDamaged) {
		t.Errorf("Unpack() of JSON = %v, want %v", err, ErrDamaged)
	}
}

func TestPack(t *testing.T) {
	var b Builder
	no := false
	igc := b.AddModule(Module{File: "igc.ko", Name: "igc", Layout: &Layout{Size: 1}, CRCs: map[string]uint32{"x": 7}}, []string{"pci:v00008086d000015F3*", "pci:v00008086d0000*"})
	e1000e := b.AddModule(Module{File: "e1000e.ko", Name: "e1000e"}, []string{"pci:v00008086d0000*"})
	b.AddPlatform(Platform{ID: "p", Loader: "rr", Initrd: []int{e1000e}})
	b.AddExtension(Extension{ID: "x", Loader: "rr", Releases: map[string]int{"p": 0}, Recipes: []Recipe{{Kmods: []Kmod{
		{Module: igc, Listed: &no, Via: map[string][]string{"e1000e": {"sym"}}},
	}}}})
	want := b.Catalog("small", "1", "2026-11-21")
	data, err := want.Pack()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unpack(string(data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Catalog{})); diff != "" {
		t.Errorf("Unpack() mismatch (-want +got):\n%s", diff)
	}
	const key = "pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00"
	if diff := cmp.Diff(want.Claims(key), got.Claims(key)); diff != "" {
		t.Errorf("Claims() mismatch (-want +got):\n%s", diff)
	}
	wantSum, _ := want.Hash()
	if gotSum, _ := got.Hash(); gotSum != wantSum {
		t.Errorf("Hash() = %s, want %s", gotSum, wantSum)
	}
}
