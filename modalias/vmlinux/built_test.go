package vmlinux_test

import (
	"bufio"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/vmlinux"
)

// A kernel of Debian's source with many drivers built in (docs/platform-import.md
// has the recipe): its exports are those of its System.map, and the ids of each
// driver are those of the same driver as a module of Debian's own kernel.
//
// MODSCOUT_BUILT_KERNEL names the directory in which it was built. Drivers whose
// tables depend on its configuration may lie in modules/ there, built as such.
func TestBuiltKernel(t *testing.T) {
	dir := kotest.Outside(t, "MODSCOUT_BUILT_KERNEL")
	image, err := vmlinux.Read(readFile(t, filepath.Join(dir, "arch/x86/boot/bzImage")))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s, %s: %d exports, %d kallsyms, %d bytes of .config", image.Release, image.Compression, len(image.Exports), image.Symbols, len(image.Config))
	if diff := gocmp.Diff(systemMapExports(t, dir), image.Exports); diff != "" {
		t.Errorf("exports mismatch (-System.map +got):\n%s", diff)
	}
	if diff := gocmp.Diff(string(readFile(t, filepath.Join(dir, ".config"))), string(image.Config)); diff != "" {
		t.Errorf(".config mismatch (-want +got):\n%s", diff)
	}
	t.Logf("all drivers known on %v", image.Buses)
	truth := []kotest.Kernel{{Modules: filepath.Join(dir, "modules")}, kotest.Debian(t, "linux-image-amd64")}
	compareBuses(t, image, builtinModules(t, filepath.Join(dir, "modules.builtin")), func(bus, module string) ([]string, bool) {
		return moduleAliases(t, truth, vmlinux.Driver{Bus: bus, Module: module})
	})
}

// The same for the extract of a small kernel, of 6.1.192 with few drivers built in
// (docs/platform-import.md has the recipe), whose .text is zeros; few_builtin.aliases
// are those of the modules of Debian's kernel of the same source, as "module alias".
func TestBuiltExtract(t *testing.T) {
	image, err := vmlinux.Read(readFile(t, "testdata/few_builtin.elf.xz"))
	if err != nil {
		t.Fatal(err)
	}
	if image.Release != "6.1.192" || image.Symbols < 40_000 || len(image.Exports) < 6_000 {
		t.Errorf("release %s, %d kallsyms, %d exports", image.Release, image.Symbols, len(image.Exports))
	}
	builtin := builtinModules(t, "testdata/few_builtin.modules")
	const file = "testdata/few_builtin.aliases"
	if *update {
		writeAliases(t, file, builtin)
	}
	truth := map[string][]string{}
	for line := range strings.Lines(string(readFile(t, file))) {
		module, alias, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		truth[module] = append(truth[module], alias)
	}
	compareBuses(t, image, builtin, func(bus, module string) ([]string, bool) {
		aliases, found := truth[module]
		return ofBus(aliases, bus), found
	})
}

// writeAliases keeps what Debian's kernel says of the modules, which must be of
// the extract's version.
func writeAliases(t *testing.T, file string, builtin map[string]bool) {
	t.Helper()
	kernels := []kotest.Kernel{kotest.Debian(t, "linux-image-amd64")}
	var lines []string
	for name := range builtin {
		for _, bus := range buses {
			aliases, _ := moduleAliases(t, kernels, vmlinux.Driver{Bus: bus, Module: name})
			for _, alias := range aliases {
				lines = append(lines, name+" "+alias+"\n")
			}
		}
	}
	slices.Sort(lines)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
}

var buses = []string{"acpi", "pci", "usb", "virtio", "vmbus"}

// aliasesOf returns the aliases on a bus that a module has, and whether there is
// such a module.
type aliasesOf func(bus, module string) (aliases []string, found bool)

func compareBuses(t *testing.T, image *vmlinux.Image, builtin map[string]bool, truth aliasesOf) {
	t.Helper()
	for _, bus := range buses {
		compareBus(t, bus, image, builtin, truth)
	}
}

// compareBus counts, for one bus, the ids that the modules built in should have
// and those that the image's drivers have. Drivers for ACPI have names of their
// own, and there is no telling which module they belong to.
func compareBus(t *testing.T, bus string, image *vmlinux.Image, builtin map[string]bool, truth aliasesOf) {
	t.Helper()
	got := map[string][]string{}
	for _, d := range image.Drivers {
		if d.Bus == bus {
			module := cmp.Or(d.Module, strings.ReplaceAll(d.Name, "-", "_"))
			got[module] = append(got[module], d.Aliases...)
		}
	}
	all := slices.Concat(slices.Collect(maps.Values(got))...)
	modules, want, found, wrong := 0, 0, 0, 0
	for name := range builtin {
		aliases, isModule := truth(bus, name)
		if !isModule || len(aliases) == 0 && len(got[name]) == 0 {
			continue
		}
		modules++
		want += len(aliases)
		for _, alias := range aliases {
			switch {
			case slices.Contains(got[name], alias), bus == "acpi" && slices.Contains(all, alias):
				found++
			default:
				t.Logf("%s: not found: %s", name, alias)
			}
		}
		for _, alias := range got[name] {
			if bus != "acpi" && !slices.Contains(aliases, alias) {
				wrong++
				t.Logf("%s: too much: %s", name, alias)
			}
		}
	}
	for name, aliases := range got {
		if !builtin[name] {
			t.Logf("%s: %d ids of %q, which modules.builtin does not name", bus, len(aliases), name)
		}
	}
	t.Logf("%s: %d modules with %d ids: %d found, %d too many", bus, modules, want, found, wrong)
	if 100*found < 95*want || wrong > 0 {
		t.Errorf("%s: %d of %d ids found, %d given to a wrong driver", bus, found, want, wrong)
	}
}

// systemMapExports returns the exported symbols by their entries in System.map.
func systemMapExports(t *testing.T, dir string) (names []string) {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(string(readFile(t, filepath.Join(dir, "System.map")))))
	for lines.Scan() {
		_, symbol, _ := strings.Cut(lines.Text()[17:], " ")
		if name, found := strings.CutPrefix(symbol, "__ksymtab_"); found {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func builtinModules(t *testing.T, path string) map[string]bool {
	t.Helper()
	list := map[string]bool{}
	for file := range strings.FieldsSeq(string(readFile(t, path))) {
		list[modalias.NameOf(file)] = true
	}
	return list
}
