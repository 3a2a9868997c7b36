package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// igb and ptp as one extension ships them; igb also imports a symbol of mii,
// which another extension has.
func example(reverse bool) *Catalog {
	var b Builder
	b.AddSource(Provenance{Source: "test", Date: "2024-03-01"})
	add := []func() int{
		func() int {
			return b.AddModule(Module{File: "ptp.ko", Name: "ptp", Exports: []string{"ptp_clock_register"}}, nil)
		},
		func() int {
			return b.AddModule(Module{File: "igb.ko", Name: "igb", Imports: []string{"mii_ethtool", "printk", "ptp_clock_register"}},
				[]string{"pci:v00008086d00001533sv*sd*bc*sc*i*", "pci:v00008086d00001521sv*sd*bc*sc*i*"})
		},
		func() int {
			return b.AddModule(Module{File: "mii.ko", Name: "mii", Exports: []string{"mii_ethtool"}}, nil)
		},
	}
	at := make([]int, len(add))
	for i := range add {
		if reverse {
			i = len(add) - 1 - i
		}
		at[i] = add[i]()
	}
	b.AddPlatform(Platform{ID: "ds918p_42218", Loader: "redpill"})
	b.AddExtension(Extension{ID: "x.igb", Loader: "redpill", Releases: map[string]int{"ds918p_42218": 0},
		Recipes: []Recipe{{Kmods: []Kmod{{Module: at[0]}, {Module: at[1]}}}}})
	b.AddExtension(Extension{ID: "x.mii", Loader: "redpill", Releases: map[string]int{"ds918p_42218": 0},
		Recipes: []Recipe{{Kmods: []Kmod{{Module: at[2]}}}}})
	return b.Catalog("example", "", "")
}

func TestWriteRead(t *testing.T) {
	want := example(false)
	var file bytes.Buffer
	if err := want.Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := ReadCanonical(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Catalog{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Read(Write()) mismatch (-want +got):\n%s", diff)
	}
	wantHash, err := want.Hash()
	if err != nil {
		t.Fatal(err)
	}
	if hash, _ := got.Hash(); hash != wantHash {
		t.Errorf("hash of the file = %s, of the catalogue = %s", hash, wantHash)
	}
}

func TestOrderOfAddingDoesNotMatter(t *testing.T) {
	if diff := cmp.Diff(example(false), example(true), cmpopts.IgnoreUnexported(Catalog{})); diff != "" {
		t.Errorf("catalogues differ by the order of adding:\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		doc  string
		want error
	}{
		"report":        {`{"schema":"modscout.report/v1"}`, jsondoc.ErrSchema},
		"next version":  {`{"schema":"modscout.catalog/v2","modules":{}}`, nil},
		"duplicate":     {`{"schema":"modscout.catalog/v1","name":"a","name":"b"}`, nil},
		"no alias set":  {`{"schema":"modscout.catalog/v1","modules":[{"file":"a.ko","name":"a","aliases":0}]}`, ErrDamaged},
		"no recipe":     {`{"schema":"modscout.catalog/v1","extensions":[{"id":"a","releases":{"x":-1}}]}`, ErrDamaged},
		"no module":     {`{"schema":"modscout.catalog/v1","extensions":[{"id":"a","recipes":[{"kmods":[{"module":3}]}]}]}`, ErrDamaged},
		"initrd module": {`{"schema":"modscout.catalog/v1","platforms":[{"id":"a","initrd":[0]}]}`, ErrDamaged},
		"cut zstd":      {"\x28\xb5\x2f\xfd\x04", nil},
		"empty":         {"", nil},
	} {
		_, err := Read(strings.NewReader(test.doc))
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
}

func TestLink(t *testing.T) {
	c := example(false)
	c.Link()
	want := []Kmod{
		{Module: 2},
		{Module: 0, Requires: []string{"ptp"}, Ambiguous: []string{"mii"}, Via: map[string][]string{"mii": {"mii_ethtool"}}},
	}
	if diff := cmp.Diff(want, c.Extensions[0].Recipes[0].Kmods); diff != "" {
		t.Errorf("Link() mismatch (-want +got):\n%s", diff)
	}
	slim := c.WithoutSymbols()
	slim.Link()
	if diff := cmp.Diff(want, slim.Extensions[0].Recipes[0].Kmods); diff != "" {
		t.Errorf("WithoutSymbols() mismatch (-want +got):\n%s", diff)
	}
	for _, m := range slim.Modules {
		if m.Imports != nil || m.Exports != nil {
			t.Errorf("%s kept its symbols", m.Name)
		}
	}
}

func TestMerge(t *testing.T) {
	one, two := example(false), example(false)
	two.Extensions[0].Name = "the second one"
	two.Platforms[0].Flavour = "apollolake"
	merged := Merge("both", one, two)
	want := example(false)
	want.Name, want.Platforms[0].Flavour = "both", "apollolake"
	if diff := cmp.Diff(want, merged, cmpopts.IgnoreUnexported(Catalog{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Merge() mismatch (-want +got):\n%s", diff)
	}
}

// FuzzRead: whatever Read accepts can be asked, linked and written.
func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	if err := example(false).Write(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte(`{"schema":"modscout.catalog/v1","alias_sets":[["pci:*"]],"modules":[{"file":"a.ko","name":"a","aliases":0}]}`))
	f.Add([]byte(`{"schema":"modscout.catalog/v1","extensions":[{"id":"a","releases":{"x":0},"recipes":[{}]}],"platforms":[{"id":"x"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		c.Claims("pci:v00008086d000015F3sv00000000sd00000000bc02sc00i00")
		c.Link()
		var again bytes.Buffer
		if err := c.WithoutSymbols().Write(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&again); err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
	})
}

func TestClaims(t *testing.T) {
	var b Builder
	b.AddModule(Module{File: "exact.ko", Name: "exact"}, []string{"pci:v00008086d00002922sv*sd*bc*sc*i*", "pci:v*d*sv*sd*bc01sc06i01*"})
	b.AddModule(Module{File: "wide.ko", Name: "wide"}, []string{"pci:v*d*sv*sd*bc01sc06i01*"})
	b.AddModule(Module{File: "other.ko", Name: "other"}, []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*"})
	b.AddExtension(Extension{ID: "x", Releases: map[string]int{"p": 0}, Recipes: []Recipe{{Kmods: []Kmod{{Module: 0}, {Module: 1}, {Module: 2}}}}})
	c := b.Catalog("claims", "", "")
	for key, want := range map[string][]string{
		"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01": {"exact pci:v00008086d00002922sv*sd*bc*sc*i* certain", "wide pci:v*d*sv*sd*bc01sc06i01* certain"},
		modalias.PCIKey("8086", "2922", "", "", ""):             {"exact pci:v00008086d00002922sv*sd*bc*sc*i* certain", "wide pci:v*d*sv*sd*bc01sc06i01* possible"},
		"pci:v00008086d000015F3sv00000000sd00000000bc02sc00i00": nil,
	} {
		var got []string
		for _, claim := range c.Claims(key) {
			got = append(got, fmt.Sprint(c.Modules[claim.Module].Name, " ", claim.Pattern, " ", claim.Verdict))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Claims(%q) mismatch (-want +got):\n%s", key, diff)
		}
	}
}
