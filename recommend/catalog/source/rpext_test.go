package source

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog"
)

// everything is what installing all extensions of a platform means.
type everything struct {
	Insmods, Extensions, Files, Names int
	Mii                               int // extensions that load mii
}

func installAll(c *catalog.Catalog, platform string) everything {
	var all everything
	files, names := map[string]bool{}, map[string]bool{}
	for i := range c.Extensions {
		recipe := c.Extensions[i].RecipeFor(platform)
		if recipe == nil || len(recipe.Loaded()) == 0 {
			continue
		}
		all.Extensions++
		for _, k := range recipe.Loaded() {
			m := c.Modules[k.Module]
			all.Insmods++
			files[m.File], names[m.Name] = true, true
			if m.Name == "mii" {
				all.Mii++
			}
		}
	}
	all.Files, all.Names = len(files), len(names)
	return all
}

// TestRealTrees reads pocopico/rp-ext@9d4f6493 and jim3ma/synology-igc@cdc6bd10,
// whose counts were found by other means.
func TestRealTrees(t *testing.T) {
	rpext, igc := kotest.Outside(t, "RPEXT"), kotest.Outside(t, "IGC")
	var tally Tally
	c, findings, err := Read([]string{rpext, igc}, "real", "", Options{All: true, Tally: &tally})
	if err != nil {
		t.Fatal(err)
	}
	// find counts 83+1 indexes, one of them a list, 1,361+7 recipes, 692+7
	// archives and 1,057+7 modules in them.
	counted := Tally{Indexes: 83, Entries: tally.Entries, IDs: tally.IDs, Releases: tally.Releases, Recipes: 1368, Archives: 699, Modules: 1064}
	if diff := cmp.Diff(counted, tally); diff != "" {
		t.Errorf("what was read mismatch (-want +got):\n%s", diff)
	}
	t.Logf("%+v", tally)
	want := everything{Insmods: 121, Extensions: 69, Files: 98, Names: 97, Mii: 9}
	if diff := cmp.Diff(want, installAll(c, "ds918p_42218")); diff != "" {
		t.Errorf("everything on ds918p_42218 mismatch (-want +got):\n%s", diff)
	}
	libsas := func(f Finding) bool {
		return f.Platform == "ds918p_42218" && strings.HasPrefix(f.Message, "aic94xx.ko needs libsas, which only [pocopico.mvsas] load")
	}
	if !slices.ContainsFunc(findings, libsas) {
		t.Error("nothing says that aic94xx needs libsas, which only mvsas ships")
	}
	counts := catalog.CountFindings(findings)
	for _, code := range sortedKeys(counts) {
		t.Logf("%-40s %5d, %5d reachable", code, counts[code].All, counts[code].Reachable)
	}
}

// TestForeignRepository: without jim3ma's tree, the recipes of the copy of its
// index in rp-ext must not be taken from rp-ext, which has files of the same
// names.
func TestForeignRepository(t *testing.T) {
	c, findings, err := Read([]string{kotest.Outside(t, "RPEXT")}, "real", "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Extensions {
		if e.ID == "jim3ma.igc" && len(e.Recipes) > 0 {
			t.Errorf("jim3ma.igc has recipes: %+v", e.Recipes)
		}
	}
	if !slices.Contains(codes(findings), "url-not-mirrored") {
		t.Error("nothing says that a repository is missing")
	}
}
