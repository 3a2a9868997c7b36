package foreign

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/scan/report"
)

// TestLspciLines reads one device in every form that pciutils has printed it in
// and that people have damaged it to.
func TestLspciLines(t *testing.T) {
	nic := report.Device{ID: "pci:0000:03:00.0", Bus: "pci", VendorID: "8086", DeviceID: "15f3", Class: "0200", Revision: "03"}
	with := func(d report.Device, change func(*report.Device)) report.Device {
		change(&d)
		return d
	}
	tests := []struct {
		name, text string
		want       report.Device
	}{
		{"-nn", "03:00.0 Ethernet controller [0200]: Intel Corporation Ethernet Controller I225-V [8086:15f3] (rev 03)", nic},
		{"domain", "0000:03:00.0 Ethernet controller [0200]: Intel Corporation Ethernet Controller I225-V [8086:15f3] (rev 03)", nic},
		{"VMD domain", "10000:e1:00.0 Non-Volatile memory controller [0108]: Intel NVMe [8086:f1a5] (prog-if 02 [NVM Express])",
			report.Device{ID: "pci:10000:e1:00.0", Bus: "pci", VendorID: "8086", DeviceID: "f1a5", Class: "010802"}},
		{"eight-digit domain", "00010000:e1:00.0 Non-Volatile memory controller [0108]: Intel NVMe [8086:f1a5]",
			report.Device{ID: "pci:10000:e1:00.0", Bus: "pci", VendorID: "8086", DeviceID: "f1a5", Class: "0108"}},
		{"path", "00:1c.0/03:00.0 Ethernet controller [0200]: Intel Corporation Ethernet Controller I225-V [8086:15f3] (rev 03)", nic},
		{"path with domain", "0000:00:1c.0/03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)", nic},
		{"path without bus", "00:1c.0/00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)",
			with(nic, func(d *report.Device) { d.ID = "pci:0000:00:1c.0/00.0" })},
		{"brackets in the name", "06:00.0 SATA controller [0106]: AMD [AMD] FCH SATA Controller [AHCI mode] [1022:7901] (rev 81)",
			report.Device{ID: "pci:0000:06:00.0", Bus: "pci", VendorID: "1022", DeviceID: "7901", Class: "0106", Revision: "81"}},
		{"ids in the name", "06:00.0 SATA controller [0106]: Clone of [1234:5678] by X [1022:7901]",
			report.Device{ID: "pci:0000:06:00.0", Bus: "pci", VendorID: "1022", DeviceID: "7901", Class: "0106"}},
		{"-n", "03:00.0 0200: 8086:15f3 (rev 03)", nic},
		{"-n with programming interface", "00:17.0 0106: 8086:a352 (rev 10) (prog-if 01 [AHCI 1.0])",
			report.Device{ID: "pci:0000:00:17.0", Bus: "pci", VendorID: "8086", DeviceID: "a352", Class: "010601", Revision: "10"}},
		{"old -n", "03:00.0 Class 0200: 8086:15f3 (rev 03)", nic},
		{"without pci.ids", "03:00.0 Class 0200: Device 8086:15f3 (rev 03)", nic},
		{"-nn without pci.ids", "03:00.0 Class [0200]: Device [8086:15f3] (rev 03)", nic},
		{"upper case", "03:00.0 Ethernet controller [0200]: Intel [8086:15F3] (rev 03)", nic},
		{"-mm -nn", `03:00.0 "Ethernet controller [0200]" "Intel Corporation [8086]" "Ethernet Controller I225-V [15f3]" -r03 "" ""`, nic},
		{"-mm -n", `03:00.0 "0200" "8086" "15f3" -r03 -p00 "1458" "e000"`,
			with(nic, func(d *report.Device) { d.Class, d.SubvendorID, d.SubdeviceID = "020000", "1458", "e000" })},
		{"-vmm", "Slot:\t03:00.0\nClass:\tEthernet controller [0200]\nVendor:\tIntel Corporation [8086]\nDevice:\tI225-V [15f3]\nRev:\t03\nDriver:\tigc\nModule:\tigc\n",
			with(nic, func(d *report.Device) { d.Driver, d.Modules = "igc", []string{"igc"} })},
		{"-nnk", "03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)\n\tSubsystem: Gigabyte [GB] I225-V [1458:e000]\n\tKernel driver in use: igc\n\tKernel modules: igc, igb\n",
			with(nic, func(d *report.Device) {
				d.SubvendorID, d.SubdeviceID, d.Driver, d.Modules = "1458", "e000", "igc", []string{"igb", "igc"}
			})},
		{"spaces for tabs, none at all", "03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)\n    Subsystem: Gigabyte [1458:e000]\nKernel driver in use: igc\n",
			with(nic, func(d *report.Device) { d.SubvendorID, d.SubdeviceID, d.Driver = "1458", "e000", "igc" })},
		{"-nk", "03:00.0 0200: 8086:15f3 (rev 03)\n\tSubsystem: 1458:e000\n",
			with(nic, func(d *report.Device) { d.SubvendorID, d.SubdeviceID = "1458", "e000" })},
		{"-v", "03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)\n\tFlags: bus master, fast devsel, latency 0, IRQ 18, NUMA node 0, IOMMU group 15\n",
			with(nic, func(d *report.Device) { d.IRQ = new(18) })},
		{"-vv", "03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)\n\tInterrupt: pin A routed to IRQ 18\n\tNUMA node: 0\n\tIOMMU group: 15\n\tCapabilities: [140 v1] Device Serial Number 00-11-22-ff-ff-33-44-55\n",
			with(nic, func(d *report.Device) { d.IRQ, d.NUMANode, d.IOMMUGroup = new(18), new(0), "15" })},
		{"-x", "03:00.0 Ethernet controller: Intel I225-V (rev 03)\n" +
			"00: 86 80 f3 15 06 04 10 00 03 00 00 02 10 00 00 00\n10: 00 00 00 a1 00 00 00 00 00 00 00 00 00 00 10 a1\n" +
			"20: 00 00 00 00 00 00 00 00 00 00 00 00 58 14 00 e0\n30: 00 00 00 00 40 00 00 00 00 00 00 00 0b 01 00 00\n",
			with(nic, func(d *report.Device) { d.Class, d.SubvendorID, d.SubdeviceID = "020000", "1458", "e000" })},
		{"-x of a bridge has no subsystem", "00:1c.0 PCI bridge: Intel Root Port\n" +
			"00: 86 80 38 a3 07 04 10 00 f0 00 04 06 10 00 81 00\n10: 00 00 00 00 00 00 00 00 00 01 01 00 f0 00 00 20\n" +
			"20: f0 ff 00 00 f1 ff 01 00 00 00 00 00 58 14 00 e0\n",
			report.Device{ID: "pci:0000:00:1c.0", Bus: "pci", VendorID: "8086", DeviceID: "a338", Class: "060400", Revision: "f0"}},
		{"switched off", "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP107M [10de:1c8d] (rev ff) (prog-if ff)\n\t!!! Unknown header type 7f\n\tKernel driver in use: nouveau\n" +
			"00: ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff\n",
			report.Device{ID: "pci:0000:01:00.0", Bus: "pci", VendorID: "10de", DeviceID: "1c8d", Class: "0300", Driver: "nouveau"}},
		{"prompt before, fence around, CRLF", "```\r\nroot@host:~# lspci -nn\r\n03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)\r\n```\r\n", nic},
		{"ANSI", "\x1b[32m03:00.0\x1b[0m Ethernet controller [0200]: Intel \x1b[1m[8086:15f3]\x1b[m (rev 03)", nic},
		{"quoted in a forum", "> > 03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)", nic},
		{"padding inside the line", "03:00.0 Ethernet controller [0200]: Intel            [8086:15f3]        (rev 03)     ", nic},
		{"cut off", "03:00.0 Ethernet controller [0200]: Intel Corporation I225-V [808... (rev 03)",
			with(nic, func(d *report.Device) { d.VendorID, d.DeviceID = "", "" })},
		{"names only", "03:00.0 Ethernet controller: Intel Corporation I225-V (rev 03)",
			with(nic, func(d *report.Device) { d.VendorID, d.DeviceID, d.Class = "", "", "" })},
		{"names only with a class code", "03:00.0 Unassigned class [ff00]: Realtek RTS522A",
			report.Device{ID: "pci:0000:03:00.0", Bus: "pci", Class: "ff00"}},
		{"words of another language", "03:00.0 Контроллер Ethernet [0200]: Intel [8086:15f3] (rev 03)", nic},
	}
	names := cmpopts.IgnoreFields(report.Device{}, "Vendor", "Device", "Subsystem", "ClassName")
	for _, test := range tests {
		rep, err := Import([]Input{{"paste", []byte(test.text)}}, Options{Names: testNames})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff([]report.Device{test.want}, rep.Devices, names); diff != "" {
			t.Errorf("%s: Import() mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestNoLspci(t *testing.T) {
	for _, text := range []string{
		"2024-01-02 03:00.0 is a time",
		"03:00.0",
		"03:00.8 Ethernet controller: function 8 does not exist",
		"03:20.0 Ethernet controller: device 20 does not exist",
		"00: 86 80 f3 15 06 04 10 00 03 00 00 02 10 00 00 00",
	} {
		if beginLspci(line{text: text}) != nil {
			t.Errorf("beginLspci(%q) begins a device", text)
		}
	}
}

// Nothing that identifies a single machine may pass.
func TestNoSerialNumbers(t *testing.T) {
	const mac, serial = "00-11-22-ff-ff-33-44-55", "S4EWNX0M"
	text := "03:00.0 Ethernet controller [0200]: Intel [8086:15f3] (rev 03)\n" +
		"\tCapabilities: [140 v1] Device Serial Number " + mac + "\n" +
		"\tCapabilities: [e0] Vital Product Data\n\t\t\t[SN] Serial number: " + serial + "\n" +
		"\t\t\t[V1] Vendor specific: " + mac + "\n"
	rep, err := Import([]Input{{"paste", []byte(text)}}, Options{Names: testNames})
	if err != nil {
		t.Fatal(err)
	}
	var json strings.Builder
	if err := writeJSON(&json, rep); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{mac, serial} {
		if strings.Contains(json.String(), secret) {
			t.Errorf("the report holds %q", secret)
		}
	}
}
