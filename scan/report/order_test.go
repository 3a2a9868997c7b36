package report

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompareID(t *testing.T) {
	want := []string{
		"pci:0000:00:02.0",
		"pci:0000:00:1f.2",
		"pci:0000:0a:00.0",
		"pci:0001:00:00.0",
		"pci:10000:e1:00.0", // behind VMD
		"pci:8086:15f3#1",   // input order, not id order
		"pci:10ec:8125#2",
		"pci:10ec:8125#10",
		"usb:1-2:1.0",
		"usb:1-2:1.10",
		"usb:1-2.1:1.0",
		"usb:1-10:1.0",
		"usb:2-1:1.0",
		"virtio:virtio2",
		"virtio:virtio10",
		"acpi:PNP0103:00",
		"platform:i8042",
		"platform:pcspkr",
	}
	for seed := range uint64(20) {
		got := slices.Clone(want)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, CompareID)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("SortFunc(CompareID) mismatch (-want +got):\n%s", diff)
		}
	}
}

// The order must be total, or sorting loses its meaning.
func FuzzCompareID(f *testing.F) {
	f.Add("pci:0000:00:02.0", "usb:1-2:1.0", "")
	f.Add("usb:1-02", "usb:1-2", "usb:1-0002")
	f.Add("pci:1#1", "pci:1", "pci:a#0")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if CompareID(a, b) != -CompareID(b, a) {
			t.Errorf("CompareID(%q, %q) is not antisymmetric", a, b)
		}
		if (CompareID(a, b) == 0) != (a == b) {
			t.Errorf("CompareID(%q, %q) = 0 does not mean equal", a, b)
		}
		if CompareID(a, b) <= 0 && CompareID(b, c) <= 0 && CompareID(a, c) > 0 {
			t.Errorf("CompareID is not transitive over %q, %q, %q", a, b, c)
		}
	})
}
