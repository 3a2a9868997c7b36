package packer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/plan"
)

// overlayOf packs a plan for Debian's kernel out of that kernel's tree.
func overlayOf(t *testing.T, p *plan.Plan) map[string]string {
	t.Helper()
	kernel := kotest.Debian(t, "linux-image-amd64")
	p.Platform.Kernel = kernel.Release
	seal(t, p)
	pile, err := OpenPile(kernel.Modules, p)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := pack(t, "initramfs", p, Options{From: pile})
	return files
}

func TestOverlay(t *testing.T) {
	p := listPlan(t)
	files := overlayOf(t, p)
	lines, bodies := uncpio(t, strings.NewReader(pipe(t, files["modscout.cpio.zst"], kotest.Tool(t, "zstd", "zstd"), "-dc")))
	release := p.Platform.Kernel
	golden(t, "overlay/entries.txt", strings.ReplaceAll(strings.Join(lines, "\n")+"\n", release, "RELEASE"))
	golden(t, "overlay/README.txt", strings.ReplaceAll(strings.ReplaceAll(files["README.txt"], release, "RELEASE"), p.ID, "ID"))
	if got := bodies["etc/modprobe.d/modscout.conf"]; !strings.Contains(got, "options igb IntMode=1 max_vfs=2\n") {
		t.Errorf("modprobe.d has no arguments:\n%s", got)
	}
	if got := files["modules-load.conf"]; !strings.HasSuffix(got, "\ne1000e\n") {
		t.Errorf("the late stage is\n%s, want e1000e", got)
	}
	if again := overlayOf(t, listPlan(t)); again["modscout.cpio.zst"] != files["modscout.cpio.zst"] {
		t.Error("the same plan gave other bytes")
	}
}

// TestOracleOverlay lets the real modprobe load from the overlay, by name and
// by alias, without loading.
func TestOracleOverlay(t *testing.T) {
	p := listPlan(t)
	files := overlayOf(t, p)
	modprobe := kotest.Tool(t, "modprobe", "kmod")
	_, bodies := uncpio(t, strings.NewReader(pipe(t, files["modscout.cpio.zst"], kotest.Tool(t, "zstd", "zstd"), "-dc")))
	root := t.TempDir()
	for name, body := range bodies {
		put(t, filepath.Join(root, name), body)
	}
	args := []string{"-C", filepath.Join(root, "etc", "modprobe.d"), "-d", root, "-S", p.Platform.Kernel}
	var got []string
	for line := range strings.Lines(command(t, nil, modprobe, append(args, "-D", "-a", "igb", "pci:v000010ECd00008168sv00001043sd00008168bc02sc00i00")...)) {
		fields := strings.Fields(line)
		got = append(got, strings.Join(append([]string{filepath.Base(fields[1])}, fields[2:]...), " "))
	}
	want := []string{"i2c-algo-bit.ko", "dca.ko", "igb.ko IntMode=1 max_vfs=2", "libphy.ko", "mdio_devres.ko", "r8169.ko"}
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("modprobe would load (-want +got):\n%s", diff)
	}
}

// TestOverlayOnRunningKernel boots Debian's kernel with the overlay behind an
// initrd that has busybox and nothing else: its modprobe loads the list, and the
// card whose driver comes later has none.
func TestOverlayOnRunningKernel(t *testing.T) {
	kotest.Boots(t)
	p := listPlan(t)
	p.Modules = append([]plan.Module{{File: "mii.ko", Name: "mii", Stage: plan.StageBoot}, {File: "pcnet32.ko", Name: "pcnet32", Stage: plan.StageBoot}}, p.Modules[6])
	files := overlayOf(t, p)
	script := "#!/bin/sh\ncat /etc/modules-load.d/modscout.conf >/dev/null || exit 1\nmodprobe -a $(grep -v '^#' /etc/modules-load.d/modscout.conf)\n"
	base, err := newc([]layerEntry{
		{"lib", cpio.TypeDir | 0o755, nil}, {"exts", cpio.TypeDir | 0o755, nil}, {"exts/exec.sh", cpio.TypeReg | 0o755, []byte(script)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := boot(t, slices.Concat(base, []byte(files["modscout.cpio.zst"])), []string{"-device", "pcnet,romfile=", "-device", "e1000e,romfile="})
	if diff := cmp.Diff([]string{"bound: pcnet32"}, got); diff != "" {
		t.Errorf("boot mismatch (-want +got):\n%s", diff)
	}
}

func TestOverlayRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(p *plan.Plan)
		want   string
	}{
		{"another kernel", func(p *plan.Plan) { p.Platform.Kernel = "5.10.55+" }, "was built for kernel"},
		{"another file", func(p *plan.Plan) { p.Modules[2].SHA256 = sum(nil) }, "sha256 is"},
		{"not there", func(p *plan.Plan) { p.Modules[2].File = "nosuch.ko" }, "does not hold it"},
		{"nothing to boot with", func(p *plan.Plan) { p.Modules = p.Modules[6:] }, "stage boot"},
		{"no release", func(p *plan.Plan) { p.Platform.Kernel = "" }, "kernel release"},
		{"no folder", func(p *plan.Plan) { p.Platform.Kernel = ".." }, "kernel release"},
	}
	for _, test := range tests {
		p := listPlan(t)
		_, dir := smallTree(t, p)
		test.change(p)
		pile, err := OpenPile(dir, p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Pack("initramfs", p, t.TempDir(), Options{From: pile}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := OpenPile(filepath.Join(t.TempDir(), "nosuch"), listPlan(t)); !os.IsNotExist(err) {
		t.Errorf("a missing pile: error %v", err)
	}
}
