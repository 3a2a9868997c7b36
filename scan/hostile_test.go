package scan

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/scan/scantest"
)

// A pipe in a captured tree must not hold up the scan, wherever it stands.
func TestPipes(t *testing.T) {
	for _, path := range []string{"vendor", "uevent", "net"} {
		root := scantest.Tree(t, "sys/bus/pci/devices/0000:00:01.0/device: 0x15f3\n")
		makePipe(t, filepath.Join(root, "sys/bus/pci/devices/0000:00:01.0", path))
		scanTree(t, root)
	}
}

func makePipe(t *testing.T, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Firmware fills its strings with any bytes, and JSON takes UTF-8 only.
func TestStringsAreUTF8(t *testing.T) {
	root := scantest.Tree(t, `
sys/bus/pci/devices/0000:00:01.0/uevent: MODALIAS=pci:\xff\n
sys/class/dmi/id/product_name: Box\xff One\n
proc/cpuinfo: processor\t: 0\nmodel name\t: Fast\xffCPU\n
`)
	scantest.File(t, filepath.Join(root, "sys/bus/acpi/devices/PNP\xff/modalias"), "acpi:PNP:\n")
	rep := scanTree(t, root)
	encode(t, rep) // fails where a string is not UTF-8
	if want := "Box\uFFFD One"; rep.Machine.DMI.ProductName != want {
		t.Errorf("product name = %q, want %q", rep.Machine.DMI.ProductName, want)
	}
	if *rep.Source.Complete {
		t.Error("a device whose name is no text was left out, and the report is called complete")
	}
}

// What hangs below a VMBus device has its GUID in the path.
func TestInstanceGUIDs(t *testing.T) {
	const guid = "f8b3781a-1e82-4818-a1c3-63d806ec15bb"
	rep := scanTree(t, scantest.Tree(t, strings.ReplaceAll(`
sys/devices/VMBUS:00/GUID/uevent: MODALIAS=vmbus:ba6163d9\n
sys/devices/VMBUS:00/GUID/host0/0:0:0:0/uevent: MODALIAS=scsi:t-0x00\n
sys/bus/vmbus/devices/GUID -> ../../../devices/VMBUS:00/GUID
sys/bus/scsi/devices/0:0:0:0 -> ../../../devices/VMBUS:00/GUID/host0/0:0:0:0
`, "GUID", guid)))
	if len(rep.Devices) != 2 {
		t.Fatalf("%d devices, want 2", len(rep.Devices))
	}
	if text := encode(t, rep); strings.Contains(text, guid) {
		t.Errorf("the report holds the GUID of an instance:\n%s", text)
	}
}

// Lists of sharers grow with the square of the devices on a line.
func TestManyShareAnIRQ(t *testing.T) {
	var tree strings.Builder
	for i := range maxSharers + 1 {
		fmt.Fprintf(&tree, "sys/bus/pci/devices/0000:%02x:00.0/vendor: 0x8086\n", i)
		fmt.Fprintf(&tree, "sys/bus/pci/devices/0000:%02x:00.0/irq: 16\n", i)
	}
	for _, d := range scanTree(t, scantest.Tree(t, tree.String())).Devices {
		if d.SharedIRQ != nil {
			t.Fatalf("%s shares its line with %d others", d.ID, len(d.SharedIRQ))
		}
	}
}
