package qemu

import (
	"slices"
	"strings"
)

// Plain is a PC with nothing but what a stick and a keyboard need. q35 brings
// AHCI itself.
func Plain() Board {
	return Board{Devices: []string{"qemu-xhci,id=usb,addr=07.0", "usb-kbd,bus=usb.0"}}
}

// Demo is the board of `make demo` and the boot tests: one of each kind of
// device that the question is about.
func Demo() Board {
	board := Plain()
	board.Devices = append(board.Devices,
		"e1000e,addr=02.0",
		"vmxnet3,addr=03.0",
		"virtio-net-pci,addr=04.0,romfile=",
		"megasas,addr=05.0",
		"nvme,addr=06.0,serial=demo",
	)
	return board
}

// Without returns the board without the devices of a QEMU type, "vmxnet3".
func (b Board) Without(device string) Board {
	b.Devices = slices.DeleteFunc(slices.Clone(b.Devices), func(d string) bool {
		name, _, _ := strings.Cut(d, ",")
		return name == device
	})
	return b
}

// WithStick plugs in a disk image as a USB stick and boots from it. The board
// must have the controller "usb".
func (b Board) WithStick(file string, snapshot bool) Board {
	b.Drives = append(slices.Clone(b.Drives), Drive{ID: "stick", File: file, Snapshot: snapshot})
	b.Devices = append(slices.Clone(b.Devices), "usb-storage,bus=usb.0,drive=stick,removable=on,bootindex=0")
	return b
}

// WithCD puts in a CD and boots from it. q35 has the port "ide.2".
func (b Board) WithCD(file string) Board {
	b.Drives = append(slices.Clone(b.Drives), Drive{ID: "cd", File: file, ReadOnly: true})
	b.Devices = append(slices.Clone(b.Devices), "ide-cd,bus=ide.2,drive=cd,bootindex=0")
	return b
}

// WithKernel boots a kernel and initramfs directly; the board powers off when
// the answer is there.
func (b Board) WithKernel(kernel, initrd string) Board {
	b.Kernel, b.Initrd = kernel, initrd
	b.Append = "console=tty0 console=ttyS0 quiet loglevel=3 panic=1 modscout.poweroff=1"
	return b
}
