package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVirtioChild(t *testing.T) {
	pci := func(device, subvendor, subdevice string) Device {
		return Device{ID: "pci:0000:00:03.0", Bus: "pci", VendorID: "1af4", DeviceID: device, SubvendorID: subvendor, SubdeviceID: subdevice}
	}
	child := func(device, vendor string, modaliases ...string) Device {
		return Device{ID: "virtio:0000:00:03.0", Bus: "virtio", Parent: "pci:0000:00:03.0", ImpliedBy: "pci:0000:00:03.0",
			VendorID: vendor, DeviceID: device, Modaliases: modaliases}
	}
	tests := []struct {
		name string
		pci  Device
		want Device // the zero value: none
	}{
		{"transitional", pci("1000", "1af4", "0001"), child("0001", "1af4", "virtio:d00000001v00001AF4")},
		{"transitional, its own id does not count", pci("1001", "1af4", "0010"), child("0010", "1af4", "virtio:d00000010v00001AF4")},
		{"last transitional", pci("103f", "1af4", "0005"), child("0005", "1af4", "virtio:d00000005v00001AF4")},
		{"transitional, subsystem unknown", pci("1000", "", ""), child("0001", "")},
		{"transitional disk controller, subsystem unknown", pci("1004", "", ""), child("0008", "")},
		{"transitional, of no known kind", pci("1010", "", ""), Device{}},
		{"modern", pci("1041", "1af4", "1100"), child("0001", "1af4", "virtio:d00000001v00001AF4")},
		{"modern, of another vendor's cloud", pci("1042", "abcd", "1100"), child("0002", "abcd", "virtio:d00000002v0000ABCD")},
		{"modern, subsystem unknown", pci("1041", "", ""), child("0001", "")},
		{"before the range", pci("0fff", "1af4", "0001"), Device{}},
		{"behind the range", pci("1110", "1af4", "1100"), Device{}},
		{"of another vendor", Device{ID: "pci:0000:00:03.0", Bus: "pci", VendorID: "8086", DeviceID: "1041"}, Device{}},
		{"on another bus", Device{ID: "usb:1-1", Bus: "usb", VendorID: "1af4", DeviceID: "1041"}, Device{}},
	}
	for _, test := range tests {
		got, found := VirtioChild(&test.pci)
		if diff := cmp.Diff(test.want, got); diff != "" || found != (test.want.ID != "") {
			t.Errorf("%s: VirtioChild() = %t, mismatch (-want +got):\n%s", test.name, found, diff)
		}
	}
}

func TestHiddenDisks(t *testing.T) {
	tests := []struct{ bus, vendor, device, class, want string }{
		{"pci", "8086", "467f", "010400", "vmd"},
		{"pci", "8086", "9a0b", "", "vmd"},
		{"pci", "8086", "282a", "010400", "raid-mode"},
		{"pci", "8086", "2822", "0104", "raid-mode"},
		{"pci", "8086", "a3d6", "010400", "raid-mode"}, // by its class
		{"pci", "8086", "2922", "010601", ""},
		{"pci", "1000", "0079", "010400", ""}, // an HBA
		{"usb", "8086", "467f", "", ""},
	}
	for _, test := range tests {
		d := Device{ID: "x:1", Bus: test.bus, VendorID: test.vendor, DeviceID: test.device, Class: test.class}
		got, found := HiddenDisks(&d)
		if got.Code != test.want || found != (test.want != "") || found && got.Device != d.ID {
			t.Errorf("HiddenDisks(%s %s:%s class %s) = %+v, %t, want %q", test.bus, test.vendor, test.device, test.class, got, found, test.want)
		}
	}
}

func TestSetNames(t *testing.T) {
	d := Device{Bus: "pci", VendorID: "8086", DeviceID: "15f3", Class: "020000", Device: "the source's own"}
	d.SetNames(names{})
	want := d
	want.Vendor, want.Device, want.ClassName = "vendor 8086", "the source's own", "class 020000"
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("SetNames() mismatch (-want +got):\n%s", diff)
	}
	usb := Device{Bus: "usb", VendorID: "0bda", DeviceID: "8156", Class: "00", Interface: "ffff00"}
	usb.SetNames(names{})
	if want := "usb class ffff00"; usb.ClassName != want {
		t.Errorf("class of a USB interface = %q, want %q", usb.ClassName, want)
	}
}

type names struct{}

func (names) Vendor(v string) string             { return "vendor " + v }
func (names) Device(v, d string) string          { return "device " + v + ":" + d }
func (names) Subsystem(_, _, _, _ string) string { return "" }
func (names) Class(c string) string              { return "class " + c }
func (names) USBVendor(v string) string          { return "usb vendor " + v }
func (names) USBProduct(v, d string) string      { return "usb product " + v + ":" + d }
func (names) USBClass(c string) string           { return "usb class " + c }
