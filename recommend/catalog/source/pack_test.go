package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog"
)

func TestPackPlatform(t *testing.T) {
	for name, want := range map[string]catalog.Platform{
		"geminilakenk-7.2-5.10.55": {ID: "rr:geminilakenk-7.2", Loader: "rr", Flavour: "geminilakenk", OSVersion: "7.2", KernelVersion: "5.10.55"},
		"bromolow-3.10.108":        {ID: "arpl:bromolow-3.10.108", Loader: "arpl", Flavour: "bromolow", KernelVersion: "3.10.108"},
		"firmware":                 {},
		"rr-modules":               {},
		"a-b-c-1.2.3":              {},
	} {
		got, ok := packPlatform(name)
		if ok != (want.ID != "") {
			t.Errorf("packPlatform(%q) = %v", name, ok)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(catalog.Platform{}, "Evidence")); diff != "" {
			t.Errorf("packPlatform(%q) mismatch (-want +got):\n%s", name, diff)
		}
	}
}

// modulesOf lists the modules of the only extension, in order.
func modulesOf(c *catalog.Catalog) []string {
	var files []string
	for _, k := range c.Extensions[0].Recipes[0].Kmods {
		files = append(files, c.Modules[k.Module].File)
	}
	return files
}

// TestPackForms gives one pack as an archive, as a folder and as tables; all
// must give the same modules, and the update folder replaces.
func TestPackForms(t *testing.T) {
	const name = "p-7.1-4.4.180"
	old, newer := tiny{name: "i915"}, tiny{name: "i915", aliases: []string{"pci:v00008086d00007D55sv*sd*bc03sc*i*"}, depends: "drm"}
	entries := []entry{
		{name: "./._drm.ko", data: []byte("x")},
		{name: "./drm.ko", data: tiny{name: "drm"}.ko()},
		{name: "./i915.ko", data: old.ko()},
		{name: "update/"},
		{name: "update/i915.ko", data: newer.ko()},
	}
	dir := t.TempDir()
	x := &tree{t: t, dir: dir}
	x.write(name+".tgz", tgz(t, entries...))
	for _, e := range entries[1:] {
		if e.data != nil {
			x.write("loose/"+name+"/"+e.name, e.data)
		}
	}
	x.write("tables.json", []byte(`{"`+name+`":{"drm":{},"i915":{},"update/i915":{"aliases":["pci:v00008086d00007D55sv*sd*bc03sc*i*"],"depends":["drm"]}}}`))
	for _, path := range []string{name + ".tgz", "loose", "loose/" + name, "tables.json"} {
		c, findings, err := Read([]string{filepath.Join(dir, path)}, "test", "", Options{})
		if err != nil || len(findings) > 0 {
			t.Fatalf("%s: %v, %v", path, err, findings)
		}
		if diff := cmp.Diff([]string{"drm.ko", "update/i915.ko"}, modulesOf(c)); diff != "" {
			t.Errorf("%s: modules mismatch (-want +got):\n%s", path, diff)
		}
		if c.Platforms[0].ID != "rr:p-7.1" || !c.Extensions[0].Pack {
			t.Errorf("%s: platform %s, pack %v", path, c.Platforms[0].ID, c.Extensions[0].Pack)
		}
		if claims := c.Claims("pci:v00008086d00007D55sv00000000sd00000000bc03sc00i00"); len(claims) != 1 {
			t.Errorf("%s: claims %v, want one", path, claims)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{"a.txt": "hello", "b.json": `{"schema":"modscout.report/v1"}`, "c.json": `{"a":1}`, "d.json": `{"a":{},"a":{}}`} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read([]string{file}, "test", "", Options{}); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, _, err := Read([]string{t.TempDir()}, "test", "", Options{}); err == nil {
		t.Error("an empty directory was read")
	}
}

// TestKernelTree reads a real kernel: each module once, as the tree has it,
// and what is built in.
func TestKernelTree(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-cloud-amd64")
	c, findings, err := Read([]string{kernel.Modules}, "test", "", Options{})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	files, err := filepath.Glob(filepath.Join(kernel.Modules, "kernel/drivers/net/ethernet/*/*/*.ko*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	shipped := map[string]bool{}
	for _, file := range modulesOf(c) {
		if shipped[file] {
			t.Errorf("%s is listed twice", file)
		}
		shipped[file] = true
	}
	for _, file := range files {
		if !shipped[catalog.ModuleFile(file)] {
			t.Errorf("%s is not in the catalogue", file)
		}
	}
	p := c.Platforms[0]
	if p.ID != "linux:"+kernel.Release || p.KernelRelease != kernel.Release || len(p.Builtin) == 0 {
		t.Errorf("platform %s, release %s, %d built in", p.ID, p.KernelRelease, len(p.Builtin))
	}
	if from := c.Provenance[0]; from.Version == "" || from.Date == "" {
		t.Errorf("provenance %+v lacks what the kernel image says", from)
	}
}
