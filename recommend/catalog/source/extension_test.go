package source

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/recommend/catalog"
)

// Three modules: drv needs bus by its depends and lib by a symbol.
var (
	drv = tiny{name: "drv", aliases: []string{"pci:v00008086d00001533sv*sd*bc*sc*i*"}, depends: "bus-core", imports: []string{"lib_do", "printk"}}
	bus = tiny{name: "bus_core", exports: []string{"bus_register"}}
	lib = tiny{name: "lib", exports: []string{"lib_do"}}
)

func read(t testing.TB, x *tree) (*catalog.Catalog, []Finding) {
	t.Helper()
	c, findings, err := Read([]string{x.dir}, "test", "2024-01-01", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c, findings
}

func codes(findings []Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, f.Code)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestExtensionTree(t *testing.T) {
	x := newTree(t)
	x.extension("drv", tgz(t, entry{name: "bus-core.ko", data: bus.ko()}, entry{name: "drv.ko", data: drv.ko()}, entry{name: "extra.ko", data: tiny{name: "extra"}.ko()}),
		`{"bus-core.ko":"","drv.ko":"debug=1"}`)
	x.extension("lib", tgz(t, entry{name: "lib.ko", data: lib.ko()}), `{"lib.ko":""}`)
	c, findings := read(t, x)
	if diff := cmp.Diff([]string{"recipe-dependency-ambiguous", "recipe-ko-not-loaded"}, codes(findings)); diff != "" {
		t.Errorf("findings mismatch (-want +got):\n%s", diff)
	}
	type kmod struct {
		File, Name, Args    string
		Requires, Ambiguous []string
		Listed              bool
	}
	var got []kmod
	for _, k := range c.Extensions[0].RecipeFor("p_1").Kmods {
		m := c.Modules[k.Module]
		got = append(got, kmod{m.File, m.Name, k.Args, c.Requires(&k), k.Ambiguous, k.Listed == nil})
	}
	want := []kmod{
		{File: "bus-core.ko", Name: "bus_core", Listed: true},
		{File: "drv.ko", Name: "drv", Args: "debug=1", Requires: []string{"bus_core"}, Ambiguous: []string{"lib"}, Listed: true},
		{File: "extra.ko", Name: "extra"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	wantPlatforms := []catalog.Platform{{ID: "p_1", Loader: "redpill"}}
	if diff := cmp.Diff(wantPlatforms, c.Platforms); diff != "" {
		t.Errorf("platforms mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]catalog.Provenance{{Source: "example/ext"}}, c.Provenance); diff != "" {
		t.Errorf("provenance mismatch (-want +got):\n%s", diff)
	}
}

// TestDefects has one tree for each way in which an extension can be broken:
// what is found, whether the recipe is marked, and that a good extension
// beside it is still there.
func TestDefects(t *testing.T) {
	good := tgz(t, entry{name: "drv.ko", data: drv.ko()}, entry{name: "bus-core.ko", data: bus.ko()})
	kmods := `{"bus-core.ko":"","drv.ko":""}`
	for name, test := range map[string]struct {
		archive []byte
		kmods   string
		make    func(*tree)
		want    []string
		modules int  // of the extension's recipe
		broken  bool // the recipe; where it exists
	}{
		"clean":         {archive: good, kmods: kmods, modules: 2},
		"wrong order":   {archive: good, kmods: `{"drv.ko":"","bus-core.ko":""}`, modules: 2, want: []string{"recipe-order"}},
		"not loaded":    {archive: good, kmods: `{"drv.ko":""}`, modules: 2, want: []string{"recipe-dependency-not-loaded", "recipe-ko-not-loaded"}},
		"absent module": {archive: good, kmods: `{"bus-core.ko":"","drv.ko":"","x.ko":""}`, modules: 2, broken: true, want: []string{"recipe-kmod-missing"}},
		"no kmods":      {archive: good, kmods: `{}`, modules: 2, broken: true, want: []string{"recipe-empty", "recipe-ko-not-loaded"}},
		"plain tar": {archive: plainTar(t, entry{name: "./drv.ko", data: drv.ko()}, entry{name: "bus-core.ko", data: bus.ko()}),
			kmods: kmods, modules: 2, want: []string{"archive-not-gzip"}},
		"directories": {archive: tgz(t, entry{name: "a/"}, entry{name: "a/drv.ko", data: drv.ko()}, entry{name: "a/bus-core.ko", data: bus.ko()}),
			kmods: kmods, modules: 2, want: []string{"archive-nested-dirs"}},
		"AppleDouble": {archive: tgz(t, entry{name: "._drv.ko", data: []byte("\x00\x05\x16\x07")}, entry{name: "drv.ko", data: drv.ko()}, entry{name: "bus-core.ko", data: bus.ko()}),
			kmods: kmods, modules: 2},
		"empty archive": {archive: tgz(t), kmods: kmods, broken: true, want: []string{"archive-empty", "recipe-kmod-missing"}},
		"traversal": {archive: tgz(t, entry{name: "../../drv.ko", data: drv.ko()}), kmods: kmods, broken: true,
			want: []string{"archive-unreadable"}},
		"link out": {archive: tgz(t, entry{name: "drv.ko", link: "/etc/passwd"}), kmods: `{"drv.ko":""}`, broken: true,
			want: []string{"archive-empty", "archive-link", "recipe-kmod-missing"}},
		"cut archive":    {archive: good[:len(good)/2], kmods: kmods, broken: true, want: []string{"archive-unreadable"}},
		"cut module":     {archive: tgz(t, entry{name: "drv.ko", data: drv.ko()[:100]}), kmods: `{"drv.ko":""}`, broken: true, want: []string{"module-unreadable"}},
		"not an archive": {archive: []byte("<html>404</html>"), kmods: kmods, broken: true, want: []string{"archive-unreadable"}},
		"name that is no text": {archive: tgz(t, entry{name: "a\xff.ko", data: drv.ko()}), kmods: `{}`, modules: 1, broken: true,
			want: []string{"module-name-differs-from-file", "recipe-empty", "recipe-ko-not-loaded"}},
		"stripped": {archive: tgz(t, entry{name: "s.ko", data: tiny{name: "s", stripped: true}.ko()}), kmods: `{"s.ko":""}`,
			modules: 1, want: []string{"module-stripped"}},
		"another name": {archive: tgz(t, entry{name: "mpt2sas.ko", data: tiny{name: "mpt3sas"}.ko()}), kmods: `{"mpt2sas.ko":""}`,
			modules: 1, want: []string{"module-name-differs-from-file"}},
		"wrong sha256": {archive: good, kmods: kmods, modules: 2, broken: true, want: []string{"recipe-sha256-mismatch"},
			make: func(x *tree) { x.write("drv/r.json", []byte(recipeJSON("drv", hexSum(nil), kmods))) }},
		"absent archive": {archive: good, kmods: kmods, broken: true, want: []string{"file-missing"},
			make: func(x *tree) { x.write("drv/r.json", []byte(recipeJSON("gone", hexSum(good), kmods))) }},
		"duplicate fields": {archive: good, kmods: `{"drv.ko":"","drv.ko":""}`, want: []string{"recipe-unreadable"}},
		"kmods a list":     {archive: good, kmods: `["drv.ko"]`, want: []string{"recipe-unreadable"}},
		"no scripts": {archive: good, kmods: kmods, modules: 2, broken: true, want: []string{"recipe-empty"},
			make: func(x *tree) {
				x.write("drv/r.json", []byte(`{"files":[{"name":"a.tgz","url":"`+treeURL+`drv/a.tgz","sha256":"`+hexSum(good)+`","packed":true}],"kmods":`+kmods+`}`))
			}},
		"recipe not there": {archive: good, kmods: kmods, want: []string{"release-recipe-missing"},
			make: func(x *tree) { x.index("x.drv", map[string]string{"p_1": treeURL + "drv/gone.json"}) }},
		"not a URL": {archive: good, kmods: kmods, want: []string{"release-not-a-url"},
			make: func(x *tree) { x.index("x.drv", map[string]string{"endofmodel": "endofurls"}) }},
		"another repository": {archive: good, kmods: kmods, want: []string{"release-foreign-repo", "url-not-mirrored"},
			make: func(x *tree) {
				x.index("x.drv", map[string]string{"p_1": "https://raw.githubusercontent.com/other/ext/main/drv/r.json"})
			}},
		"bad key": {archive: good, kmods: kmods, want: []string{"release-bad-platform-key"},
			make: func(x *tree) {
				x.index("x.drv", map[string]string{"p_1": treeURL + "drv/r.json", "ds1821+_1": treeURL + "drv/r.json"})
			}},
		"index is no JSON": {archive: good, kmods: kmods, want: []string{"index-unreadable"},
			make: func(x *tree) { x.write("drv/rpext-index.json", []byte("{")) }},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTree(t)
			x.extension("other", tgz(t, entry{name: "other.ko", data: tiny{name: "other"}.ko()}), `{"other.ko":""}`)
			x.extension("drv", test.archive, test.kmods)
			if test.make != nil {
				test.make(x)
			}
			c, findings := read(t, x)
			if diff := cmp.Diff(test.want, codes(findings), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings mismatch (-want +got):\n%s\n%v", diff, findings)
			}
			if other := recipeOf(c, "x.other"); other == nil || other.Broken != "" || len(other.Kmods) != 1 {
				t.Errorf("the good extension is %+v", other)
			}
			recipe := recipeOf(c, "x.drv")
			if recipe == nil {
				recipe = &catalog.Recipe{}
			}
			if len(recipe.Kmods) != test.modules || (recipe.Broken != "") != test.broken {
				t.Errorf("recipe has %d modules, broken %q; want %d, %v", len(recipe.Kmods), recipe.Broken, test.modules, test.broken)
			}
		})
	}
}

func recipeOf(c *catalog.Catalog, id string) *catalog.Recipe {
	for i := range c.Extensions {
		if c.Extensions[i].ID == id {
			return c.Extensions[i].RecipeFor("p_1")
		}
	}
	return nil
}

func TestConcatenatedIndex(t *testing.T) {
	x := newTree(t)
	x.extension("lib", tgz(t, entry{name: "lib.ko", data: lib.ko()}), `{"lib.ko":""}`)
	object := `{"id":"x.lib","url":"u","releases":{}}`
	x.write("rpext-index.json", []byte(object+"\n"+`{"id":"x.gone","releases":{}}`+object+`{"id":"x.odd","releases":{"4.4":{}}}`))
	c, findings := read(t, x)
	if len(c.Extensions) != 1 {
		t.Errorf("%d extensions, want 1", len(c.Extensions))
	}
	want := []string{"catalogue-duplicate-id", "catalogue-id-without-index", "catalogue-stale-entry", "index-unreadable"}
	if diff := cmp.Diff(want, codes(findings)); diff != "" {
		t.Errorf("findings mismatch (-want +got):\n%s", diff)
	}
}

// TestOwnPlaceWins gives a copy of an index first and the original second.
func TestOwnPlaceWins(t *testing.T) {
	original := newTree(t)
	original.extension("lib", tgz(t, entry{name: "lib.ko", data: lib.ko()}), `{"lib.ko":""}`)
	original.extension("drv", tgz(t, entry{name: "drv.ko", data: drv.ko()}), `{"drv.ko":""}`)
	copied := newTree(t)
	copied.write("lib/rpext-index.json", []byte(`{"id":"x.lib","url":"`+treeURL+`lib/rpext-index.json","info":{"name":"old"},"releases":{}}`))
	for _, name := range []string{"a", "b"} {
		copied.write(name+"/rpext-index.json", []byte(`{"id":"y.`+name+`","url":"https://github.com/other/ext/raw/main/`+name+`/rpext-index.json","info":{"name":"n"},"releases":{}}`))
	}
	c, _, err := Read([]string{copied.dir, original.dir}, "test", "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if recipe := recipeOf(c, "x.lib"); recipe == nil {
		t.Error("the copy of x.lib, which has no release, came before the original")
	}
}

// TestTreeThatIsAMirrorToo names one directory twice, and has its URLs in two
// forms: it is still one tree, and its indexes are in their own place.
func TestTreeThatIsAMirrorToo(t *testing.T) {
	x := newTree(t)
	x.extension("lib", tgz(t, entry{name: "lib.ko", data: lib.ko()}), `{"lib.ko":""}`)
	x.write("local/rpext-index.json", []byte(`{"id":"x.local","url":"file://`+x.dir+`/local/rpext-index.json","info":{"description":"d"},"releases":{"p_1":"file://`+x.dir+`/lib/r.json"}}`))
	c, findings, err := Read([]string{x.dir}, "test", "", Options{Mirrors: []*Mirror{testMirror(t, "example/ext", x.dir)}})
	if err != nil || len(findings) > 0 && findings[0].Code != "platform-module-in-several-extensions" {
		t.Errorf("findings %v, error %v", findings, err)
	}
	if local := recipeOf(c, "x.local"); local == nil || len(local.Kmods) != 1 {
		t.Errorf("the recipe with a file URL is %+v", local)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"id":"x.lib","url":"u","releases":{"a_1":"https://x/y"}}`))
	f.Add([]byte(`{"id":"x.lib","releases":{}}{"id":"x.lib","releases":{}}`))
	f.Add([]byte(`{"id":"x.lib","releases":{"4.4":{}}} {`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := decodeIndexes(data)
		if len(list) == 0 && err == nil {
			t.Error("no index and no error")
		}
	})
}

func FuzzRecipe(f *testing.F) {
	f.Add([]byte(recipeJSON("a", "b", `{"z.ko":"","a.ko":"x=1"}`)))
	f.Add([]byte(`{"kmods":{"a.ko":null}}`))
	f.Add([]byte(`{"kmods":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := decodeRecipe(data); err == nil {
			_ = r.broken()
		}
	})
}
