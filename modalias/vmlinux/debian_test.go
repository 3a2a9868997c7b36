package vmlinux_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/vmlinux"
)

// images are those that were read, by path: xz takes its time.
var images = map[string]*vmlinux.Image{}

// read reads the image of a Debian kernel.
func read(t *testing.T, kernel kotest.Kernel) *vmlinux.Image {
	t.Helper()
	if image := images[kernel.Image]; image != nil {
		return image
	}
	data, err := os.ReadFile(kernel.Image)
	if err != nil {
		t.Fatal(err)
	}
	image, err := vmlinux.Read(data)
	if err != nil {
		t.Fatalf("%s: %v", kernel.Image, err)
	}
	if image.Release != kernel.Release || !strings.HasPrefix(image.Banner, "Linux version "+kernel.Release+" (") {
		t.Errorf("release %q, banner %q, want %q", image.Release, image.Banner, kernel.Release)
	}
	images[kernel.Image] = image
	return image
}

// What the modules of a kernel import, it exports or one of them does. (That it
// exports nothing else, Module.symvers of Debian's headers says: see
// docs/platform-import.md.)
func TestExports(t *testing.T) {
	for _, metapackage := range []string{"linux-image-amd64", "linux-image-cloud-amd64", "linux-image-6.12-cloud-amd64"} {
		t.Run(metapackage, func(t *testing.T) {
			kernel := kotest.Debian(t, metapackage)
			image := read(t, kernel)
			tree, err := ko.ReadTree(kernel.Modules)
			if err != nil {
				t.Fatal(err)
			}
			offered := map[string]bool{}
			for _, name := range image.Exports {
				offered[name] = true
			}
			for _, m := range tree.Modules {
				for _, name := range m.Exports {
					offered[name] = true
				}
			}
			imported, missing := map[string]bool{}, 0
			for _, m := range tree.Modules {
				for _, name := range m.Imports {
					if imported[name] = true; !offered[name] {
						missing++
						t.Errorf("%s imports %s, which nothing exports", m.Name, name)
					}
				}
			}
			t.Logf("%s: %d exports, %d kallsyms; %d symbols imported, %d of them exported by nothing",
				kernel.Release, len(image.Exports), image.Symbols, len(imported), missing)
		})
	}
}

// The ids of every driver that is built into one flavour of a kernel are those
// of the module that it is in another flavour.
func TestFlavours(t *testing.T) {
	for _, metapackages := range [][]string{
		{"linux-image-amd64", "linux-image-cloud-amd64", "linux-image-rt-amd64"},
		{"linux-image-6.12-amd64", "linux-image-6.12-cloud-amd64"},
	} {
		compared, ids := 0, 0
		var kernels []kotest.Kernel
		for _, metapackage := range metapackages {
			kernels = append(kernels, kotest.Debian(t, metapackage))
		}
		for _, kernel := range kernels {
			for _, d := range read(t, kernel).Drivers {
				want, found := moduleAliases(t, kernels, d)
				if !found {
					continue
				}
				compared++
				ids += len(want)
				if diff := cmp.Diff(want, d.Aliases); diff != "" {
					t.Errorf("%s: %s driver %s of %s (-module +built in):\n%s", kernel.Release, d.Bus, d.Name, d.Module, diff)
				}
			}
		}
		if compared == 0 {
			t.Errorf("%v: no driver is built into one and a module in another", metapackages)
		}
		t.Logf("%s: %d drivers with %d ids compared", kernels[0].Release, compared, ids)
	}
}

// moduleAliases returns the patterns for the bus of a driver that its module
// has in one of the kernels.
func moduleAliases(t *testing.T, kernels []kotest.Kernel, d vmlinux.Driver) (aliases []string, found bool) {
	t.Helper()
	for _, kernel := range kernels {
		file := moduleFile(kernel.Modules, d.Module)
		if file == "" {
			continue
		}
		m, err := ko.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return ofBus(m.Aliases, d.Bus), true
	}
	return nil, false
}

// ofBus returns the aliases that are for devices on a bus, sorted.
func ofBus(all []string, on string) (aliases []string) {
	for _, alias := range all {
		if bus, _, _ := strings.Cut(alias, ":"); strings.TrimSuffix(bus, "*") == on {
			aliases = append(aliases, alias)
		}
	}
	slices.Sort(aliases)
	return slices.Compact(aliases)
}

// moduleFile finds a module below a directory, "" where there is none.
func moduleFile(dir, name string) (file string) {
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && ko.IsModule(path) && modalias.NameOf(path) == name {
			file = path
			return fs.SkipAll
		}
		return nil
	})
	return file
}
