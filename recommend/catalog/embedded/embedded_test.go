package embedded

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/renameio/v2"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
)

var update = flag.Bool("update", false, "pack default.json.zst anew")

// TestPacked holds what the program carries to the catalogue that it is made of:
// all of it, its hash, and what it claims.
func TestPacked(t *testing.T) {
	want := readDefault(t)
	packed, err := want.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := renameio.WriteFile("default.packed", packed, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(packed) != data {
		t.Error("default.packed is not that of default.json.zst: go test ./recommend/catalog/embedded -update")
	}
	got, err := catalog.Unpack(string(packed))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(catalog.Catalog{})); diff != "" {
		t.Errorf("Unpack() mismatch (-want +got):\n%s", diff)
	}
	wantSum, _ := want.Hash()
	if gotSum, _ := got.Hash(); gotSum != wantSum {
		t.Errorf("hash %s, want %s", gotSum, wantSum)
	}
	for i := 0; i < len(want.AliasSets); i += 50 {
		key := strings.NewReplacer("*", "0", "?", "0").Replace(want.AliasSets[i][0])
		if diff := cmp.Diff(want.Claims(key), got.Claims(key)); diff != "" {
			t.Errorf("Claims(%q) mismatch (-want +got):\n%s", key, diff)
		}
	}
}

// readDefault reads the catalogue that everybody can read.
func readDefault(t testing.TB) *catalog.Catalog {
	t.Helper()
	f, err := os.Open("default.json.zst")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := catalog.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProvenance(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "default" || len(c.Date) != len("2006-01-02") || c.Version == "" {
		t.Errorf("name %q, version %q, date %q", c.Name, c.Version, c.Date)
	}
	for _, p := range c.Provenance {
		if p.Commit == "" && p.SHA256 == "" {
			t.Errorf("%s has neither commit nor sha256", p.Source)
		}
	}
	for _, source := range []string{"RROrg/rr", "pocopico/rp-ext", "jim3ma/synology-igc"} {
		if !slices.ContainsFunc(c.Provenance, func(p catalog.Provenance) bool { return p.Source == source }) {
			t.Errorf("%s is not among the sources", source)
		}
	}
}

func TestContents(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	platforms := map[string]int{}
	for _, p := range c.Platforms {
		platforms[p.Loader]++
	}
	packs := 0
	for _, e := range c.Extensions {
		if e.Pack {
			packs++
		}
		for key := range e.Releases {
			if key != catalog.AnyPlatform && !hasPlatform(c, e.Loader, key) {
				t.Errorf("%s has a release for %s, which is no platform of the catalogue", e.ID, key)
			}
		}
	}
	if platforms["rr"] != 63 || platforms["linux"] != 4 || platforms["redpill"] == 0 {
		t.Errorf("platforms by loader: %v; want 63 of rr, 4 of linux and some of redpill", platforms)
	}
	if packs != platforms["rr"]+platforms["linux"] {
		t.Errorf("%d packs for %v platforms", packs, platforms)
	}
}

func hasPlatform(c *catalog.Catalog, loader, id string) bool {
	return slices.ContainsFunc(c.Platforms, func(p catalog.Platform) bool { return p.Loader == loader && p.ID == id })
}

// TestClaims asks what threads ask: which extension for this id?
func TestClaims(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		vendor, device, class, loader, platform string
		want                                    []string // "extension module"
	}{
		{"8086", "15f3", "020000", "redpill", "ds918p_42218", []string{"jim3ma.igc igc"}},
		{"8086", "10d3", "", "redpill", "ds918p_42218", []string{"pocopico.e1000e e1000e"}},
		{"15ad", "07b0", "020000", "redpill", "ds918p_42218", []string{"pocopico.vmxnet3 vmxnet3"}},
		{"8086", "15f3", "020000", "redpill", "ds3615xs_42218", nil},
		{"8086", "2922", "010601", "redpill", "ds918p_42218", nil},
		{"8086", "15f3", "020000", "rr", "rr:geminilakenk-7.2", []string{"rr:geminilakenk-7.2 igc"}},
	} {
		key := modalias.PCIKey(test.vendor, test.device, "", "", test.class)
		got := claimants(c, key, test.loader, test.platform)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:%s on %s: %q, want %q", test.vendor, test.device, test.platform, got, test.want)
		}
	}
}

func claimants(c *catalog.Catalog, key, loader, platform string) []string {
	claims := c.Claims(key)
	var list []string
	for i := range c.Extensions {
		e := &c.Extensions[i]
		recipe := e.RecipeFor(platform)
		if recipe == nil || e.Loader != loader {
			continue
		}
		for _, k := range recipe.Kmods {
			if slices.ContainsFunc(claims, func(claim catalog.Claim) bool { return claim.Module == k.Module }) {
				list = append(list, e.ID+" "+c.Modules[k.Module].Name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// TestUpdateReplaces: RR's newer i915 is in the place of the older.
func TestUpdateReplaces(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for i := range c.Extensions {
		if c.Extensions[i].ID != "rr:geminilakenk-7.2" {
			continue
		}
		for _, k := range c.Extensions[i].Recipes[0].Kmods {
			if m := c.Modules[k.Module]; m.Name == "i915" {
				files = append(files, m.File)
			}
		}
	}
	if !slices.Equal(files, []string{"update/i915.ko"}) {
		t.Errorf("i915 of geminilakenk 7.2 is %q, want update/i915.ko", files)
	}
}

func BenchmarkDefault(b *testing.B) {
	for b.Loop() {
		c, err := catalog.Unpack(data)
		if err != nil {
			b.Fatal(err)
		}
		c.Claims("pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00")
	}
}
