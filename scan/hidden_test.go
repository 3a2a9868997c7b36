package scan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/scantest"
)

// TestHidden wants exactly these warnings of trees that hide something, and none
// of those that could and do not.
func TestHidden(t *testing.T) {
	const (
		raid  = "%B/0000:00:17.0/vendor: 0x8086\n%B/0000:00:17.0/device: 0x2822\n%B/0000:00:17.0/class: 0x010400\nsys/bus/pci/devices/0000:00:17.0 -> ../../../devices/pci0000:00/0000:00:17.0\n"
		vmd   = "%B/0000:00:0e.0/vendor: 0x8086\n%B/0000:00:0e.0/device: 0x467f\n%B/0000:00:0e.0/class: 0x010400\nsys/bus/pci/devices/0000:00:0e.0 -> ../../../devices/pci0000:00/0000:00:0e.0\n"
		guest = "proc/cpuinfo: processor\\t: 0\\nflags\\t: fpu hypervisor\\n\nsys/bus/acpi/devices/x: y\n"
	)
	tests := []struct {
		name, tree string
		codes      []string
	}{
		{"RAID mode", raid, []string{"raid-mode"}},
		{"RAID mode, one disk hidden", raid + "%B/0000:00:17.0/remapped_nvme: 1\\n\n", []string{"raid-remap"}},
		{"RAID mode, none hidden", raid + "%B/0000:00:17.0/remapped_nvme: 0\\n\n", nil},
		{"VMD", vmd, []string{"vmd"}},
		{"a PC", "proc/cpuinfo: processor\\t: 0\\nflags\\t: fpu\\n\nsys/bus/acpi/devices/x: y\n", nil},
		{"guest of Hyper-V", guest + "sys/class/dmi/id/sys_vendor: Microsoft Corporation\n", []string{"guest", "hyperv-hidden"}},
		{"guest of Hyper-V with its bus", guest + "sys/class/dmi/id/sys_vendor: Microsoft Corporation\nsys/bus/vmbus/devices/a/modalias: vmbus:635161f8\n", []string{"guest"}},
		{"guest of Xen", guest + "sys/hypervisor/type: xen\n", []string{"guest", "xen-hidden"}},
		{"guest of Xen with its bus", guest + "sys/hypervisor/type: xen\nsys/bus/xen/devices/vif-0/modalias: xen:vif\n", []string{"guest"}},
		{"host of Xen", guest + "sys/hypervisor/type: xen\nproc/xen/capabilities: control_d\\n\n", nil},
		{"dock that is allowed", "sys/bus/thunderbolt/devices/0-1/authorized: 1\nsys/bus/thunderbolt/devices/0-1/vendor: 0xd4\n", nil},
		{"dock that is not", "sys/bus/thunderbolt/devices/0-1/authorized: 0\nsys/bus/thunderbolt/devices/0-1/vendor: 0xd4\n", []string{"thunderbolt-unauthorized"}},
	}
	for _, test := range tests {
		var codes []string
		for _, warning := range scanTree(t, scantest.Tree(t, test.tree)).Source.Warnings {
			codes = append(codes, warning.Code)
		}
		if diff := cmp.Diff(test.codes, codes); diff != "" {
			t.Errorf("%s: warnings mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestImpliedDisks wants a disk behind each controller whose driver is not
// loaded, and behind no other.
func TestImpliedDisks(t *testing.T) {
	tests := []struct{ name, tree, implied string }{
		{"SATA", "sys/bus/pci/devices/0000:00:17.0/class: 0x010601\nsys/bus/pci/devices/0000:00:17.0/vendor: 0x8086\n", "scsi:0000:00:17.0"},
		{"SATA with ahci", "sys/bus/pci/devices/0000:00:17.0/class: 0x010601\nsys/bus/pci/devices/0000:00:17.0/vendor: 0x8086\nsys/bus/pci/devices/0000:00:17.0/driver -> ../ahci\n", ""},
		{"NVMe", "sys/bus/pci/devices/0000:00:17.0/class: 0x010802\nsys/bus/pci/devices/0000:00:17.0/vendor: 0x8086\n", ""},
		{"VMD", "sys/bus/pci/devices/0000:00:0e.0/class: 0x010400\nsys/bus/pci/devices/0000:00:0e.0/vendor: 0x8086\nsys/bus/pci/devices/0000:00:0e.0/device: 0x467f\n", ""},
		{"USB stick", "sys/bus/usb/devices/1-1:1.0/modalias: usb:v1p1\nsys/bus/usb/devices/1-1:1.0/bInterfaceClass: 08\nsys/bus/usb/devices/1-1:1.0/bInterfaceSubClass: 06\nsys/bus/usb/devices/1-1:1.0/bInterfaceProtocol: 50\n", "scsi:1-1:1.0"},
		{"virtio-scsi", "sys/bus/pci/devices/0000:00:05.0/class: 0x010000\nsys/bus/pci/devices/0000:00:05.0/vendor: 0x1af4\nsys/bus/pci/devices/0000:00:05.0/device: 0x1048\n", "scsi:0000:00:05.0"},
		{"virtio-blk", "sys/bus/pci/devices/0000:00:05.0/class: 0x010000\nsys/bus/pci/devices/0000:00:05.0/vendor: 0x1af4\nsys/bus/pci/devices/0000:00:05.0/device: 0x1042\n", ""},
		{"Hyper-V", "sys/bus/vmbus/devices/a/modalias: vmbus:d96361baa104294db60572e2ffb1dc7f\n", "scsi:d96361ba#1"},
	}
	for _, test := range tests {
		implied := ""
		for _, d := range scanTree(t, scantest.Tree(t, test.tree)).Devices {
			if d.Bus == "scsi" {
				implied += d.ID
			}
		}
		if implied != test.implied {
			t.Errorf("%s: disk %q, want %q", test.name, implied, test.implied)
		}
	}
}

// Where a capture has no list of disks, none is not said.
func TestDisksUnknown(t *testing.T) {
	const ahci = "sys/bus/pci/devices/0000:00:17.0/class: 0x010601\nsys/bus/pci/devices/0000:00:17.0/vendor: 0x8086\nsys/bus/pci/devices/0000:00:17.0/driver -> ../ahci\n"
	if got := scanTree(t, scantest.Tree(t, ahci)).Devices[0].Disks; got != nil {
		t.Errorf("%d disks in a tree without sys/block", *got)
	}
	if got := scanTree(t, scantest.Tree(t, ahci+"sys/block/sr0/size: 0\n")).Devices[0].Disks; got == nil || *got != 0 {
		t.Errorf("disks = %v beside an optical drive, want 0", got)
	}
}
