package source_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/vmlinux"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
)

// packInitrd makes an initrd of files by their names.
func packInitrd(t *testing.T, files map[string]string) []byte {
	t.Helper()
	kotest.Tool(t, "cpio", "cpio")
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("sh", "-c", "find . -type f | cpio -o -H newc --quiet | gzip -n")
	cmd.Dir = dir
	data, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImportPlatform(t *testing.T) {
	initrd := packInitrd(t, map[string]string{
		"lib/modules/3.10.108/modules.builtin":  "kernel/drivers/ata/ahci.ko\nkernel/drivers/scsi/sd-mod.ko\n",
		"lib/modules/3.10.108/kernel/broken.ko": "no module",
	})
	i, bad, err := source.ImportPlatform(catalog.Platform{ID: "ds3615xs_42218", Loader: "redpill"}, source.PlatformFiles{
		Kernel: kotest.ZImage(t, "OLD"), Name: "zImage", Initrd: initrd, Config: []byte("CONFIG_IGB=y\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := catalog.Platform{
		ID: "ds3615xs_42218", Loader: "redpill", KernelVersion: "3.10.108", KernelRelease: "3.10.108", Evidence: "zImage",
		Builtin: []string{"ahci", "sd_mod"}, Buses: []string{"pci", "usb", "virtio", "vmbus"}, Exports: i.Platform.Exports,
	}
	if diff := cmp.Diff(want, i.Platform); diff != "" {
		t.Errorf("platform mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"igb"}, i.Configured); diff != "" {
		t.Errorf("configured mismatch (-want +got):\n%s", diff)
	}
	if len(bad) != 1 || i.Date != "2021-10-18" || len(i.Drivers) != 7 || i.Kernel.Compression != "gzip" {
		t.Errorf("bad %v, date %s, %d drivers, kernel %+v", bad, i.Date, len(i.Drivers), i.Kernel)
	}
	c := i.Catalog()
	if len(c.Platforms) != 1 || len(c.Platforms[0].Drivers) != 8 || c.Date != i.Date {
		t.Errorf("catalogue of %s with platforms %+v", c.Date, c.Platforms)
	}
}

// What follows an initrd, such as a signature, does not lose what is in it; what
// is none is said so.
func TestImportPlatformInitrds(t *testing.T) {
	tiny := string(compile(t))
	whole := packInitrd(t, map[string]string{"usr/lib/modules/tiny.ko": tiny})
	kernel := kotest.ZImage(t)
	for _, test := range []struct {
		name    string
		initrd  []byte
		modules int
		bad     int
		want    error
	}{
		{"whole", whole, 1, 0, nil},
		{"signed", append(whole[:len(whole):len(whole)], "signature"...), 1, 1, nil},
		{"cut", whole[:len(whole)/2], 0, 0, archive.ErrTruncated},
		{"no archive", []byte("nothing"), 0, 0, archive.ErrFormat},
	} {
		i, bad, err := source.ImportPlatform(catalog.Platform{}, source.PlatformFiles{Kernel: kernel, Initrd: test.initrd})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if err == nil && (len(i.Modules) != test.modules || len(bad) != test.bad || i.Platform.ID != "linux:6.12.1+") {
			t.Errorf("%s: %d modules, bad %v, platform %s", test.name, len(i.Modules), bad, i.Platform.ID)
		}
	}
	_, _, err := source.ImportPlatform(catalog.Platform{}, source.PlatformFiles{Kernel: whole})
	if !errors.Is(err, vmlinux.ErrFormat) {
		t.Errorf("an initrd as kernel: %v", err)
	}
}

// compile returns the smallest module.
func compile(t *testing.T) []byte {
	t.Helper()
	gcc := kotest.Tool(t, "gcc", "gcc")
	dir := t.TempDir()
	text := `__attribute__((section(".modinfo"), used)) static const char info[] = "name=tiny\0license=GPL\0";`
	if err := os.WriteFile(filepath.Join(dir, "tiny.c"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-c", "-o", filepath.Join(dir, "tiny.ko"), filepath.Join(dir, "tiny.c")).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "tiny.ko"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
