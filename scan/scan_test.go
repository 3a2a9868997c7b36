package scan

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
	"github.com/modscout/modscout/scan/scantest"
)

var update = flag.Bool("update", false, "rewrite golden files")

func scanTree(t testing.TB, root string) *report.Report {
	t.Helper()
	rep, err := Scan(context.Background(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func encode(t testing.TB, rep *report.Report) string {
	t.Helper()
	var text bytes.Buffer
	if err := jsondoc.Write(&text, rep); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestBoard holds the scan of a board that has something of everything to a
// report that was read line by line.
func TestBoard(t *testing.T) {
	const golden = "testdata/board.json"
	text, err := os.ReadFile("testdata/board.sysroot")
	if err != nil {
		t.Fatal(err)
	}
	got := encode(t, scanTree(t, scantest.Tree(t, string(text))))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("Scan() mismatch (-want +got):\n%s", diff)
	}
	if strings.Contains(got, "SECRET") {
		t.Error("the report holds what identifies the machine")
	}
}

// Two scans of one tree are equal.
func TestScanIsReproducible(t *testing.T) {
	text, err := os.ReadFile("testdata/board.sysroot")
	if err != nil {
		t.Fatal(err)
	}
	root := scantest.Tree(t, string(text))
	want := encode(t, scanTree(t, root))
	for range 5 {
		if diff := cmp.Diff(want, encode(t, scanTree(t, root))); diff != "" {
			t.Fatalf("Scan() mismatch (-first +later):\n%s", diff)
		}
	}
}

// TestLiveMachine scans the machine that runs the test.
func TestLiveMachine(t *testing.T) {
	rep := scanTree(t, "/")
	if rep.Source.Kind != "sysfs" || rep.Source.Kernel == "" || rep.Machine.MemoryBytes == nil || rep.Machine.CPU.Threads == nil {
		t.Errorf("Scan(/) lacks kernel, memory or threads: %+v", rep.Source)
	}
	seen := map[string]bool{}
	for _, d := range rep.Devices {
		if seen[d.ID] {
			t.Errorf("Scan(/): %s is there twice", d.ID)
		}
		seen[d.ID] = true
	}
	live, err := os.ReadDir("/sys/bus/pci/devices")
	if err != nil {
		t.Logf("no PCI bus: %v", err)
	}
	for _, entry := range live {
		if !seen["pci:"+entry.Name()] {
			t.Errorf("Scan(/) lacks pci:%s", entry.Name())
		}
	}
}

func TestNoTree(t *testing.T) {
	if _, err := Scan(context.Background(), Options{Root: t.TempDir()}); !errors.Is(err, ErrNoSysfs) {
		t.Errorf("Scan(empty) = %v, want %v", err, ErrNoSysfs)
	}
	if _, err := Scan(context.Background(), Options{Root: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Scan(missing) = %v, want %v", err, os.ErrNotExist)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, Options{Root: scantest.Tree(t, "sys/bus/pci/devices/x: y\n")}); !errors.Is(err, context.Canceled) {
		t.Errorf("Scan(cancelled) = %v, want %v", err, context.Canceled)
	}
}

// Without sysfs the rest is still reported.
func TestOnlyProc(t *testing.T) {
	root := scantest.Tree(t, "proc/cpuinfo: processor\\t: 0\\nvendor_id\\t: GenuineIntel\\n\nproc/version: Linux version 6.1.0 (x)\n")
	rep := scanTree(t, root)
	if rep.Machine.CPU.Vendor != "GenuineIntel" || rep.Source.Kernel != "6.1.0" || *rep.Source.Complete {
		t.Errorf("Scan(only /proc) = %+v, %+v", rep.Source, rep.Machine)
	}
	if w := rep.Source.Warnings; len(w) != 1 || w[0].Code != "unreadable" || !strings.HasPrefix(w[0].Text, "sys/bus: ") {
		t.Errorf("warnings = %+v, want one about sys/bus", w)
	}
}

// A device may go at any moment of a scan: what was read of it stays, and the
// others are not touched.
func TestVanishingDevice(t *testing.T) {
	text, err := os.ReadFile("testdata/board.sysroot")
	if err != nil {
		t.Fatal(err)
	}
	whole := scanTree(t, scantest.Tree(t, string(text)))
	const gone = "sys/devices/pci0000:00/0000:00:17.0"
	for moment := 1; moment <= 13; moment += 3 {
		root := scantest.Tree(t, string(text))
		tr, err := openTree(context.Background(), root)
		if err != nil {
			t.Fatal(err)
		}
		reads := 0
		tr.before = func(file string) {
			if strings.HasPrefix(file, gone) {
				if reads++; reads == moment {
					os.RemoveAll(filepath.Join(root, gone))
				}
			}
		}
		s := newScanner(tr, Options{Root: root})
		if err := s.scan(); err != nil {
			t.Fatal(err)
		}
		tr.close()
		if reads < moment {
			t.Fatalf("%d reads of the device, want %d", reads, moment)
		}
		if lost := len(whole.Devices) - len(s.rep.Devices); lost > 2 || !*s.rep.Source.Complete {
			t.Errorf("gone after %d reads: %d devices lost, %v", moment, lost, s.rep.Source.Warnings)
		}
	}
}

// The modalias says the ids of a device; where a capture left it out, the files do.
func TestIDsByModaliasAndByFiles(t *testing.T) {
	tests := []struct{ modalias, files string }{
		{`sys/bus/pci/devices/0000:00:01.0/uevent: MODALIAS=pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00
sys/bus/pci/devices/0000:00:01.0/revision: 0x03`, `sys/bus/pci/devices/0000:00:01.0/vendor: 0x8086
sys/bus/pci/devices/0000:00:01.0/device: 0x15f3
sys/bus/pci/devices/0000:00:01.0/subsystem_vendor: 0x1043
sys/bus/pci/devices/0000:00:01.0/subsystem_device: 0x87d2
sys/bus/pci/devices/0000:00:01.0/class: 0x020000
sys/bus/pci/devices/0000:00:01.0/revision: 0x03`},
		{"sys/bus/pci/devices/0000:00:02.0/modalias: pci:v00008086d000054B8sv00000000sd00000000bc06sc04i00", `sys/bus/pci/devices/0000:00:02.0/vendor: 0x8086
sys/bus/pci/devices/0000:00:02.0/device: 0x54b8
sys/bus/pci/devices/0000:00:02.0/subsystem_vendor: 0x0000
sys/bus/pci/devices/0000:00:02.0/subsystem_device: 0x0000
sys/bus/pci/devices/0000:00:02.0/class: 0x060400`},
		{"sys/bus/virtio/devices/virtio0/uevent: MODALIAS=virtio:d00000002v00001AF4", `sys/bus/virtio/devices/virtio0/vendor: 0x1af4
sys/bus/virtio/devices/virtio0/device: 0x0002`},
		{"sys/bus/usb/devices/1-2:1.0/uevent: MODALIAS=usb:v0BDAp8156d3104dcEFdsc02dp01icFFiscFFip00in00",
			`sys/bus/usb/devices/1-2:1.0/uevent: PRODUCT=bda/8156/3104\nTYPE=239/2/1\nINTERFACE=255/255/0`},
	}
	for _, test := range tests {
		byAlias := scanTree(t, scantest.Tree(t, test.modalias))
		if len(byAlias.Devices) != 1 || len(byAlias.Devices[0].Modaliases) != 1 {
			t.Fatalf("devices of %s: %+v", test.modalias, byAlias.Devices)
		}
		byAlias.Devices[0].Modaliases = nil
		byFiles := scanTree(t, scantest.Tree(t, test.files))
		if diff := cmp.Diff(encode(t, byFiles), encode(t, byAlias)); diff != "" {
			t.Errorf("mismatch (-by files +by modalias):\n%s", diff)
		}
	}
}

// A tree of a stranger may hold anything. No link leads out of it, nothing
// panics, and what is too large is a gap.
func TestHostileTrees(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	scantest.File(t, secret, "0xbeef")
	tests := []struct {
		name, tree string
		complete   bool
	}{
		{"link out of the tree", "sys/bus/pci/devices/0000:00:01.0/vendor -> " + secret + "\nsys/bus/pci/devices/0000:00:01.0/class: 0x020000\n", true},
		{"device link out of the tree", "sys/bus/pci/devices/0000:00:01.0 -> " + filepath.Dir(secret) + "\n", true},
		{"relative link out of the tree", "sys/bus/pci/devices/0000:00:01.0/vendor -> ../../../../../../../../../../../../.." + secret + "\n", true},
		{"links in a circle", "sys/bus/pci/devices/0000:00:01.0 -> 0000:00:02.0\nsys/bus/pci/devices/0000:00:02.0 -> 0000:00:01.0\n", true},
		{"directory for a file", "sys/bus/pci/devices/0000:00:01.0/vendor/x: y\n", true},
		{"file for a directory", "sys/bus/pci: x\nsys/block: y\n", true},
		{"nonsense", "sys/bus/pci/devices/0000:00:01.0/vendor: what\nsys/bus/pci/devices/0000:00:01.0/resource: a b c\\nd\nsys/bus/pci/devices/0000:00:01.0/modalias: \\xff\\x00\n", true},
		{"proc out of the tree", "sys/bus/pci/devices/x: y\nproc/cpuinfo -> /dev/zero\nproc/meminfo: MemTotal: 1 kB\n", true},
		{"large attribute", "sys/bus/pci/devices/0000:00:01.0/modalias: " + strings.Repeat("x", maxAttribute+1) + "\n", false},
	}
	for _, test := range tests {
		rep := scanTree(t, scantest.Tree(t, test.tree))
		text := encode(t, rep)
		if strings.Contains(text, "beef") {
			t.Errorf("%s: the scan left the tree:\n%s", test.name, text)
		}
		if *rep.Source.Complete != test.complete {
			t.Errorf("%s: complete = %t, want %t: %v", test.name, *rep.Source.Complete, test.complete, rep.Source.Warnings)
		}
	}
}
