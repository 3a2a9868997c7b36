package qemu

import (
	"slices"
	"strings"
)

// Demo is the board of `make demo` and the boot tests: one of each kind of
// device that the question is about. q35 brings AHCI itself.
func Demo() Board {
	return Board{
		Devices: []string{
			"e1000e,addr=02.0",
			"vmxnet3,addr=03.0",
			"virtio-net-pci,addr=04.0,romfile=",
			"megasas,addr=05.0",
			"nvme,addr=06.0,serial=demo",
			"qemu-xhci,addr=07.0,id=usb",
			"usb-kbd,bus=usb.0",
		},
	}
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
