package ko_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// treeToPack writes a root directory with one kernel's tree, whose modules are
// of every compression, and other files that archives have.
func treeToPack(t *testing.T) (root string, want *ko.Tree) {
	t.Helper()
	root = t.TempDir()
	dir := filepath.Join(root, "usr/lib/modules/6.1.0-test")
	for file, m := range map[string]tiny{
		"kernel/net/igc.ko":     igc,
		"kernel/drivers/a.ko":   {info: []string{"name=a", "alias=pci:a"}},
		"kernel/drivers/b.ko":   {info: []string{"name=b", "alias=pci:b"}},
		"kernel/drivers/c.ko":   {info: []string{"name=c", "alias=pci:c"}},
		"updates/dkms/r8125.ko": {info: []string{"name=r8125", "depends=a"}, structLen: 544},
	} {
		writeFile(t, filepath.Join(dir, file), m.bytes())
	}
	writeFile(t, filepath.Join(dir, "modules.builtin"), []byte("kernel/lib/crc-ccitt.ko\nkernel/drivers/ata/ahci.ko\n"))
	writeFile(t, filepath.Join(dir, "modules.builtin.modinfo"), []byte("ahci.alias=pci:v*\x00ahci.file=drivers/ata/ahci\x00"))
	writeFile(t, filepath.Join(dir, "modules.order"), []byte("kernel/net/igc.ko\nkernel/drivers/a.ko\n"))
	writeFile(t, filepath.Join(dir, "kernel/._igc.ko"), []byte("AppleDouble"))
	writeFile(t, filepath.Join(root, "usr/share/doc/copyright"), []byte("none"))
	for _, command := range []string{"gzip kernel/drivers/a.ko", "xz --check=crc32 kernel/drivers/b.ko", "zstd -q --rm kernel/drivers/c.ko"} {
		sh(t, dir, command)
	}
	want, err := ko.ReadTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	want.Dir = ""
	want.Bad = nil // the AppleDouble file
	return root, want
}

// sh runs a command line in a directory.
func sh(t *testing.T, dir, command string) []byte {
	t.Helper()
	cmd := exec.Command("sh", "-ec", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, stderr.Bytes())
	}
	return out
}

// The forms in which kernels' modules travel, made by the tools that make them.
var packs = map[string]string{
	"tar":             "tar -c usr",
	"tar with dots":   "tar -c ./usr",
	"tar.gz":          "tar -c usr | gzip",
	"tar.xz":          "tar -c usr | xz -T2 --block-size=65536",
	"tar.zst":         "tar -c usr | zstd -q",
	"cpio":            "find usr | cpio -o -H newc --quiet",
	"cpio.gz":         "find usr | cpio -o -H newc --quiet | gzip",
	"cpio.xz":         "find usr | cpio -o -H newc --quiet | xz --check=crc32",
	"cpio.zst":        "find usr | cpio -o -H newc --quiet | zstd -q",
	"extra.lzma":      "find usr | cpio -o -H newc --quiet | xz --format=lzma", // as Jun's loader has it
	"dpkg-deb, xz":    deb + " -Zxz . ../x.deb >&2; cat ../x.deb; rm ../x.deb",
	"dpkg-deb, gzip":  deb + " -Zgzip . ../x.deb >&2; cat ../x.deb; rm ../x.deb",
	"dpkg-deb, plain": deb + " -Znone . ../x.deb >&2; cat ../x.deb; rm ../x.deb",
	"ar":              "tar -c usr | zstd -q >data.tar.zst; echo 2.0 >debian-binary; ar -q x.deb debian-binary data.tar.zst 2>/dev/null; cat x.deb",

	// Debian's initramfs-tools: microcode first, plain; then all else,
	// compressed; each padded to 512 bytes.
	"initrd.img, zstd": microcode + "find usr | cpio -o -H newc --quiet | zstd -q -19",
	"initrd.img, xz":   microcode + "find usr | cpio -o -H newc --quiet | xz --check=crc32",
	"initrd.img, gzip": microcode + "find usr | cpio -o -H newc --quiet | gzip",
	// An overlay behind it, as loaders add one, of another compression.
	"initrds": microcode + `find usr -path '*kernel/net*' | cpio -o -H newc --quiet | gzip
		find usr -path '*kernel/drivers*' | cpio -o -H newc --quiet | zstd -q
		find usr -not -path '*kernel*' | cpio -o -H newc --quiet | xz --check=crc32`,
}

const (
	deb       = "mkdir -p DEBIAN; printf 'Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >DEBIAN/control; dpkg-deb --root-owner-group -b"
	microcode = `mkdir -p kernel/x86/microcode; echo code >kernel/x86/microcode/GenuineIntel.bin
		find kernel | cpio -o -H newc --quiet -O early; truncate -s %512 early; cat early; rm -r early kernel
		`
)

// An archive of a tree says what the tree says.
func TestReadArchiveTrees(t *testing.T) {
	for _, tool := range [][2]string{{"tar", "tar"}, {"cpio", "cpio"}, {"xz", "xz-utils"}, {"zstd", "zstd"}, {"gzip", "gzip"}, {"dpkg-deb", "dpkg"}, {"ar", "binutils"}} {
		kotest.Tool(t, tool[0], tool[1])
	}
	for name, command := range packs {
		t.Run(name, func(t *testing.T) {
			root, want := treeToPack(t)
			data := sh(t, root, command)
			got, err := ko.ReadArchiveTrees(bytes.NewReader(data), archive.Default)
			if diff := cmp.Diff([]*ko.Tree{want}, got); diff != "" || err != nil {
				t.Errorf("ReadArchiveTrees(): %v, mismatch with the tree (-want +got):\n%s", err, diff)
			}
		})
	}
}

// Packs of loaders are flat; what lies outside of a tree is in one without a
// release, and a bad module hides no other.
func TestReadArchiveFlat(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "igc.ko"), igc.bytes())
	writeFile(t, filepath.Join(root, "bad.ko"), []byte("no ELF"))
	writeFile(t, filepath.Join(root, "modules.builtin"), []byte("kernel/of/what.ko\n"))
	writeFile(t, filepath.Join(root, "lib/modules/5.10.55/r8125.ko"), tiny{info: []string{"name=r8125"}}.bytes())
	got, err := ko.ReadArchiveTrees(bytes.NewReader(sh(t, root, "tar -cz *")), archive.Default)
	if err != nil {
		t.Fatal(err)
	}
	want := []*ko.Tree{
		{Modules: []*ko.Module{{File: "igc.ko", Name: "igc"}}, Bad: []error{ko.ErrFormat}},
		{Release: "5.10.55", Modules: []*ko.Module{{File: "r8125.ko", Name: "r8125"}}},
	}
	names := cmpopts.AcyclicTransformer("names", func(m *ko.Module) string { return m.File + " " + m.Name })
	if diff := cmp.Diff(want, got, names, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("ReadArchiveTrees() mismatch (-want +got):\n%s", diff)
	}
}

// An archive that ends in the middle is an error, whatever was read before.
func TestReadArchiveCut(t *testing.T) {
	root, _ := treeToPack(t)
	data := sh(t, root, packs["initrds"])
	for _, n := range []int{1, 100, len(data) / 2, len(data) - 40} {
		if _, err := ko.ReadArchiveTrees(bytes.NewReader(data[:n]), archive.Default); err == nil {
			t.Errorf("accepted when cut at %d of %d bytes", n, len(data))
		}
	}
	if _, err := ko.ReadArchiveTrees(strings.NewReader("no archive"), archive.Default); !errors.Is(err, archive.ErrFormat) {
		t.Errorf("ReadArchiveTrees(text) = %v, want %v", err, archive.ErrFormat)
	}
}
