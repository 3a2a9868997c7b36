package show

import (
	"bytes"
	"slices"
	"testing"

	"github.com/modscout/modscout/scan/report"
)

func TestChanges(t *testing.T) {
	_, before := miniPC()
	_, after := miniPC()
	after.Devices[1].Disks = ptr(1)
	after.Devices = slices.Delete(after.Devices, 2, 3)
	after.Devices = append(after.Devices, report.Device{ID: "usb:1-2:1.0", Bus: "usb", VendorID: "0bda", DeviceID: "8156",
		Interface: "ff0000", Vendor: "Realtek Semiconductor Corp.", Device: "USB 10/100/1G/2.5G LAN", Carrier: ptr(true)})
	after.Source.Warnings = []report.Warning{{Code: "usb-unauthorized", Text: "new"}}
	var out bytes.Buffer
	if err := Changes(&out, before, after); err != nil {
		t.Fatal(err)
	}
	golden(t, "mini-pc.changes", out.Bytes())
}

// A report's text is ASCII without colour or control characters, no line of it
// is wider than 80 columns, and no device of a group is lost.
func TestReportText(t *testing.T) {
	_, r := miniPC()
	r.Devices[1].Disks, r.Devices[1].DiskBytes = ptr(5), []int64{0, 512110190592, 4000787030016, 16000900661248, 1}
	r.Devices[2].Link = &report.Link{GTs: 2.5, Width: 1, MaxGTs: 16, MaxWidth: 4}
	r.Devices[3].Carrier = ptr(false)
	r.Devices = append(r.Devices,
		report.Device{ID: "thunderbolt:0-1", Bus: "thunderbolt", VendorID: "00d4", DeviceID: "b070", Vendor: "Caf\u00e9", Device: "D\x1b[31mock", Authorized: ptr(false)},
		report.Device{ID: "usb:1-2:1.0", Bus: "usb", VendorID: "0781", DeviceID: "5583", Interface: "080650", Driver: "usb-storage", Disks: ptr(0)},
		report.Device{ID: "virtio:0000:00:03.0", Bus: "virtio", VendorID: "1af4", DeviceID: "0001", Device: "Virtio network card", ImpliedBy: "pci:0000:00:03.0"},
		report.Device{ID: "vmbus:635161f8#1", Bus: "vmbus", Modaliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}, Device: "Hyper-V network card"},
		report.Device{ID: "xen:vbd-51712", Bus: "xen", Modaliases: []string{"xen:vbd"}, Device: "Xen disk", Driver: "vbd", Disks: ptr(1)},
		report.Device{ID: "scsi:0:0:0:0", Bus: "scsi", Modaliases: []string{"scsi:t-0x00"}, Device: "SCSI disk"},
		report.Device{ID: "acpi:PNP0C0C:00", Bus: "acpi", Modaliases: []string{"acpi:PNP0C0C:"}})
	var out bytes.Buffer
	if err := Report(&out, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "groups.report", out.Bytes())
	for line := range bytes.Lines(out.Bytes()) {
		for _, c := range bytes.TrimRight(line, "\n") {
			if c < ' ' || c > '~' {
				t.Errorf("%q is no printable ASCII", line)
				break
			}
		}
		if len(line) > Width+1 {
			t.Errorf("wider than %d columns: %q", Width, line)
		}
	}
}
