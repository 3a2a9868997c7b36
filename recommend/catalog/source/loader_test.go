package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
)

const userConfig = `lkm: prod
model: "DS920+"
platform: geminilake
productver: "7.2"
kver: "4.4.302"
modules:
  igc: ""
`

func TestFindLoader(t *testing.T) {
	pack := tgz(t, driver("igc"))
	for name, test := range map[string]struct {
		files map[string]string
		want  *Loader
	}{
		"RR": {
			files: map[string]string{
				"mnt/p1/user-config.yml":                      userConfig,
				"mnt/p3/bzImage-rr":                           "",
				"mnt/p3/modules/geminilake-7.2-4.4.302.tgz":   string(pack),
				"mnt/p3/modules/firmware.tgz":                 "",
				"opt/rr/include/consts.sh":                    "#!/bin/sh\nRR_VERSION=\"26.7.4\"\n",
				"mnt/p3/modules/._geminilake-7.2-4.4.302.tgz": "",
			},
			want: &Loader{Name: "rr", Version: "26.7.4", Sources: []string{"mnt/p3/modules"},
				Config: "mnt/p1/user-config.yml", Choice: Choice{Platform: "geminilake", Model: "DS920+", OS: "7.2", Kernel: "4.4.302"}},
		},
		"ARC": {
			files: map[string]string{
				"mnt/p1/ARC-VERSION":                      "24.10.1\n",
				"mnt/p1/user-config.yml":                  "model: [damaged",
				"mnt/p3/modules/epyc7002-7.2-5.10.55.tgz": string(pack),
				"mnt/p3/modules/geminilake-4.4.302.tgz":   string(pack),
			},
			want: &Loader{Name: "arc", Version: "24.10.1", Config: "mnt/p1/user-config.yml",
				Sources: []string{"mnt/p3/modules"}},
		},
		"ARPL": {
			files: map[string]string{"opt/arpl/include/consts.sh": "ARPL_VERSION=\"1.1-beta2a\"\n", "mnt/p3/modules/apollolake-4.4.180.tgz": string(pack)},
			want:  &Loader{Name: "arpl", Version: "1.1-beta2a", Sources: []string{"mnt/p3/modules"}},
		},
		"TCRP": {
			files: map[string]string{
				"home/tc/redpill-load/custom/extensions/x.drv/x.drv.json": `{"id":"x.drv","releases":{}}`,
				"home/tc/user_config.json":                                `{"general":{"model":"DS918+","version":"7.0.1-42218"},"extra_cmdline":{}}`,
			},
			want: &Loader{Name: "tcrp", Sources: []string{"home/tc/redpill-load/custom/extensions"},
				Config: "home/tc/user_config.json", Choice: Choice{Model: "DS918+", OS: "7.0.1-42218"}},
		},
		"a distribution": {files: map[string]string{"etc/os-release": "ID=debian\n", "mnt/readme": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTree(t)
			for file, data := range test.files {
				x.write(file, []byte(data))
			}
			got, found := FindLoader(x.dir)
			if found != (test.want != nil) {
				t.Fatalf("FindLoader() = %+v, %v", got, found)
			}
			if found {
				got.Config = below(x.dir, got.Config)
				for i := range got.Sources {
					got.Sources[i] = below(x.dir, got.Sources[i])
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("FindLoader() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func below(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil && file != "" {
		return rel
	}
	return file
}

// ARC's packs are called like ARPL's; where they were found says whose they are.
func TestPacksOfLoader(t *testing.T) {
	x := newTree(t)
	x.write("geminilake-4.4.302.tgz", tgz(t, driver("igc")))
	c, _, err := Read([]string{filepath.Join(x.dir, "geminilake-4.4.302.tgz")}, "arc", "", Options{Loader: "arc"})
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Platforms[0]; p.ID != "arc:geminilake-4.4.302" || p.Loader != "arc" || c.Extensions[0].ID != p.ID {
		t.Errorf("platform %s of %s, extension %s", p.ID, p.Loader, c.Extensions[0].ID)
	}
}

// A damaged pack hides none of the others.
func TestDamagedPack(t *testing.T) {
	x := newTree(t)
	x.write("p-7.1-4.4.180.tgz", tgz(t, driver("igc")))
	x.write("q-7.1-4.4.180.tgz", []byte("<html>"))
	x.write("firmware.tgz", []byte("<html>"))
	c, findings := read(t, x)
	if diff := cmp.Diff([]string{"archive-unreadable"}, codes(findings)); diff != "" || len(findings) != 2 {
		t.Errorf("findings mismatch (-want +got):\n%s%v", diff, findings)
	}
	if len(c.Platforms) != 1 || c.Platforms[0].ID != "rr:p-7.1" {
		t.Errorf("platforms: %+v", c.Platforms)
	}
	if len(c.Firmware) != 0 {
		t.Errorf("firmware of a damaged archive: %+v", c.Firmware)
	}
}

// TestFirmwareBesidePacks: what the loader's archive of firmware holds of what
// modules ask for, as an archive and as a folder.
func TestFirmwareBesidePacks(t *testing.T) {
	bnx2 := tiny{name: "bnx2", firmware: []string{"bnx2/a.fw", "bnx2/b.fw"}}
	pack := tgz(t, entry{name: "bnx2.ko", data: bnx2.ko()})
	archived, folder := newTree(t), newTree(t)
	archived.write("p-7.1-4.4.180.tgz", pack)
	archived.write("firmware.tgz", tgz(t, entry{name: "./bnx2/a.fw", data: []byte("a")}, entry{name: "./other.fw", data: []byte("o")}))
	folder.write("p-4.4.180/bnx2.ko", bnx2.ko())
	folder.write("firmware/bnx2/a.fw", []byte("a"))
	for _, test := range []struct {
		dir  string
		want catalog.FirmwarePackage
	}{
		{archived.dir, catalog.FirmwarePackage{Package: "firmware.tgz", Loader: "rr", Files: []string{"bnx2/a.fw"}}},
		{folder.dir, catalog.FirmwarePackage{Package: "firmware", Loader: "arpl", Files: []string{"bnx2/a.fw"}}},
	} {
		c, _, err := Read([]string{test.dir}, "test", "", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]catalog.FirmwarePackage{test.want}, c.Firmware); diff != "" {
			t.Errorf("firmware mismatch (-want +got):\n%s", diff)
		}
	}
}

// TestFirmwareInRecipe: a recipe's archive brings firmware beside the module
// that asks for it; what nobody asks for is not kept, also without symbols.
func TestFirmwareInRecipe(t *testing.T) {
	x := newTree(t)
	card := tiny{name: "card", firmware: []string{"card/a.fw", "card/b.fw"}}
	archive := tgz(t, entry{name: "card.ko", data: card.ko()}, entry{name: "a.fw", data: []byte("a")}, entry{name: "readme", data: []byte("r")})
	x.extension("card", archive, `{"card.ko":""}`)
	c, _ := read(t, x)
	if diff := cmp.Diff([]string{"a.fw"}, c.Extensions[0].Recipes[0].Firmware); diff != "" {
		t.Errorf("firmware mismatch (-want +got):\n%s", diff)
	}
}

// TestInstalledExtensions reads what ext-manager.sh leaves in custom/extensions.
func TestInstalledExtensions(t *testing.T) {
	x := newTree(t)
	recipe := recipeJSON("drv", hexSum(nil), `{"bus-core.ko":"","drv.ko":"debug=1","gone.ko":""}`)
	x.write("x.drv/x.drv.json", []byte(`{"id":"x.drv","url":"`+treeURL+`drv/rpext-index.json","info":{"name":"drv"},
		"releases":{"p_1":"`+treeURL+`drv/r.json","p_2":"`+treeURL+`drv/r2.json","../p_3":"x"}}`))
	x.write("x.drv/p_1/p_1.json", []byte(recipe))
	x.write("x.drv/p_1/drv.ko", drv.ko())
	x.write("x.drv/p_1/bus-core.ko", bus.ko())
	x.write("notes/readme.txt", nil)
	if err := os.Symlink("/etc/passwd", filepath.Join(x.dir, "x.drv/p_1/gone.ko")); err != nil {
		t.Fatal(err)
	}
	c, findings := read(t, x)
	if diff := cmp.Diff([]string{"recipe-kmod-missing"}, codes(findings)); diff != "" {
		t.Errorf("findings mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"p_1": 0}, c.Extensions[0].Releases); diff != "" {
		t.Errorf("releases mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bus-core.ko", "drv.ko"}, modulesOf(c)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]catalog.Platform{{ID: "p_1", Loader: "redpill"}}, c.Platforms); diff != "" {
		t.Errorf("platforms mismatch (-want +got):\n%s", diff)
	}
}
