package main

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/foreign"
)

// loaderFiles are what redpill-load puts on its first partition, as far as
// bootlog.sh looks at them.
var loaderFiles = map[string]string{
	"zImage": "kernel", "rd.gz": "initrd", "custom.gz": "layer", "boot/grub/grub.cfg": "initrd /rd.gz /custom.gz\n",
}

// sticks are the USB disks of a board that writes a boot log: the loader's, and
// one of somebody else of the same make.
type sticks struct {
	loader, foreign string // image files
	sum             [sha256.Size]byte
}

// plugSticks plugs both in and names the loader's make on the command line, as
// user_config.json does. The board must have the controller "usb".
func plugSticks(t *testing.T, board *qemu.Board) sticks {
	t.Helper()
	s := sticks{loader: fatStick(t, loaderFiles), foreign: fatStick(t, map[string]string{"photo.jpg": "photo"})}
	s.sum = sha256.Sum256(readFile(t, s.foreign))
	board.Append = strings.TrimSpace(board.Append + " log=wait vid=0x46f4 pid=0x0001")
	for id, file := range map[string]string{"loader": s.loader, "foreign": s.foreign} {
		board.Drives = append(board.Drives, qemu.Drive{ID: id, File: file})
		board.Devices = append(slices.Clone(board.Devices), "usb-storage,bus=usb.0,removable=on,drive="+id)
	}
	return s
}

// fatStick makes a disk image as RedPill's template is: an MBR with a partition
// of type 83 at 1 MiB that holds FAT32.
func fatStick(t *testing.T, files map[string]string) string {
	t.Helper()
	const sectors = 48 << 11
	image := filepath.Join(t.TempDir(), "stick.img")
	mbr := make([]byte, 512)
	copy(mbr[446:], []byte{0, 0, 0, 0, 0x83, 0, 0, 0, 0x00, 0x08, 0, 0, sectors & 0xff, sectors >> 8 & 0xff, sectors >> 16 & 0xff, 0})
	copy(mbr[510:], "\x55\xaa")
	if err := os.WriteFile(image, mbr, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 1<<20+sectors<<9); err != nil {
		t.Fatal(err)
	}
	runTool(t, "dosfstools", "mkfs.vfat", "-F", "32", "--offset", "2048", image, "49152")
	runTool(t, "mtools", "mmd", "-i", image+"@@1M", "::boot", "::boot/grub")
	for name, text := range files {
		runTool(t, "mtools", "mcopy", "-i", image+"@@1M", tempFile(t, filepath.Base(name), []byte(text)), "::"+name)
	}
	return image
}

// wantBootLog reads what the boot left on the loader's stick: import makes a
// report of it that has every device of the plan with its driver, and nothing
// failed. The other stick is as it was.
func wantBootLog(t *testing.T, s sticks, p *plan.Plan) {
	t.Helper()
	log := runTool(t, "mtools", "mtype", "-i", s.loader+"@@1M", "::modscout-boot.log")
	r, err := foreign.Import([]foreign.Input{{Name: "modscout-boot.log", Data: log}}, foreign.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	if r.Source.Kind != "bootlog" || r.Source.Kernel != p.Platform.Kernel {
		t.Errorf("the boot log is of kind %q and kernel %q, want bootlog, %q", r.Source.Kind, r.Source.Kernel, p.Platform.Kernel)
	}
	var found []sight
	for _, d := range r.Devices {
		if d.Driver != "" {
			found = append(found, sight{d.Bus, "/sys/" + d.SysfsPath, d.Driver, ""})
		}
	}
	if lost := unboundByAny(p, r, found); len(lost) > 0 {
		t.Errorf("in the boot log these devices have no driver: %v\n%s", lost, log)
	}
	for _, w := range r.Source.Warnings {
		if w.Code == "boot-module" || w.Code == "boot-refused" || w.Code == "unread" {
			t.Errorf("the boot log warns: %s\n%s", w.Text, log)
		}
	}
	if !bytes.Contains(log, []byte("\nload: ")) || !bytes.Contains(log, []byte("\nlog: ")) || bytes.Contains(log, []byte("52:54:00")) {
		t.Errorf("the boot log lacks what was loaded or the kernel's lines, or has a MAC address:\n%s", log)
	}
	if sha256.Sum256(readFile(t, s.foreign)) != s.sum {
		t.Error("a stick that is not the loader's was written to")
	}
}
