package main

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan/report"
)

// bootsFile is where make boots wants the table.
var bootsFile = flag.String("boots", "", "boot in every way, find the least memory for each, and write the table into this file, between its marks")

// A medium is what a machine starts the scan image from.
type medium struct {
	name   string
	output string // of image build
	plug   func(qemu.Board, string) qemu.Board
	id     string   // of the PCI device that it hangs on …
	driver string   // … and that device's driver, after the boot
	beside []string // where disks of others may hang
}

var (
	onStick = medium{"USB stick", "scan.img", func(b qemu.Board, file string) qemu.Board { return b.WithStick(file, false) }, "1b36:000d", "xhci_hcd", nil}
	onSATA  = medium{"SATA disk", "scan.img", asDisk("q35", "ide-hd,bus=ide.0"), "8086:2922", "ahci", sataPorts}
	onNVMe  = medium{"NVMe disk", "scan.img", asDisk("q35", "nvme,serial=1"), "1b36:0010", "nvme", sataPorts}
	onIDE   = medium{"IDE disk", "scan.img", asDisk("pc", "ide-hd,bus=ide.0"), "8086:7010", "ata_piix", []string{"ide.0", "ide.1", "ide.1"}}
	onCD    = medium{"CD", "scan.iso", qemu.Board.WithCD, "8086:2922", "ahci", nil}
	onLAN   = medium{"network", "parts/", asServer, "8086:100e", "", nil}
)

var sataPorts = []string{"ide.1", "ide.2", "ide.3", "ide.4", "ide.5"}

// asDisk plugs in an image as the disk that is booted.
func asDisk(machine, device string) func(qemu.Board, string) qemu.Board {
	return func(b qemu.Board, file string) qemu.Board {
		b.Machine = machine
		b.Drives = append(b.Drives, qemu.Drive{ID: "stick", File: file})
		b.Devices = append(b.Devices, device+",drive=stick,bootindex=0")
		return b
	}
}

// asServer offers the parts in a directory by TFTP to the iPXE that is in the
// ROM of QEMU's network cards.
func asServer(b qemu.Board, dir string) qemu.Board {
	b.Devices = append(b.Devices, "e1000,netdev=net,bootindex=0")
	b.Extra = []string{"-netdev", "user,id=net,restrict=on,tftp=" + dir + ",bootfile=boot.ipxe"}
	return b
}

// saves says whether the answer is written to it.
func (m medium) saves() bool { return m.output == "scan.img" }

// A bootWay is one of those in which a machine starts the scan image.
type bootWay struct {
	medium
	firmware qemu.Firmware
	kernel   string // Debian's metapackage
	ci       bool   // it is tried wherever the tests run, not by make boots alone
}

// bootWays are all that the image promises. The stick under BIOS is in testStick
// too, on a board with more on it.
var bootWays = []bootWay{
	{onStick, qemu.BIOS, linux6_1, false},
	{onStick, qemu.UEFI, linux6_1, true},
	{onSATA, qemu.BIOS, linux6_1, true},
	{onSATA, qemu.UEFI, linux6_1, true},
	{onNVMe, qemu.BIOS, linux6_1, true},
	{onNVMe, qemu.UEFI, linux6_1, true},
	{onIDE, qemu.BIOS, linux6_1, true},
	{onCD, qemu.BIOS, linux6_1, true},
	{onCD, qemu.UEFI, linux6_1, true},
	{onLAN, qemu.BIOS, linux6_1, true},
	{onStick, qemu.SecureBoot, linux6_1, true},
	{onCD, qemu.SecureBoot, linux6_1, true},
	{onStick, qemu.BIOS, linux6_12, false},
	{onStick, qemu.UEFI, linux6_12, true}, // its modules are compressed
	{onNVMe, qemu.UEFI, linux6_12, false},
	{onCD, qemu.UEFI, linux6_12, false},
	{onStick, qemu.SecureBoot, linux6_12, false},
}

// version is "6.1." of linux-image-amd64, as the tests' kernels are.
func (w bootWay) version() string {
	return map[string]string{linux6_1: "6.1.", linux6_12: "6.12."}[w.kernel]
}

func (w bootWay) String() string {
	return fmt.Sprintf("%s, %s, %s", w.name, w.firmware, strings.TrimSuffix(w.version(), "."))
}

// TestBoots boots the same image in every way: the report must come, say with
// what firmware it was made, have a driver for what the medium hangs on, and lie
// on the medium for the host to read. Beside a disk are five of others, which
// must be as they were, to the last byte.
func TestBoots(t *testing.T) {
	kotest.Boots(t)
	made := images{program: buildInit(t), paths: map[string]string{}}
	for _, w := range bootWays {
		if !w.ci && *bootsFile == "" {
			continue
		}
		t.Run(w.String(), func(t *testing.T) {
			if err := w.firmware.Check(); err != nil {
				kotest.Missing(t, err.Error()+": apt-get install ovmf")
			}
			image := made.of(t, w)
			if *bootsFile != "" {
				keepBoot(t, *bootsFile, w.measure(t, image))
				return
			}
			board, file := w.board(t, image)
			disks := newStrangers(t, image, len(w.beside))
			for i, disk := range disks.files() {
				disks.plug(&board, disk, "ide-hd,bus="+w.beside[i])
			}
			r := w.mustBoot(t, board, file).report
			wantDriver(t, r, w.id, w.driver)
			wantDisks(t, r, len(w.beside))
			disks.wantUntouched(t)
		})
	}
}

// wantDisks wants the medium in a report and so many disks more.
func wantDisks(t *testing.T, r *report.Report, others int) {
	t.Helper()
	disks := 0
	for _, d := range r.Devices {
		if d.Disks != nil {
			disks += *d.Disks
		}
	}
	if others > 0 && disks < 1+others {
		t.Errorf("%d disks in the report, want %d and more", disks, 1+others)
	}
}
