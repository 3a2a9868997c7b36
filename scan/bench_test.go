package scan

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/scantest"
)

// cards is a tree of n network cards, 32 of them behind each bridge, with the
// attributes that sysfs has of a PCI function.
func cards(tb testing.TB, n int) string {
	var tree strings.Builder
	for i := range n {
		address := fmt.Sprintf("%04x:%02x:%02x.0", i/8192, i/32%256, i%32)
		fmt.Fprintf(&tree, "sys/bus/pci/devices/%s -> ../../../devices/pci0000:00/%s\n", address, address)
		for _, attribute := range []string{"vendor: 0x8086", "device: 0x15f3", "class: 0x020000", "revision: 0x03", "irq: 16",
			"subsystem_vendor: 0x1458", "subsystem_device: 0xe000", "numa_node: -1", "removable: fixed", "current_link_speed: 5.0 GT/s PCIe",
			"current_link_width: 1", "max_link_speed: 5.0 GT/s PCIe", "max_link_width: 1", "config: x", "enable: 1", "d3cold_allowed: 1",
			"resource: 0x0000000080500000 0x00000000805fffff 0x0000000000040200", "modalias: pci:v00008086d000015F3sv00001458sd0000E000bc02sc00i00",
			"uevent: MODALIAS=pci:v00008086d000015F3sv00001458sd0000E000bc02sc00i00", "driver -> ../../../bus/pci/drivers/igc",
			"net/eth0/carrier: 1", "msi_irqs/125: msix"} {
			fmt.Fprintf(&tree, "%%B/%s/%s\n", address, attribute)
		}
	}
	return scantest.Tree(tb, tree.String())
}

// BenchmarkScan reads trees of 10 to 10,000 devices: growth is linear. The names
// of all ids are read once before, as BenchmarkFirstNames measures.
func BenchmarkScan(b *testing.B) {
	db := names.Open()
	db.Vendor("8086")
	for _, n := range []int{10, 100, 1000, 10_000} {
		root := cards(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Scan(context.Background(), Options{Root: root, Names: db}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/device")
		})
	}
}

// BenchmarkWalk reads every file below sys/devices of the same trees, as tools
// do that do not know what they look for.
func BenchmarkWalk(b *testing.B) {
	for _, n := range []int{100, 1000} {
		root := cards(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				err := filepath.WalkDir(filepath.Join(root, "sys/devices"), func(path string, entry fs.DirEntry, err error) error {
					if err == nil && entry.Type().IsRegular() {
						_, err = os.ReadFile(path)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/device")
		})
	}
}

// TestGrowthIsLinear counts what a scan reads, which the machine's load does not
// change: each device costs the same, however many there are.
func TestGrowthIsLinear(t *testing.T) {
	few, some, many := reads(t, 10), reads(t, 40), reads(t, 340)
	if (some-few)*10 != many-some {
		t.Errorf("%d reads for 10 devices, %d for 40, %d for 340", few, some, many)
	}
	t.Logf("%d files a device", (many-some)/300)
}

// reads counts the files that the scan of n cards reads.
func reads(t *testing.T, n int) int {
	tr, err := openTree(context.Background(), cards(t, n))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	count := 0
	tr.before = func(string) { count++ }
	s := newScanner(tr, Options{Names: names.Open()})
	if err := s.scan(); err != nil {
		t.Fatal(err)
	}
	if len(s.rep.Devices) != n {
		t.Fatalf("%d devices, want %d", len(s.rep.Devices), n)
	}
	return count
}
