package packer

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cavaliergopher/cpio"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/plan"
)

// guest is the init of a system that has nothing but busybox and our layer: it
// does what the loader's patched linuxrc does, and says what is bound.
const guest = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
/bin/busybox --install -s /bin
(/bin/sh /exts/exec.sh load_kmods && /bin/sh /exts/exec.sh on_boot_scripts) || echo "Exit 99"
for driver in /sys/bus/pci/devices/*/driver; do
	echo "bound: $(basename "$(readlink -f "$driver")")"
done
poweroff -f
`

// TestWrongKernelIsRefused boots Debian's kernel with a layer for another one as
// the second part of its initrd: nothing is loaded, and the console says why.
// That the right layer does its work is proved in cmd/modscout.
func TestWrongKernelIsRefused(t *testing.T) {
	p := debianPlan(t, []string{"e1000e", "vmxnet3", "pcnet32", "igb"}, []string{"8086:10d3", "15ad:07b0", "1022:2000"})
	p.Platform.Kernel = "4.4.180+"
	seal(t, p)
	cards := []string{"-device", "e1000e,romfile=", "-device", "vmxnet3,romfile=", "-device", "pcnet,romfile="}
	got := boot(t, packFile(t, "custom.gz", p, Options{Layer: LZMALayer}), cards)
	want := []string{
		"modscout: REFUSED: this kernel is " + kotest.Debian(t, "linux-image-amd64").Release + ", the modules are for 4.4.180+; nothing was loaded",
		"modscout: modscout.drivers on_boot modscout-on_boot.sh ended with status 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("boot mismatch (-want +got):\n%s", diff)
	}
}

// packFile packs a plan for redpill and returns one of the files.
func packFile(t *testing.T, name string, p *plan.Plan, opts Options) []byte {
	t.Helper()
	opts.Fetch = source.Fetcher(nil, nil)
	files, _ := pack(t, "redpill", p, opts)
	return []byte(files[name])
}

// boot runs QEMU and returns the guest's lines that are ours.
func boot(t *testing.T, layer []byte, devices []string) (lines []string) {
	t.Helper()
	qemu := kotest.Tool(t, "qemu-system-x86_64", "qemu-system-x86")
	busybox, err := os.ReadFile(kotest.Tool(t, "busybox", "busybox-static"))
	if err != nil {
		t.Fatal(err)
	}
	base, err := newc([]layerEntry{
		{"bin", cpio.TypeDir | 0o755, nil},
		{"bin/busybox", cpio.TypeReg | 0o755, busybox},
		{"init", cpio.TypeReg | 0o755, []byte(guest)},
	})
	if err != nil {
		t.Fatal(err)
	}
	initrd := filepath.Join(t.TempDir(), "initrd")
	put(t, initrd, string(base)+string(layer))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	args := []string{"-accel", "tcg", "-smp", "1", "-m", "512", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
		"-kernel", kotest.Debian(t, "linux-image-amd64").Image, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1"}
	out, err := exec.CommandContext(ctx, qemu, append(args, devices...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "modscout: ") || strings.HasPrefix(line, "bound: ") || strings.HasPrefix(line, "Exit ") {
			lines = append(lines, line)
		}
	}
	return lines
}
