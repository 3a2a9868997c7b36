package source

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/recommend/catalog"
)

// A pair of trees for one code: one that has the defect, and one that looks
// alike and is clean.
type pair struct {
	defective, clean func(*tree)
}

// known completes the platforms of fixtures: p_1 is of a kernel that is known,
// q_1 of another flavour, and of full_1 everything is known.
func known(p *catalog.Platform) {
	p.KernelRelease = "4.4.180+"
	switch p.ID {
	case "p_1":
		p.Flavour = "apollolake"
	case "q_1":
		p.Flavour = "broadwell"
	case "full_1":
		p.Builtin, p.Exports = []string{"button"}, []string{"printk"}
	}
}

func driver(name string) entry { return entry{name: name + ".ko", data: tiny{name: name}.ko()} }

// loading is a kmods member that loads files in this order.
func loading(files ...string) string {
	return `{"` + strings.Join(files, `":"","`) + `":""}`
}

// good adds an extension in which nothing is wrong.
func good(x *tree, name string) {
	x.extension(name, tgz(x.t, driver(name)), loading(name+".ko"))
}

// one adds the extension "drv", which loads all of its modules in order.
func one(modules ...tiny) func(*tree) {
	return func(x *tree) {
		var entries []entry
		var files []string
		for _, m := range modules {
			entries, files = append(entries, entry{name: m.name + ".ko", data: m.ko()}), append(files, m.name+".ko")
		}
		x.extension("drv", tgz(x.t, entries...), loading(files...))
	}
}

// on makes the extension "drv" serve other platforms.
func on(platform string, f func(*tree)) func(*tree) {
	return func(x *tree) {
		f(x)
		x.index("x.drv", map[string]string{platform: treeURL + "drv/r.json"})
	}
}

// each adds an extension for each module.
func each(modules ...tiny) func(*tree) {
	return func(x *tree) {
		for _, m := range modules {
			x.extension(m.name, tgz(x.t, entry{name: m.name + ".ko", data: m.ko()}), loading(m.name+".ko"))
		}
	}
}

// packedAs adds the extension "drv" with an archive of any form.
func packedAs(name string, pack func(testing.TB, ...entry) []byte, entries []entry, kmods string) func(*tree) {
	return func(x *tree) {
		archive := pack(x.t, entries...)
		x.extension("drv", archive, kmods)
		x.write("drv/"+name, archive)
		x.replace("drv/r.json", "drv/a.tgz", "drv/"+name)
		x.remove("drv/a.tgz", name != "a.tgz")
	}
}

func entries(list ...entry) []entry { return list }

// notFound is what a server sends instead of an archive.
func notFound(testing.TB, ...entry) []byte { return []byte("<html>404</html>") }

// edited changes a file of the extension "drv" in which nothing is wrong.
func edited(file, old, new string) func(*tree) {
	return func(x *tree) {
		good(x, "drv")
		x.replace(file, old, new)
	}
}

// scripted adds a script to the extension "drv".
func withScript(text, kmods string, entries ...entry) func(*tree) {
	return func(x *tree) {
		x.extension("drv", tgz(x.t, entries...), kmods)
		x.write("drv/s.sh", []byte(text))
		x.replace("drv/r.json", `"packed":true}]`, `"packed":true},{"name":"s.sh","url":"`+treeURL+`drv/s.sh","sha256":"`+hexSum([]byte(text))+`","packed":false}]`)
		x.replace("drv/r.json", `"scripts":{}`, `"scripts":{"on_boot":"s.sh"}`)
	}
}

// listing adds the concatenated index of the extensions "a" and "b".
func listing(entries func(a, b string) string) func(*tree) {
	return func(x *tree) {
		good(x, "a")
		good(x, "b")
		x.write("rpext-index.json", []byte(entries(x.read("a/rpext-index.json"), x.read("b/rpext-index.json"))))
	}
}

func both(list ...func(*tree)) func(*tree) {
	return func(x *tree) {
		for _, f := range list {
			f(x)
		}
	}
}

var (
	igc     = "pci:v00008086d000015F3sv*sd*bc*sc*i*"
	aList   = listing(func(a, b string) string { return a + "\n" + b })
	fine    = func(x *tree) { good(x, "drv") }
	layouts = []tiny{{name: "a", size: 544}, {name: "b", size: 544}, {name: "c", size: 544}}
	sums    = func(last uint32) func(*tree) {
		list := []tiny{{name: "a"}, {name: "b"}, {name: "c"}, {name: "d"}}
		for i := range list {
			list[i].imports, list[i].crcs = []string{"printk"}, map[string]uint32{"printk": 7}
		}
		list[3].crcs = map[string]uint32{"printk": last}
		return one(list...)
	}
)

var pairs = map[string]pair{
	"archive-empty": {packedAs("a.tgz", tgz, entries(), `{}`), withScript("echo\n", loading("drv.ko"), driver("drv"))},
	"archive-link": {packedAs("a.tgz", tgz, entries(driver("drv"), entry{name: "l", link: "drv.ko"}), loading("drv.ko")),
		packedAs("a.tgz", tgz, entries(entry{name: "./"}, driver("drv")), loading("drv.ko"))},
	"archive-nested-dirs": {packedAs("a.tgz", tgz, entries(entry{name: "x/drv.ko", data: tiny{name: "drv"}.ko()}), loading("drv.ko")),
		packedAs("a.tgz", tgz, entries(entry{name: "./drv.ko", data: tiny{name: "drv"}.ko()}), loading("drv.ko"))},
	"archive-not-gzip":   {packedAs("a.tgz", plainTar, entries(driver("drv")), loading("drv.ko")), packedAs("a.tar", plainTar, entries(driver("drv")), loading("drv.ko"))},
	"archive-orphan":     {both(fine, func(x *tree) { x.write("drv/old.tgz", tgz(x.t, driver("drv"))) }), both(fine, func(x *tree) { x.write("drv/notes.txt", nil) })},
	"archive-unreadable": {packedAs("a.tgz", notFound, nil, loading("drv.ko")), packedAs("a.tgz", tgz, entries(driver("drv"), entry{name: "._drv.ko"}), loading("drv.ko"))},

	"catalogue-duplicate-id":     {listing(func(a, b string) string { return a + b + a }), aList},
	"catalogue-id-without-index": {listing(func(a, b string) string { return a + b + strings.Replace(a, "x.a", "x.gone", 1) }), aList},
	"catalogue-index-not-listed": {both(aList, func(x *tree) { good(x, "c") }), fine},
	"catalogue-stale-entry": {listing(func(a, b string) string { return a + strings.Replace(b, "p_1", "p_0", 1) }),
		listing(func(a, b string) string { return b + strings.ReplaceAll(a, ",", " ,\n ") })},

	"file-missing":                 {edited("drv/r.json", "a.tgz\",\"sha", "b.tgz\",\"sha"), fine},
	"index-empty-description":      {edited("drv/rpext-index.json", `"description":"test"`, `"description":"Adds  Support"`), edited("drv/rpext-index.json", `"description":"test"`, `"description":"Adds igc Support"`)},
	"index-id-differs-from-folder": {edited("drv/rpext-index.json", "x.drv", "x.other"), edited("drv/rpext-index.json", "x.drv", "plain")},
	"index-id-shared": {both(fine, func(x *tree) { good(x, "a"); x.replace("a/rpext-index.json", "x.a", "x.drv") }),
		both(fine, func(x *tree) {
			copied := newTree(x.t)
			copied.write("drv/rpext-index.json", []byte(x.read("drv/rpext-index.json")))
			x.more = append(x.more, copied.dir)
		})},
	"index-placeholder-help-url": {edited("drv/rpext-index.json", "https://example.org", "<todo>"), edited("drv/rpext-index.json", `"help_url":"https://example.org",`, "")},
	"index-unreadable":           {edited("drv/rpext-index.json", `"x.drv"`, "5"), aList},
	"index-url-not-self": {edited("drv/rpext-index.json", "drv/rpext-index.json", "old/rpext-index.json"),
		edited("drv/rpext-index.json", treeURL+"drv/rpext", "https://github.com/example/ext/raw/main/drv/rpext")},

	"module-alias-too-wide": {one(tiny{name: "drv", aliases: []string{"pci:v*d*sv*sd*bc*sc*i*"}}),
		one(tiny{name: "drv", aliases: []string{"pci:v*d*sv*sd*bc01sc06i01*", "usb:v*p*d*dc*dsc*dp*ic09isc*ip*in*", "pci:v00001AF4d*sv*sd*bc*sc*i*"}})},
	"module-builtin":      {on("full_1", one(tiny{name: "button"})), on("full_1", one(tiny{name: "drv"}))},
	"module-crc-mismatch": {sums(8), sums(7)},
	"module-firmware-not-shipped": {one(tiny{name: "drv", firmware: []string{"x/drv.bin"}}), func(x *tree) {
		x.extension("drv", tgz(x.t, entry{name: "drv.ko", data: tiny{name: "drv", firmware: []string{"x/drv.bin"}}.ko()}, entry{name: "drv.bin", data: []byte("f")}), loading("drv.ko"))
	}},
	"module-maybe-builtin": {one(tiny{name: "drv", signed: true}), one(tiny{name: "drv"})},
	"module-name-differs-from-file": {func(x *tree) {
		x.extension("drv", tgz(x.t, entry{name: "mpt2sas.ko", data: tiny{name: "mpt3sas"}.ko()}), loading("mpt2sas.ko"))
	}, func(x *tree) {
		x.extension("drv", tgz(x.t, entry{name: "rtc-cmos.ko", data: tiny{name: "rtc_cmos"}.ko()}), loading("rtc-cmos.ko"))
	}},
	"module-stripped":          {one(tiny{name: "drv", stripped: true}), one(tiny{name: "drv"})},
	"module-struct-layout":     {one(append([]tiny{{name: "drv", size: 504}}, layouts...)...), one(append([]tiny{{name: "drv", size: 504}}, layouts[:2]...)...)},
	"module-symbol-unresolved": {on("full_1", one(tiny{name: "drv", imports: []string{"printk", "gone"}})), one(tiny{name: "drv", imports: []string{"printk", "gone"}})},
	"module-unreadable":        {packedAs("a.tgz", tgz, entries(entry{name: "drv.ko", data: []byte("\x7fELF")}), loading("drv.ko")), packedAs("a.tgz", tgz, entries(driver("drv"), entry{name: "._drv.ko", data: []byte("x")}), loading("drv.ko"))},

	"platform-module-in-several-extensions": {func(x *tree) {
		good(x, "mii")
		x.extension("drv", tgz(x.t, driver("mii"), driver("drv")), loading("mii.ko", "drv.ko"))
	}, each(tiny{name: "a"}, tiny{name: "b"})},
	"platform-pci-id-claimed-twice": {each(tiny{name: "a", aliases: []string{igc}}, tiny{name: "b", aliases: []string{"pci:v00008086d000015F3sv00008086sd*bc*sc*i*"}}),
		each(tiny{name: "a", aliases: []string{"pci:v00008086d000015F3sv00001043sd*bc*sc*i*"}}, tiny{name: "b", aliases: []string{"pci:v00008086d000015F3sv00008086sd*bc*sc*i*", "pci:v00008086d*sv*sd*bc02sc00i*"}})},

	"recipe-argument-unquoted": {edited("drv/r.json", `"drv.ko":""`, `"drv.ko":"name=$(id)"`), edited("drv/r.json", `"drv.ko":""`, `"drv.ko":"debug=1 modes=1,2"`)},
	"recipe-dependency-ambiguous": {each(tiny{name: "a", imports: []string{"lib_do"}}, tiny{name: "b", exports: []string{"lib_do"}}),
		one(tiny{name: "b", exports: []string{"lib_do"}}, tiny{name: "a", imports: []string{"lib_do"}})},
	"recipe-dependency-missing":    {on("full_1", one(tiny{name: "drv", depends: "gone"})), one(tiny{name: "drv", depends: "gone"})},
	"recipe-dependency-not-loaded": {each(tiny{name: "a", depends: "b"}, tiny{name: "b"}), one(tiny{name: "drv", depends: "gone"})},
	"recipe-empty":                 {edited("drv/r.json", `,"scripts":{}`, ``), withScript("echo\n", loading("drv.ko"), driver("drv"))},
	"recipe-file-twice":            {withFile("drv.ko"), withFile("other.bin")},
	"recipe-flavour-label-mismatch": {both(on("q_1", packedAs("drv-apollolake.tgz", tgz, entries(driver("drv")), loading("drv.ko"))), func(x *tree) { good(x, "a") }),
		both(packedAs("drv-apollolake.tgz", tgz, entries(driver("drv")), loading("drv.ko")), func(x *tree) { good(x, "a") })},
	"recipe-kmod-missing":  {edited("drv/r.json", `"drv.ko":""`, `"drv":""`), fine},
	"recipe-ko-not-loaded": {packedAs("a.tgz", tgz, entries(driver("drv"), driver("extra")), loading("drv.ko")), withScript("insmod extra.ko\n", loading("drv.ko"), driver("drv"), driver("extra"))},
	"recipe-module-twice": {func(x *tree) {
		x.extension("drv", tgz(x.t, driver("drv"), entry{name: "d-r-v.ko", data: tiny{name: "drv"}.ko()}), loading("drv.ko", "d-r-v.ko"))
	}, one(tiny{name: "a"}, tiny{name: "b"})},
	"recipe-order":             {one(tiny{name: "a", depends: "b"}, tiny{name: "b"}), one(tiny{name: "b"}, tiny{name: "a", depends: "b"})},
	"recipe-orphan":            {both(fine, func(x *tree) { x.write("drv/old.json", []byte(x.read("drv/r.json"))) }), both(fine, func(x *tree) { x.write("drv/package.json", []byte(`{"name":"drv"}`)) })},
	"recipe-script-missing":    {edited("drv/r.json", `"scripts":{}`, `"scripts":{"on_boot":"s.sh"}`), both(packedAs("a.tgz", tgz, entries(driver("drv"), entry{name: "s.sh", data: bytes.Repeat([]byte("echo\n"), maxScript)}), loading("drv.ko")), func(x *tree) { x.replace("drv/r.json", `"scripts":{}`, `"scripts":{"on_boot":"s.sh"}`) })},
	"recipe-sha256-mismatch":   {edited("drv/r.json", `"sha256":"`, `"sha256":"0`), fine},
	"recipe-unreadable":        {edited("drv/r.json", `{"files"`, `{"files":5,"files"`), edited("drv/r.json", `{"files"`, `{"mod_version":"1","files"`)},
	"recipe-vermagic-mismatch": {one(tiny{name: "drv", vermagic: "3.10.108 SMP mod_unload "}), on("unknown", one(tiny{name: "drv"}))},

	"release-bad-platform-key": {edited("drv/rpext-index.json", `"p_1"`, `"ds1821+_1"`), edited("drv/rpext-index.json", `"p_1"`, `"never_heard_of_1"`)},
	"release-foreign-repo": {both(fine, func(x *tree) {
		x.index("x.a", map[string]string{"p_1": strings.Replace(treeURL, "example", "other", 1) + "drv/r.json"})
	}), both(fine, func(x *tree) {
		x.index("x.a", map[string]string{"p_2": "https://github.com/Example/ext/blob/old/drv/r.json"})
	})},
	"release-not-a-url":      {edited("drv/rpext-index.json", treeURL+"drv/r.json", "endofurls"), edited("drv/rpext-index.json", treeURL+"drv/r.json", "https://github.com/example/ext/raw/refs/heads/main/drv/r.json")},
	"release-recipe-missing": {edited("drv/rpext-index.json", "drv/r.json", "drv/gone.json"), fine},
	"script-not-posix-sh": {withScript("a=(1 2)\n", loading("drv.ko"), driver("drv")),
		withScript("#!/bin/bash\nf() { local a=1; echo -e \"$a\"; }\nf\n", loading("drv.ko"), driver("drv"))},
	"url-not-mirrored": {edited("drv/r.json", "example/ext", "other/ext"), edited("drv/r.json", treeURL, "https://github.com/EXAMPLE/ext/raw/v1/")},
}

// related are codes that a clean tree of another code must have.
var related = map[string]string{"index-id-shared": "index-url-not-self"}

// withFile adds a file of this name behind the archive of drv.ko.
func withFile(name string) func(*tree) {
	return func(x *tree) {
		good(x, "drv")
		x.write("drv/b", []byte("b"))
		x.replace("drv/r.json", `"packed":true}]`, `"packed":true},{"name":"`+name+`","url":"`+treeURL+`drv/b","sha256":"`+hexSum([]byte("b"))+`","packed":false}]`)
	}
}

// TestEveryCode holds every code to a pair of trees. A code without one fails,
// and so does a clean tree with any finding.
func TestEveryCode(t *testing.T) {
	for _, code := range catalog.Codes() {
		p, found := pairs[code.Code]
		if !found {
			t.Errorf("no fixtures for %s", code.Code)
			continue
		}
		t.Run(code.Code, func(t *testing.T) {
			findings := checkTree(t, p.defective)
			i := slices.IndexFunc(findings, func(f Finding) bool { return f.Code == code.Code })
			if i < 0 {
				t.Fatalf("the defective tree has only %+v", findings)
			}
			if f := findings[i]; f.Severity != code.Severity || !strings.HasSuffix(f.Message, "; "+code.Do) || f.Where() == "" {
				t.Errorf("finding is %+v", f)
			}
			for _, f := range checkTree(t, p.clean) {
				if f.Code != related[code.Code] {
					t.Errorf("the clean tree has %+v", f)
				}
			}
		})
	}
	for code := range pairs {
		if !slices.ContainsFunc(catalog.Codes(), func(c catalog.Code) bool { return c.Code == code }) {
			t.Errorf("%s is no code", code)
		}
	}
}

func checkTree(t *testing.T, fill func(*tree)) []Finding {
	t.Helper()
	x := newTree(t)
	fill(x)
	return everythingIn(t, x)
}

// everythingIn returns the findings of a tree.
func everythingIn(t *testing.T, x *tree) []Finding {
	t.Helper()
	_, findings, err := Read(append([]string{x.dir}, x.more...), "test", "2024-01-01", Options{All: true, Complete: known})
	if err != nil {
		t.Fatal(err)
	}
	return findings
}
