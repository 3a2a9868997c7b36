package generate

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
)

func TestPlatformKey(t *testing.T) {
	for release, want := range map[string]string{
		"6.1.0-56-amd64":             "debian_6_1_0_56_amd64",
		"6.12.117+deb12-cloud-amd64": "debian_6_12_117_deb12_cloud_amd64",
	} {
		if got := PlatformKey(release); got != want {
			t.Errorf("PlatformKey(%q) = %q, want %q", release, got, want)
		}
	}
}

// TestSelection holds the shipped list to what it is for: at least 60
// extensions on each full kernel, and nothing both in the base and beside it.
func TestSelection(t *testing.T) {
	s, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, driver := range s.Drivers {
		if slices.Contains(s.Base, driver) {
			t.Errorf("%s is a driver and in the base", driver)
		}
	}
	for _, flavour := range []string{"linux-image-amd64", "linux-image-6.12-amd64"} {
		kernel := kotest.Debian(t, flavour)
		shipped := map[string]bool{}
		filepath.WalkDir(kernel.Modules, func(path string, _ fs.DirEntry, _ error) error {
			shipped[modalias.NameOf(path)] = true
			return nil
		})
		n := 0
		for _, driver := range s.Drivers {
			if shipped[driver] {
				n++
			}
		}
		if n < 60 {
			t.Errorf("%s has %d of the %d drivers, want at least 60", kernel.Release, n, len(s.Drivers))
		}
	}
}

// tree generates a small catalogue of a real kernel.
func tree(t *testing.T, flavour string) (string, Summary, kotest.Kernel) {
	t.Helper()
	kernel := kotest.Debian(t, flavour)
	dir := t.TempDir()
	sum, err := Tree(dir, Options{
		Trees:     []string{kernel.Modules},
		Selection: Selection{Base: []string{"sd_mod", "vfat"}, Drivers: []string{"ena", "mlx5_core", "virtio_scsi", "sd_mod", "no_such_driver"}},
		BaseURL:   "https://example.org/ext/",
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, sum, kernel
}

// TestTree takes a kernel whose modules are compressed.
func TestTree(t *testing.T) {
	dir, sum, kernel := tree(t, "linux-image-6.12-cloud-amd64")
	c, findings, err := source.Read([]string{dir}, "generated", "2024-01-01", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Code != "platform-module-in-several-extensions" { // each brings its own dependencies, as loaders' do
			t.Errorf("finding %+v", f)
		}
	}
	want := Summary{Platforms: len(c.Platforms), Extensions: len(c.Extensions), Recipes: 3, Modules: sum.Modules, Bytes: sum.Bytes}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Errorf("summary mismatch (-catalogue +generated):\n%s", diff)
	}
	p := c.Platforms[0]
	if p.ID != PlatformKey(kernel.Release) || p.KernelRelease != kernel.Release || len(p.Builtin) == 0 {
		t.Errorf("platform %s of kernel %s, %d built in", p.ID, p.KernelRelease, len(p.Builtin))
	}
	initrd := map[string]bool{}
	for _, at := range p.Initrd {
		initrd[c.Modules[at].Name] = true
	}
	if !initrd["sd_mod"] || !initrd["vfat"] || !initrd["fat"] {
		t.Errorf("initrd is %v, want sd_mod, vfat and what they need", initrd)
	}
	checkClosure(t, c, p, initrd)
}

// checkClosure holds each recipe to a list that can be loaded from its start
// to its end on the platform: what a module needs is in the kernel, in the
// initrd or before it, and nothing is there twice.
func checkClosure(t *testing.T, c *catalog.Catalog, p catalog.Platform, initrd map[string]bool) {
	t.Helper()
	for i := range c.Extensions {
		has := map[string]bool{}
		for _, k := range c.Extensions[i].RecipeFor(p.ID).Kmods {
			m := c.Modules[k.Module]
			for _, need := range m.Depends {
				if !has[need] && !initrd[need] && !slices.Contains(p.Builtin, need) {
					t.Errorf("%s: %s needs %s", c.Extensions[i].ID, m.Name, need)
				}
			}
			if has[m.Name] || initrd[m.Name] {
				t.Errorf("%s: %s is there already", c.Extensions[i].ID, m.Name)
			}
			has[m.Name] = true
		}
		if driver := strings.TrimPrefix(c.Extensions[i].ID, "modscout."); !has[driver] {
			t.Errorf("%s does not load %s", c.Extensions[i].ID, driver)
		}
	}
}

func TestSameBytes(t *testing.T) {
	one, _, _ := tree(t, "linux-image-cloud-amd64")
	two, _, _ := tree(t, "linux-image-cloud-amd64")
	if diff := cmp.Diff(contents(t, one), contents(t, two)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
