package packer

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

func TestRedpillFiles(t *testing.T) {
	p, w := igbPlan(t)
	files, warnings := pack(t, "redpill", p, Options{Fetch: w.fetch, BaseURL: "https://example.org/drivers/"})
	if len(warnings) > 0 {
		t.Errorf("warnings = %v, want none", warnings)
	}
	want := []string{"README.txt", "custom.gz", "ds918p_42218.json", "extensions.txt", "modscout-ds918p_42218.tgz", "rpext-index.json", "user_config.json"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files))); diff != "" {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
	// The archive's hash depends on Go's compressor, so it is no golden text.
	hash := sum([]byte(files["modscout-ds918p_42218.tgz"]))
	files["ds918p_42218.json"] = strings.Replace(files["ds918p_42218.json"], hash, "HASH", 1)
	for _, name := range []string{"README.txt", "ds918p_42218.json", "extensions.txt", "rpext-index.json", "user_config.json"} {
		golden(t, "redpill/"+name, files[name])
	}
	if diff := cmp.Diff(archiveOfIgbPlan, untar(t, files["modscout-ds918p_42218.tgz"])); diff != "" {
		t.Errorf("archive mismatch (-want +got):\n%s", diff)
	}
}

// archiveOfIgbPlan is what the synthesised archive holds, in order.
var archiveOfIgbPlan = []string{"dca.ko", "igb.ko", "raid_class.ko", "mpt2sas.ko", "check-igb.sh", "modscout-bootlog.sh", "modscout-on_boot.sh"}

func untar(t *testing.T, data string) (names []string) {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		header, err := r.Next()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
	}
}

// uncpio returns a plain archive's entries as "mode uid:gid name" lines and the
// bodies by name.
func uncpio(t *testing.T, r io.Reader) (lines []string, bodies map[string]string) {
	t.Helper()
	bodies = map[string]string{}
	for c := cpio.NewReader(r); ; {
		header, err := c.Next()
		if err == io.EOF {
			return lines, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Guid != 0 {
			t.Errorf("%s belongs to %d:%d, want root", header.Name, header.Uid, header.Guid)
		}
		lines = append(lines, header.Mode.String()+" "+header.Name)
		if header.Mode.IsRegular() {
			bodies[header.Name] = string(body)
		}
	}
}

func TestRedpillRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(p *plan.Plan, w web)
		want   string
	}{
		{"archive changed", func(p *plan.Plan, w web) { w[p.Extensions[1].Files[0].URL] = []byte("404 Not Found") }, "the plan says"},
		{"module changed", func(p *plan.Plan, w web) { p.Modules[0].SHA256 = sum(nil) }, "module dca.ko of pocopico.igb: sha256 is"},
		{"module missing", func(p *plan.Plan, w web) { p.Modules[0].File = "ptp.ko" }, "no archive of the extension holds it"},
		{"no hash", func(p *plan.Plan, w web) { p.Extensions[0].Files[0].SHA256 = "" }, "names no sha256"},
		{"download fails", func(p *plan.Plan, w web) { delete(w, p.Extensions[0].Files[0].URL) }, "file does not exist"},
		{"shell in arguments", func(p *plan.Plan, w web) { p.Modules[0].Args = "a=$(reboot)" }, "arguments of dca.ko"},
		{"shell in kernel", func(p *plan.Plan, w web) { p.Platform.Kernel = "4.4'; reboot" }, "kernel release"},
		{"shell in model", func(p *plan.Plan, w web) { p.Platform.Model = "x'; reboot; '" }, "model"},
		{"shell in version", func(p *plan.Plan, w web) { p.Platform.OSVersion = "7; reboot" }, "OS version"},
		{"shell in build", func(p *plan.Plan, w web) { p.Platform.Build = "$(reboot)" }, "build"},
		{"lines in the plan's id", func(p *plan.Plan, w web) { p.ID = "x\n\nRun: reboot" }, "plan id"},
		{"folder in platform", func(p *plan.Plan, w web) { p.Platform.ID = "../x" }, "platform id"},
		{"shell in extension", func(p *plan.Plan, w web) { p.Extensions[0].ID = "a';b" }, "extension id"},
		{"shell in module name", func(p *plan.Plan, w web) { p.Modules[0].Name = "a b" }, "module name"},
		{"the same file twice", func(p *plan.Plan, w web) { p.Modules[1] = p.Modules[0] }, "two modules"},
		{"another loader", func(p *plan.Plan, w web) { p.Platform.Loader = "rr" }, "another loader"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, w := igbPlan(t)
			test.change(p, w)
			_, err := Pack("redpill", p, t.TempDir(), Options{Fetch: w.fetch})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("Pack() = %v, want an error with %q", err, test.want)
			}
			var hint interface{ Hint() string }
			if test.name != "download fails" && test.name != "the same file twice" && !errors.As(err, &hint) {
				t.Errorf("%v has no hint", err)
			}
		})
	}
}

func TestScriptsCarriedOrDropped(t *testing.T) {
	p, w := igbPlan(t)
	clash := w.file("clash/check-igb.sh", []byte("echo other\n"), false)
	clash.Name = "check-igb.sh"
	p.Extensions[1].Files = append(p.Extensions[1].Files, clash)
	p.Extensions[1].Scripts = map[string]string{"on_boot": "check-igb.sh", "check_kmod": "check-igb.sh"}
	p.Extensions[0].Scripts["on_os_load"] = "check-igb.sh"
	seal(t, p)
	files, warnings := pack(t, "redpill", p, Options{Fetch: w.fetch})
	if diff := cmp.Diff([]string{"script-dropped", "script-dropped"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
	_, bodies := uncpio(t, strings.NewReader(files["custom.gz"]))
	if got := bodies["exts/modscout.drivers/check-igb.sh"]; !strings.Contains(got, "PLATFORM_ID") {
		t.Errorf("the first extension's script is %q", got)
	}
	if got := bodies["exts/modscout.drivers/modscout-on_boot.sh"]; strings.Contains(got, "mpt2sas") {
		t.Errorf("the dropped script is run:\n%s", got)
	}
}

func TestWithoutArchives(t *testing.T) {
	p, _ := igbPlan(t)
	p.Extensions[0], p.Extensions[1] = p.Extensions[1], p.Extensions[0] // a plan sorts them by id
	seal(t, p)
	files, warnings := pack(t, "redpill", p, Options{})
	if diff := cmp.Diff([]string{"layer-left-out"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
	if _, found := files["custom.gz"]; found {
		t.Error("there is a custom.gz without archives")
	}
	want := "\"pocopico.igb\",\n    \"pocopico.mpt2sas\""
	if !strings.Contains(files["user_config.json"], want) {
		t.Errorf("user_config.json does not name the originals in load order:\n%s", files["user_config.json"])
	}
}

func TestPlanWithoutModules(t *testing.T) {
	p, _ := igbPlan(t)
	p.Extensions, p.Modules = nil, nil
	seal(t, p)
	old := []byte(`{"extra_cmdline":{},"extensions":["modscout.drivers"]}`)
	files, warnings := pack(t, "redpill", p, Options{Fetch: web{}.fetch, UserConfig: old})
	if diff := cmp.Diff([]string{"extension-removed", "no-modules"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
	if _, found := files["rpext-index.json"]; found {
		t.Error("there is an extension without modules, which ext-manager.sh would not survive")
	}
}

func TestChangedPlanIsNoticed(t *testing.T) {
	p, w := igbPlan(t)
	p.Platform.Model = "DS1019+"
	_, warnings := pack(t, "redpill", p, Options{Fetch: w.fetch})
	if diff := cmp.Diff([]string{"plan-changed"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
}

func TestConflictingArguments(t *testing.T) {
	p, w := igbPlan(t)
	known := &catalog.Catalog{
		Modules: []catalog.Module{{File: "igb.ko", Name: "igb"}},
		Extensions: []catalog.Extension{{ID: "pocopico.mpt2sas", Releases: map[string]int{"ds918p_42218": 0},
			Recipes: []catalog.Recipe{{Kmods: []catalog.Kmod{{Args: "max_vfs=0"}}}}}},
	}
	_, warnings := pack(t, "redpill", p, Options{Fetch: w.fetch, Catalogs: []*catalog.Catalog{known}})
	if diff := cmp.Diff([]string{"conflicting-arguments"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
}

func TestIncompletePlanIsNoticed(t *testing.T) {
	p, w := igbPlan(t)
	p.Devices = []plan.Device{
		{ID: "pci:a", Verdict: plan.Missing, Importance: plan.Boot},
		{ID: "pci:b", Verdict: plan.NotKnown, Importance: plan.Optional},
		{ID: "pci:c", Verdict: plan.Base, Importance: plan.Boot},
	}
	seal(t, p)
	_, warnings := pack(t, "redpill", p, Options{Fetch: w.fetch})
	if len(warnings) != 1 || warnings[0].Text != "the plan has no driver for pci:a" {
		t.Errorf("warnings = %v, want one about pci:a", warnings)
	}
}

func TestBaseURL(t *testing.T) {
	p, w := igbPlan(t)
	_, err := Pack("redpill", p, t.TempDir(), Options{Fetch: w.fetch, BaseURL: "example.org/drivers"})
	if err == nil || !strings.Contains(err.Error(), "is not one") {
		t.Errorf("Pack() = %v, want an error about the base URL", err)
	}
}

func TestUserListOfExtensions(t *testing.T) {
	p, w := igbPlan(t)
	known := &catalog.Catalog{Extensions: []catalog.Extension{
		{ID: "pocopico.r8169", Releases: map[string]int{"ds918p_42218": 0}, Recipes: []catalog.Recipe{{Kmods: []catalog.Kmod{{}}}}},
		{ID: "pocopico.misc", Releases: map[string]int{"ds918p_42218": 0}, Recipes: []catalog.Recipe{{}}},
	}}
	old := []byte(`{"extra_cmdline":{"sn":"X"},"extensions":["pocopico.igb","pocopico.r8169","me.own","pocopico.misc"],"general":{"a":1}}`)
	files, warnings := pack(t, "redpill", p, Options{Fetch: w.fetch, UserConfig: old, Catalogs: []*catalog.Catalog{known}})
	golden(t, "redpill/merged.json", files["user_config.json"])
	if diff := cmp.Diff([]string{"extension-removed", "extension-removed", "extension-kept"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
}
