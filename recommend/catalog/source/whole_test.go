package source

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modscout/modscout/recommend/catalog"
)

// deb packs a tar archive the way deb(5) says.
func deb(data []byte) []byte {
	file := []byte("!<arch>\n")
	for _, member := range []struct {
		name string
		data []byte
	}{{"debian-binary", []byte("2.0\n")}, {"control.tar", nil}, {"data.tar.gz", data}} {
		file = append(file, fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", member.name, 0, 0, 0, 0o644, len(member.data))...)
		file = append(file, member.data...)
		if len(member.data)%2 != 0 {
			file = append(file, '\n')
		}
	}
	return file
}

// TestKernelPackage: a kernel's Debian package gives the same platform as its
// unpacked tree.
func TestKernelPackage(t *testing.T) {
	const release = "6.1.0-1-amd64"
	modules := "lib/modules/" + release + "/"
	files := []entry{
		{name: "./" + modules + "kernel/drivers/net/drv.ko", data: drv.ko()},
		{name: "./" + modules + "kernel/lib/bus-core.ko", data: bus.ko()},
		{name: "./" + modules + "kernel/bad.ko", data: []byte("no ELF")},
		{name: "./" + modules + "modules.builtin", data: []byte("kernel/drivers/ata/ahci.ko\nkernel/fs/ext4/ext4.ko\n")},
		{name: "./" + modules + "modules.order", data: []byte("kernel/lib/bus-core.ko\n")},
		{name: "./usr/share/doc/x.ko", data: []byte("a text")},
	}
	x := newTree(t)
	x.write("linux-image.deb", deb(tgz(t, files...)))
	for _, f := range files[:5] {
		x.write(f.name, f.data)
	}
	want, wantFindings, err := Read([]string{filepath.Join(x.dir, modules)}, "k", "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, findings, err := Read([]string{filepath.Join(x.dir, "linux-image.deb")}, "k", "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want.Provenance, got.Provenance = nil, nil
	if diff := cmp.Diff(want.Platforms, got.Platforms); diff != "" {
		t.Errorf("platform mismatch (-tree +package):\n%s", diff)
	}
	if diff := cmp.Diff(want.Extensions, got.Extensions); diff != "" {
		t.Errorf("modules mismatch (-tree +package):\n%s", diff)
	}
	if diff := cmp.Diff(codes(wantFindings), codes(findings)); diff != "" || len(findings) == 0 {
		t.Errorf("findings mismatch (-tree +package):\n%s", diff)
	}
}

// extra packs files the way Jun's extra.lzma is: cpio, then LZMA alone.
func extra(t *testing.T, files ...entry) []byte {
	t.Helper()
	var file bytes.Buffer
	packer, err := lzma.NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	w := cpio.NewWriter(packer)
	for _, f := range files {
		if err := w.WriteHeader(&cpio.Header{Name: f.name, Mode: cpio.TypeReg | 0o644, Size: int64(len(f.data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(f.data)
	}
	if err := errors.Join(w.Close(), packer.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestExtraLZMA(t *testing.T) {
	x := newTree(t)
	files := []entry{
		{name: "etc/rc.modules", data: []byte("EXTRA_MODULES=\"bus-core.ko drv.ko\"\n")},
		{name: "usr/lib/modules/drv.ko", data: drv.ko()},
		{name: "usr/lib/modules/bus-core.ko", data: bus.ko()},
		{name: "usr/sbin/modprobe", data: []byte("\x7fELF")},
	}
	x.write("extra.lzma", extra(t, files...))
	x.write("modules.cpio.lzma", extra(t, files...))
	c, findings, err := Read([]string{filepath.Join(x.dir, "extra.lzma")}, "jun", "", Options{})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	want := []catalog.Platform{{ID: "jun:4.4.180+", Loader: "jun", KernelVersion: "4.4.180", KernelRelease: "4.4.180+", Evidence: "vermagic of the modules in extra.lzma"}}
	if diff := cmp.Diff(want, c.Platforms); diff != "" {
		t.Errorf("platform mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bus-core.ko", "drv.ko"}, modulesOf(c)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	if _, _, err := Read([]string{filepath.Join(x.dir, "modules.cpio.lzma")}, "jun", "", Options{}); !errors.Is(err, ErrKind) {
		t.Errorf("modules of an unknown platform: %v, want %v", err, ErrKind)
	}
}
