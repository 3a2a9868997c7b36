package show

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/report"
)

func TestCodes(t *testing.T) {
	_, r := miniPC()
	r.Devices = append(r.Devices,
		report.Device{ID: "pci:0000:03:00.0", Bus: "pci", VendorID: "8086", DeviceID: "125c", Class: "020000"},
		report.Device{ID: "usb:1-2", Bus: "usb", VendorID: "0bda", DeviceID: "8156", Interface: "020600"},
		report.Device{ID: "usb:1-3", Bus: "usb", VendorID: "046d", DeviceID: "c31c", Interface: "030101"})
	want := []string{"MODSCOUT1 1/1-DA20 UEFI 4T VM:NONE 8086:54D3:010601 144D:A80A:010802 8086:125C:0200*2 USB:0BDA:8156:020600 8086:46D1:0300"}
	if diff := cmp.Diff(want, Codes(r, Options{})); diff != "" {
		t.Errorf("Codes() mismatch (-want +got):\n%s", diff)
	}
}

// However many devices there are, each code fits the screen, and no word is
// lost or torn.
func TestCodesFit(t *testing.T) {
	r := &report.Report{}
	for i := range 60 {
		r.Devices = append(r.Devices, report.Device{Bus: "pci", VendorID: "8086", DeviceID: fmt.Sprintf("%04x", i), Class: "010601"})
	}
	for _, size := range []Options{{}, {Width: 100, Height: 30}, {Width: 128, Height: 48}, {Width: 80, Height: 400}} {
		width, height := size.size()
		var words []string
		for _, text := range Codes(r, size) {
			var b bytes.Buffer
			if err := Code(&b, text); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
			if columns := strings.Count(lines[0], "█"); len(lines) > height-captionLines || columns > width {
				t.Fatalf("%+v: %q has %d lines of %d columns", size, text, len(lines), columns)
			}
			words = append(words, strings.Fields(text)[2:]...)
		}
		if diff := cmp.Diff(deviceWords(r), words); diff != "" {
			t.Errorf("%+v: words mismatch (-want +got):\n%s", size, diff)
		}
	}
}

// The modules that are drawn are those of the code: the three finders stand in
// their corners, behind the light margin.
func TestCode(t *testing.T) {
	var b bytes.Buffer
	if err := Code(&b, "MODSCOUT1 1/1-0000 UEFI"); err != nil {
		t.Fatal(err)
	}
	golden(t, "code.qr", b.Bytes())
}
