package packer

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestOracleDepmod holds our files to those of the real depmod, byte for byte,
// over two hundred modules of Debian's kernel with whatever they need of each
// other. modules.symbols is in the order of a hash there.
func TestOracleDepmod(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	tool := kotest.Tool(t, "depmod", "kmod")
	root := t.TempDir()
	dir := filepath.Join(root, "lib", "modules", kernel.Release)
	var modules []*ko.Module
	for _, where := range []string{"kernel/drivers/net/ethernet", "kernel/drivers/usb/host", "kernel/drivers/net/phy", "kernel/drivers/scsi", "kernel/drivers/i2c/algos", "kernel/drivers/dca", "kernel/crypto"} {
		for _, file := range modulesBelow(t, kernel.Modules, where) {
			data, err := os.ReadFile(filepath.Join(kernel.Modules, file))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, file), string(data))
			m, err := ko.Read(data, file)
			if err != nil {
				t.Fatal(err)
			}
			modules = append(modules, m)
		}
	}
	if len(modules) < 200 {
		t.Fatalf("only %d modules to compare over", len(modules))
	}
	slices.SortFunc(modules, func(a, b *ko.Module) int { return strings.Compare(b.File, a.File) }) // any order will do
	ours := depmod(modules)
	put(t, filepath.Join(dir, "modules.order"), string(ours["modules.order"]))
	put(t, filepath.Join(dir, "modules.builtin"), "")
	command(t, nil, tool, "-b", root, kernel.Release)
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "modules.symbols" {
			if diff := cmp.Diff(sortedLines(want), sortedLines(ours[name])); diff != "" {
				t.Errorf("%s mismatch (-depmod +ours):\n%.2000s", name, diff)
			}
			continue
		}
		if !strings.HasSuffix(name, ".bin") {
			if diff := cmp.Diff(string(want), string(ours[name])); diff != "" {
				t.Errorf("%s mismatch (-depmod +ours):\n%.2000s", name, diff)
			}
		} else if string(want) != string(ours[name]) {
			t.Errorf("%s: %d bytes, depmod's has %d or other ones", name, len(ours[name]), len(want))
		}
	}
}

func modulesBelow(t *testing.T, dir, where string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, where), func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".ko") {
			file, _ := filepath.Rel(dir, path)
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sortedLines(text []byte) []string {
	return slices.Sorted(strings.Lines(string(text)))
}

func TestUnderscored(t *testing.T) {
	for alias, want := range map[string]string{"usb:v[0-9]p-": "usb:v[0-9]p_", "fs-ext4": "fs_ext4", "a[b": "", "a]b": "", "caf\xc3\xa9": ""} {
		if got, ok := underscored(alias); ok != (want != "") || ok && got != want {
			t.Errorf("underscored(%q) = %q, %v; want %q", alias, got, ok, want)
		}
	}
}

func TestEmptyIndex(t *testing.T) {
	if got, want := string(kmodIndex{}.bytes()), "\xb0\x07\xf4\x57\x00\x02\x00\x01\x00\x00\x00\x0c"; got != want {
		t.Errorf("an empty index is %q, want %q", got, want)
	}
}
