package scan

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/scantest"
)

// FuzzAttributes: whatever a captured tree holds in its files, the scan ends
// with a report that can be written, and a capture of it gives the same.
func FuzzAttributes(f *testing.F) {
	f.Add([]byte("DRIVER=ahci\nMODALIAS=pci:v00008086d00002922sv*\nPRODUCT=bda/8156/3104\nTYPE=0/0/0\nINTERFACE=255/255/0\n"))
	f.Add([]byte("0x0000000080702000 0x0000000080703fff 0x0000000000040200\n0x0 0xffffffffffffffff 0x1\n"))
	f.Add([]byte("0xffffffff\n"))
	f.Add([]byte("processor\t: 0\nmodel\t: x\nflags\t:\n\nMemTotal: 1 kB\n"))
	f.Add([]byte("-1\xff\x00"))
	f.Add([]byte("16.0 GT/s PCIe"))
	f.Add([]byte("sys/bus\tno\nx\n"))
	db := names.Open()
	db.Vendor("8086") // unpacks the list
	f.Fuzz(func(t *testing.T, data []byte) {
		root := t.TempDir()
		for _, dir := range []string{"sys/bus/pci/devices/0000:00:01.0", "sys/bus/usb/devices/1-1:1.0", "sys/bus/usb/devices/1-2",
			"sys/bus/virtio/devices/virtio0", "sys/bus/acpi/devices/PNP:00", "sys/bus/thunderbolt/devices/0-1", "sys/bus/vmbus/devices/x", "sys/block/sda"} {
			for _, name := range []string{"uevent", "modalias", "vendor", "device", "class", "irq", "resource", "remapped_nvme", "bInterfaceClass",
				"numa_node", "removable", "current_link_speed", "max_link_width", "speed", "authorized", "vendor_name", "size", "net/eth0/carrier"} {
				scantest.File(t, filepath.Join(root, dir, name), string(data))
			}
		}
		for _, name := range []string{"proc/cpuinfo", "proc/meminfo", "proc/version", "proc/xen/capabilities", "sys/hypervisor/type", gapsFile,
			"sys/class/dmi/id/sys_vendor", "sys/class/dmi/id/chassis_type", "sys/devices/system/cpu/cpu0/topology/core_id", "sys/devices/system/memory/block_size_bytes"} {
			scantest.File(t, filepath.Join(root, name), string(data))
		}
		want, file := captureTree(t, Options{Root: root, Names: db})
		rep, err := Scan(context.Background(), Options{Root: file, Names: db})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, encode(t, rep)); diff != "" {
			t.Errorf("replay mismatch (-tree +capture):\n%s", diff)
		}
		os.RemoveAll(root) // thousands of them would fill the disk before the end
		os.Remove(file)
	})
}
