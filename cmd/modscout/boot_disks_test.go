package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// testDisks boots the stick's image as the disk of each kind, beside five disks
// of others. Those must be as they were, to the last byte.
func testDisks(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	image := buildImage(t, program, kernel, filepath.Join(t.TempDir(), "scan.img"))
	foreign := foreignDisks(t, image)
	for name, device := range map[string]string{
		"SATA": "ide-hd,bus=ide.0,drive=stick,bootindex=0",
		"NVMe": "nvme,serial=1,drive=stick,bootindex=0",
	} {
		stick := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(stick, readFile(t, image), 0o644); err != nil {
			t.Fatal(err)
		}
		board := qemu.Plain()
		board.Drives = append(board.Drives, qemu.Drive{ID: "stick", File: stick})
		board.Devices = append(board.Devices, device)
		before := map[string][32]byte{}
		for i, disk := range foreign {
			before[disk] = sha256.Sum256(readFile(t, disk))
			id := fmt.Sprint("foreign", i+1)
			board.Drives = append(board.Drives, qemu.Drive{ID: id, File: disk})
			board.Devices = append(board.Devices, fmt.Sprintf("ide-hd,bus=ide.%d,drive=%s", i+1, id))
		}
		r := wantReport(t, bootBoard(t, board))
		disks := 0
		for _, d := range r.Devices {
			if d.Disks != nil {
				disks += *d.Disks
			}
		}
		if disks < 1+len(foreign) {
			t.Errorf("as a %s disk: %d disks in the report, want %d and more", name, disks, 1+len(foreign))
		}
		readStick(t, openStick(t, stick), "modscout/report.json")
		for _, disk := range foreign {
			if sha256.Sum256(readFile(t, disk)) != before[disk] {
				t.Errorf("booted as a %s disk, the image wrote to the disk %s", name, filepath.Base(disk))
			}
		}
	}
}

// testCD boots one CD under both firmwares. It can save nothing; the report
// comes by the serial port.
func testCD(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	board := qemu.Plain().WithCD(buildImage(t, program, kernel, filepath.Join(t.TempDir(), "scan.iso")))
	board.MemoryMB = 512
	for _, firmware := range []string{"", ovmf} {
		board.Firmware = firmware
		out := bootBoard(t, board)
		r := wantReport(t, out)
		if want := map[string]string{"": "bios", ovmf: "uefi"}[firmware]; r.Machine.Firmware != want {
			t.Errorf("the report says firmware %q, want %q", r.Machine.Firmware, want)
		}
		if bytes.Contains(out, []byte("NOT SAVED")) {
			t.Error("it tried to save on a CD")
		}
	}
}

// testNetwork boots the parts by QEMU's iPXE from a TFTP server. There is no
// stick to save on; the report comes by the serial port.
func testNetwork(t *testing.T, program string) {
	parts := buildImage(t, program, kotest.Debian(t, "linux-image-amd64"), t.TempDir()+"/")
	board := qemu.Plain()
	board.MemoryMB = 512
	board.Devices = append(board.Devices, "e1000,netdev=net,bootindex=0")
	board.Extra = []string{"-netdev", "user,id=net,restrict=on,tftp=" + parts + ",bootfile=boot.ipxe"}
	r := wantReport(t, bootBoard(t, board))
	wantCards(t, r, map[string]string{"8086:100e": "", "1b36:000d": "qemu-xhci", "8086:2922": "ich9-ahci"})
}

// foreignDisks makes disks as other systems leave them: an ext4 whose journal
// is to be replayed by whoever mounts it, NTFS, a volume of LVM, one without
// any structure, and a stick like ours of another signature.
func foreignDisks(t *testing.T, image string) []string {
	t.Helper()
	const size = 8 << 20
	dir := t.TempDir()
	disk := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, append(content, make([]byte, size-len(content))...), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tool := func(name, debian string, args ...string) {
		if out, err := exec.Command(kotest.Tool(t, name, debian), args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	ext4 := disk("ext4", nil)
	tool("mkfs.ext4", "e2fsprogs", "-q", "-F", ext4)
	tool("debugfs", "e2fsprogs", "-w", "-R", "feature needs_recovery", ext4)
	ntfs := make([]byte, 512) // its boot sector: what a system knows it by
	copy(ntfs, "\xeb\x52\x90NTFS    ")
	copy(ntfs[510:], "\x55\xaa")
	lvm := make([]byte, 1024) // the label of a physical volume, in its second sector
	copy(lvm[512:], "LABELONE\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00LVM2 001")
	raw := slices.Repeat([]byte("no structure at all. "), 1000)
	return []string{ext4, disk("ntfs", ntfs), disk("lvm", lvm), disk("raw", raw), copyDisk(t, image)}
}
