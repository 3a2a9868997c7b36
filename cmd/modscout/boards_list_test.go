package main

import "github.com/modscout/modscout/initramfs/qemu"

// A provedBoard is an emulated PC that the platform's own initrd does not drive
// whole.
type provedBoard struct {
	name   string
	ci     bool // it is booted wherever the tests run, not by make proof alone
	stick  bool // a loader's stick is in it, for the boot log
	kernel string
	qemu.Board
}

// Kernels of the proof, as Debian's metapackages name them.
const (
	linux6_1  = "linux-image-amd64"
	linux6_12 = "linux-image-6.12-amd64"
)

// provedBoards have different sets of devices: network cards of ten drivers,
// disk controllers of nine, what virtual machines have, USB network, sound,
// a watchdog. QEMU has no others that the generated catalogue drives.
var provedBoards = []provedBoard{
	{"rack server", true, false, linux6_1, qemu.Board{Devices: []string{
		"e1000e,romfile=", "vmxnet3,romfile=", "megasas"}}},
	{"KVM guest", true, false, linux6_1, qemu.Board{Devices: []string{
		"virtio-net-pci,romfile=", "virtio-scsi-pci", "virtio-blk-pci,drive=d0", "virtio-balloon-pci", "virtio-rng-pci"}}},
	{"three cards with one PHY library", true, false, linux6_1, qemu.Board{Devices: []string{
		"pcie-pci-bridge,id=pci", "rtl8139,bus=pci,romfile=", "pcnet,bus=pci,romfile=", "i82559er,bus=pci,romfile="}}},
	{"PC with USB network", true, true, linux6_1, qemu.Board{Devices: []string{
		"qemu-xhci,id=usb", "usb-net,bus=usb.0", "e1000,romfile="}}},
	{"VMware guest", false, false, linux6_1, qemu.Board{Devices: []string{
		"vmxnet3,romfile=", "pvscsi", "vmware-svga"}}},
	{"old VMware guest", false, false, linux6_1, qemu.Board{Machine: "pc", Devices: []string{
		"pcnet,romfile=", "lsi53c895a", "ES1370,audiodev=none"}}},
	{"converted virtual machine", false, false, linux6_1, qemu.Board{Machine: "pc", Devices: []string{
		"mptsas1068", "virtio-net-pci,romfile=", "piix3-usb-uhci"}}},
	{"workstation", false, false, linux6_12, qemu.Board{Devices: []string{
		"e1000e,romfile=", "intel-hda", "hda-duplex,audiodev=none", "nvme,drive=d0,serial=1", "qemu-xhci"}}},
	{"server with SCSI", false, false, linux6_1, qemu.Board{Machine: "pc", Devices: []string{
		"dc390", "lsi53c810", "e1000-82545em,romfile="}}},
	{"firewall with four ports", false, false, linux6_1, qemu.Board{Devices: []string{
		"pcie-pci-bridge,id=pci", "e1000-82544gc,bus=pci,romfile=", "e1000,bus=pci,romfile=", "i82551,bus=pci,romfile=", "i82801,bus=pci,romfile="}}},
	{"PC of the nineties", false, false, linux6_1, qemu.Board{Machine: "pc", Devices: []string{
		"tulip,romfile=", "ne2k_pci,romfile=", "am53c974", "ide-hd,bus=ide.0,drive=d0"}}},
	{"RAID server", false, false, linux6_12, qemu.Board{Devices: []string{
		"megasas-gen2", "mptsas1068", "vmxnet3,romfile=", "ich9-ahci,id=sata", "ide-hd,bus=sata.0,drive=d0"}}},
	{"KVM guest of the modern kind", false, false, linux6_12, qemu.Board{Devices: []string{
		"virtio-net-pci-non-transitional,romfile=", "virtio-blk-pci-non-transitional,drive=d0", "virtio-keyboard-pci", "virtio-serial-pci"}}},
}
