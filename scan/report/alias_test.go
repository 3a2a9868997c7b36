package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A modalias of the kernel says all ids; of a pattern, or a key with unknown
// digits, those that are numbers are taken.
func TestSetIDs(t *testing.T) {
	tests := []struct {
		name   string
		fields map[string]string
		want   Device
		all    bool
	}{
		{"PCI", map[string]string{"vendor": "00008086", "device": "000015F3", "subvendor": "00001043", "subdevice": "000087D2", "baseclass": "02", "subclass": "00", "interface": "00"},
			Device{Bus: "pci", VendorID: "8086", DeviceID: "15f3", SubvendorID: "1043", SubdeviceID: "87d2", Class: "020000"}, true},
		{"PCI without a subsystem", map[string]string{"vendor": "00008086", "device": "000054B8", "subvendor": "00000000", "subdevice": "00000000", "baseclass": "06", "subclass": "04", "interface": "00"},
			Device{Bus: "pci", VendorID: "8086", DeviceID: "54b8", Class: "060400"}, true},
		{"PCI pattern", map[string]string{"vendor": "00008086", "device": "*", "subvendor": "*", "subdevice": "*", "baseclass": "01", "subclass": "0[46]", "interface": "*"},
			Device{Bus: "pci", VendorID: "8086", Class: "01"}, false},
		{"PCI vendor of more digits", map[string]string{"vendor": "00018086", "device": "000015F3", "baseclass": "02", "subclass": "00", "interface": "00"},
			Device{Bus: "pci", DeviceID: "15f3", Class: "020000"}, false},
		{"USB", map[string]string{"idVendor": "0BDA", "idProduct": "8156", "bcdDevice": "3104", "bDeviceClass": "EF", "bDeviceSubClass": "02", "bDeviceProtocol": "01",
			"bInterfaceClass": "FF", "bInterfaceSubClass": "FF", "bInterfaceProtocol": "00"},
			Device{Bus: "usb", VendorID: "0bda", DeviceID: "8156", Revision: "3104", Class: "ef0201", Interface: "ffff00"}, true},
		{"USB with digits unknown", map[string]string{"idVendor": "0BDA", "idProduct": "8156", "bcdDevice": "\x00\x00\x00\x00", "bDeviceClass": "00", "bDeviceSubClass": "00", "bDeviceProtocol": "00"},
			Device{Bus: "usb", VendorID: "0bda", DeviceID: "8156", Class: "000000"}, false},
		{"virtio", map[string]string{"vendor": "00001AF4", "device": "00000002"}, Device{Bus: "virtio", VendorID: "1af4", DeviceID: "0002"}, true},
		{"another bus", map[string]string{"vendor": "00001AF4", "device": "00000002"}, Device{Bus: "mei"}, false},
	}
	for _, test := range tests {
		got := Device{Bus: test.want.Bus}
		all := got.SetIDs(func(field string) string { return test.fields[field] })
		if diff := cmp.Diff(test.want, got); diff != "" || all != test.all {
			t.Errorf("%s: SetIDs() = %t, want %t, mismatch (-want +got):\n%s", test.name, all, test.all, diff)
		}
	}
}
