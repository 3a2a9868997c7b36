package vmlinux_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/vmlinux"
	"github.com/modscout/modscout/recommend/catalog/embedded"
)

var update = flag.Bool("update", false, "rewrite kconfig.txt.gz")

func TestConfigured(t *testing.T) {
	const config = "# CONFIG_IGB is not set\nCONFIG_SATA_AHCI=y\nCONFIG_R8169=m\nCONFIG_HZ=250\nCONFIG_MII=y\r\nCONFIG_=y\nnonsense\n"
	if diff := cmp.Diff([]string{"ahci", "libahci", "mii"}, vmlinux.Configured([]byte(config))); diff != "" {
		t.Errorf("Configured() mismatch (-want +got):\n%s", diff)
	}
}

// What Debian's configurations build in, their modules.builtin name, and no
// module of those kernels is among it. Options have moved since: 6.12 may have
// one that builds another module.
func TestConfiguredDebian(t *testing.T) {
	for metapackage, moved := range map[string]int{"linux-image-amd64": 0, "linux-image-cloud-amd64": 0, "linux-image-6.12-amd64": 1} {
		kernel := kotest.Debian(t, metapackage)
		config := readFile(t, filepath.Join(filepath.Dir(kernel.Image), "config-"+kernel.Release))
		modules, builtin := moduleNames(t, kernel.Modules), map[string]bool{}
		for file := range strings.FieldsSeq(string(readFile(t, filepath.Join(kernel.Modules, "modules.builtin")))) {
			builtin[modalias.NameOf(file)] = true
		}
		agree, wrong := 0, 0
		for _, name := range vmlinux.Configured(config) {
			switch {
			case builtin[name]:
				agree++
			case modules[name]:
				wrong++
			}
		}
		t.Logf("%s: %d of %d built-in modules found by their options, %d that are not built in", kernel.Release, agree, len(builtin), wrong)
		if agree < 10 || wrong > moved {
			t.Errorf("%s: %d modules found, %d that are not built in, want %d at most", kernel.Release, agree, wrong, moved)
		}
	}
}

func moduleNames(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && ko.IsModule(path) {
			names[modalias.NameOf(path)] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestKconfig makes kconfig.txt.gz anew from the source of a kernel, which
// MODSCOUT_LINUX_SOURCE names, and with -update writes it.
func TestKconfig(t *testing.T) {
	source := kotest.Outside(t, "MODSCOUT_LINUX_SOURCE")
	known := map[string]bool{}
	c, err := embedded.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Modules {
		known[m.Name] = true
		for _, name := range m.Depends {
			known[name] = true
		}
	}
	text := optionTable(t, source, known)
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	fmt.Fprint(z, text)
	z.Close()
	if *update {
		if err := os.WriteFile("kconfig.txt.gz", packed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := readFile(t, "kconfig.txt.gz"); !bytes.Equal(got, packed.Bytes()) {
		t.Error("kconfig.txt.gz is not what the makefiles say: run with -update")
	}
}

var (
	optionLine = regexp.MustCompile(`(?m)^\s*obj-\$\(CONFIG_(\w+)\)\s*[+:]?=\s*([^#\n]*)`)
	tristate   = regexp.MustCompile(`(?m)^\s*(?:menu)?config (\w+)\n(?:[ \t].*\n|\n)*?\s+(?:def_)?tristate\b`)
	otherTrees = regexp.MustCompile(`^(tools|samples|Documentation|arch/([^x]|x[^8]).*)$`)
)

// optionTable reads the makefiles below a directory, for the options that its
// Kconfig files say may be modules, and modules that are known somewhere.
func optionTable(t *testing.T, source string, known map[string]bool) string {
	t.Helper()
	modular, table := map[string]bool{}, map[string]map[string]bool{}
	eachFile(t, source, func(name, text string) {
		if strings.HasPrefix(name, "Kconfig") {
			for _, option := range tristate.FindAllStringSubmatch(text, -1) {
				modular[option[1]] = true
			}
		}
	})
	eachFile(t, source, func(name, text string) {
		if name != "Makefile" && name != "Kbuild" {
			return
		}
		for _, line := range optionLine.FindAllStringSubmatch(strings.ReplaceAll(text, "\\\n", " "), -1) {
			for object := range strings.FieldsSeq(line[2]) {
				name, isObject := strings.CutSuffix(filepath.Base(object), ".o")
				module := strings.ReplaceAll(name, "-", "_")
				if !isObject || !modular[line[1]] || !known[module] {
					continue
				}
				if table[line[1]] == nil {
					table[line[1]] = map[string]bool{}
				}
				table[line[1]][module] = true
			}
		}
	})
	var text strings.Builder
	for _, option := range slices.Sorted(maps.Keys(table)) {
		fmt.Fprintf(&text, "%s %s\n", option, strings.Join(slices.Sorted(maps.Keys(table[option])), " "))
	}
	return text.String()
}

// eachFile calls fn for the files of the build system that x86 uses.
func eachFile(t *testing.T, source string, fn func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(source, path)
		name := filepath.Base(path)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && otherTrees.MatchString(rel):
			return fs.SkipDir
		case entry.Type().IsRegular() && (name == "Makefile" || name == "Kbuild" || strings.HasPrefix(name, "Kconfig")):
			fn(name, string(readFile(t, path)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
