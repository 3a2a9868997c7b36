package foreign

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func writeJSON(w io.Writer, rep *report.Report) error { return jsondoc.Write(w, rep) }

func TestIDs(t *testing.T) {
	tests := []struct{ text, want string }{
		{"8086:15f3", "pci 8086:15f3"},
		{"[8086:15F3]", "pci 8086:15f3"},
		{"is 8086:15f3, or 10ec:8125?", "pci 8086:15f3; pci 10ec:8125"},
		{"8086:15f3:1043:87d2", "pci 8086:15f3 1043:87d2"},
		{"pci:8086-15f3-1043-87d2", "pci 8086:15f3 1043:87d2"},
		{`PCI\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03\4&1A2B`, "pci 8086:15f3 1043:87d2 rev 03"},
		{`PCI\VEN_8086&DEV_15F3&CC_020000`, "pci 8086:15f3 class 020000"},
		{`USB\VID_0BDA&PID_8156&REV_3104`, "usb 0bda:8156 rev 3104"},
		{"usb:0bda-8156", "usb 0bda:8156"},
		{"Bus 001 Device 002: ID 0bda:8156 Realtek Semiconductor Corp. USB 10/100/1G/2.5G LAN", "usb 0bda:8156"},
		{"pciid 8086d000015f3 and 10ecd00008125", "pci 8086:15f3; pci 10ec:8125"},
		{"0x8086 0x15f3", "pci 8086:15f3"},
		{"pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00", "pci 8086:15f3 1043:87d2 class 020000 alias"},
		{"MODALIAS=pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00", "pci 8086:15f3 1043:87d2 class 020000 alias"},
		{"pci:v00008086d000015F3sv*sd*bc*sc*i*", "pci 8086:15f3"},
		{"usb:v0BDAp8156d3104dc00dsc00dp00icFFiscFFip00in00", "usb 0bda:8156 rev 3104 class 000000 interface ffff00 alias"},
		{"virtio:d00000001v00001AF4", "virtio 1af4:0001 alias"},
		{"acpi:PNP0C0A:", "acpi : alias"},
		{"12:30, 00:1f.2, fe80::1234:5678:abcd:ef01, 00:11:22:33:44:55", ""},
		{"2001:db8:85a3:1111:2222:8a2e:0370:7334", ""},
		{"0000:0000 ffff:ffff", ""},
		{"http://example.org:8080/a:b", ""},
	}
	for _, test := range tests {
		var got []string
		for _, d := range idsOf(test.text) {
			got = append(got, summary(&d.Device))
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("idsOf(%q) mismatch (-want +got):\n%s", test.text, diff)
		}
	}
}

func summary(d *report.Device) string {
	s := d.Bus + " " + d.VendorID + ":" + d.DeviceID
	if d.SubvendorID != "" {
		s += " " + d.SubvendorID + ":" + d.SubdeviceID
	}
	for _, part := range []struct{ name, value string }{{"rev", d.Revision}, {"class", d.Class}, {"interface", d.Interface}} {
		if part.value != "" {
			s += " " + part.name + " " + part.value
		}
	}
	if len(d.Modaliases) > 0 {
		s += " alias"
	}
	return s
}

// One call is one machine: lists merge by address, whatever their order.
func TestMerge(t *testing.T) {
	names := Input{"names", []byte("03:00.0 Ethernet controller: Intel I225-V (rev 03)\n\tKernel driver in use: igc\n")}
	ids := Input{"ids", []byte("03:00.0 0200: 8086:15f3 (rev 03)\n")}
	want := report.Device{ID: "pci:0000:03:00.0", Bus: "pci", VendorID: "8086", DeviceID: "15f3", Class: "0200", Revision: "03", Driver: "igc",
		Vendor: "Intel Corporation", Device: "Ethernet Controller I225-V", ClassName: "Ethernet controller"}
	for _, inputs := range [][]Input{{names, ids}, {ids, names}, {names, ids, names}, {{"both", slices.Concat(names.Data, ids.Data)}}} {
		rep, err := Import(inputs, Options{Names: testNames})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]report.Device{want}, rep.Devices); diff != "" {
			t.Errorf("Import() mismatch (-want +got):\n%s", diff)
		}
		if len(rep.Source.Warnings) > 0 {
			t.Errorf("Import() warns: %v", rep.Source.Warnings)
		}
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		name, text string
		want       []report.Warning
	}{
		{"conflict", "\n03:00.0 0200: 8086:15f3\n03:00.0 0200: 10ec:8125\n", []report.Warning{
			{Code: "conflict", Line: 3, Text: "pci:0000:03:00.0 is 8086:15f3 above and 10ec:8125 here: one import is one machine"}}},
		{"cut off", "$ lspci -nn\n03:00.0 Ethernet controller [0200]: Intel I225-V [808...\n04:00.0 0200: 8086:15f3\n", []report.Warning{
			{Code: "cut-id", Line: 2, Text: "the id of pci:0000:03:00.0 is cut off: print the list into a file"},
			{Code: "names-only", Text: "known by name only, which decides nothing: 1 of 2 devices; lspci -nn prints ids"}}},
		{"torn lines", "00:1f.2 0106: 8086:2922\n0000:03:00.0 Ethernet contr\nBus 001 Device\nusb 1-2: New USB device found, idVendor=0b\npci 0000:04:00.0: [10ec:8\n", []report.Warning{
			{Code: "unread", Line: 2, Text: "the line begins like one of a list, but is damaged"},
			{Code: "unread", Line: 3, Text: "the line begins like one of a list, but is damaged"},
			{Code: "cut-id", Line: 4, Text: "the ids of a USB device are cut off"},
			{Code: "cut-id", Line: 5, Text: "the id of pci:0000:04:00.0 is cut off"}}},
		{"dump against list", "03:00.0 0200: 8086:15f3\n00: ec 10 25 81 06 04 10 00 03 00 00 02 10 00 00 00\n", []report.Warning{
			{Code: "conflict", Line: 1, Text: "pci:0000:03:00.0 is 8086:15f3 in the list and 10ec:8125 in the dump below it"}}},
		{"unknown format", strings.Repeat("a line of another tool\n", 30) + "card 8086:15f3\n", []report.Warning{
			{Code: "ids-in-text", Text: "this is no list that is known here; the ids in 1 of its 31 lines are taken"}}},
		{"VMD", "00:0e.0 0104: 8086:467f", []report.Warning{{Code: "vmd", Device: "pci:0000:00:0e.0",
			Text: "NVMe disks behind Intel VMD are visible only with the driver vmd: load it, or turn VMD off in the firmware setup"}}},
	}
	for _, test := range tests {
		rep, err := Import([]Input{{"paste", []byte(test.text)}}, Options{Names: testNames})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, rep.Source.Warnings); diff != "" {
			t.Errorf("%s: warnings mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// Everything in one paste, as people answer "show me your hardware".
func TestSeveralInOne(t *testing.T) {
	const text = `It does not boot. user@nas:~$ says:
user@nas:~$ lspci -nnk
00:1f.2 SATA controller [0106]: Intel Corporation SATA Controller [8086:2922] (rev 02)
	Kernel driver in use: ahci
user@nas:~$ lsusb
Bus 001 Device 002: ID 0bda:8156 Realtek
user@nas:~$ lsusb -t
/:  Bus 01.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/12p, 480M
    |__ Port 3: Dev 2, If 0, Class=Vendor Specific Class, Driver=r8152, 480M
user@nas:~$ lscpu
Architecture:        x86_64
CPU(s):              4
Vendor ID:           GenuineIntel
Flags:               fpu movbe
user@nas:~$ sudo dmidecode -t 2
Handle 0x0002, DMI type 2, 15 bytes
Base Board Information
	Product Name: B660M
user@nas:~$ dmesg | grep pci
[    0.2] pci 0000:03:00.0: [8086:15f3] type 00 class 0x020000
user@nas:~$ cat report.json
{"virtualisation": "none", "version": 1,
 "hardware": {"sound": [{"bus_type": {"name": "PCI"}, "vendor": {"hex": "8086"}, "device": {"hex": "54c8"}, "sysfs_bus_id": "0000:00:1f.3"}]}}
and this one is in the other slot:
[10ec:8125]
What about 1af4:1041 and [1000:0072]?
`
	rep, err := Import([]Input{{"paste", []byte(text)}}, Options{Names: testNames})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"pci:0000:00:1f.2", "pci:0000:00:1f.3", "pci:0000:03:00.0", "pci:10ec:8125#1", "usb:001-002"}
	if diff := cmp.Diff(want, ids(rep)); diff != "" {
		t.Errorf("devices mismatch (-want +got):\n%s", diff)
	}
	m := rep.Machine
	if m.CPU.Vendor != "GenuineIntel" || *m.CPU.Threads != 4 || m.DMI.BoardName != "B660M" || m.Hypervisor != "none" || rep.Source.Kind != "mixed" {
		t.Errorf("machine = %+v of kind %q", m, rep.Source.Kind)
	}
	if driver := rep.Devices[4].Driver; driver != "r8152" {
		t.Errorf("the driver of %s is %q: the tree was not merged with the list", rep.Devices[4].ID, driver)
	}
	warning := report.Warning{Code: "not-in-list", Line: 26, Text: "1000:0072 stands beside a list of devices and is not taken for one of them"}
	if diff := cmp.Diff([]report.Warning{warning}, rep.Source.Warnings); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
}

// The serial console of a scan image prints its log around the report, which
// alone counts.
func TestReportInConsole(t *testing.T) {
	const text = "[    0.2] pci 0000:00:1f.2: [8086:2922] type 00 class 0x010601\r\n-----BEGIN MODSCOUT REPORT-----\r\n" +
		`{"schema":"modscout.report/v1","source":{"kind":"sysfs"},"machine":{},"devices":[{"id":"pci:0000:03:00.0","bus":"pci","vendor_id":"8086"}]}` +
		"\r\n-----END MODSCOUT REPORT-----\r\n"
	rep, err := Import([]Input{{"console", []byte(text)}}, Options{Names: testNames})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"pci:0000:03:00.0"}, ids(rep)); diff != "" || rep.Source.Kind != "sysfs" {
		t.Errorf("kind %q, devices mismatch (-want +got):\n%s", rep.Source.Kind, diff)
	}
}

// A USB device is itself in a report only where no list shows its interfaces.
func TestUSBDeviceOrInterface(t *testing.T) {
	const log = "usb usb1: New USB device found, idVendor=1d6b, idProduct=0002\nusb 1-1: New USB device found, idVendor=0bda, idProduct=8156\nusb 1-2: New USB device found, idVendor=152d, idProduct=0578\n"
	const list = "|__usb1  1d6b:0002:0404 09  2.00  480MBit/s 0mA 1IF  (x) hub\n 1-0:1.0  (IF) 09:00:00 1EP  () hub\n|__1-1  0bda:8156:3104 00  2.10  480MBit/s 350mA 1IF  (x)\n 1-1:1.0  (IF) ff:ff:00 3EPs () r8152\n"
	for _, text := range []string{log + list, list + log} {
		rep, err := Import([]Input{{"paste", []byte(text)}}, Options{Names: testNames})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"usb:1-0:1.0", "usb:1-1:1.0", "usb:1-2"}, ids(rep)); diff != "" {
			t.Errorf("devices mismatch (-want +got):\n%s", diff)
		}
	}
}

// A USB device is known by number to some lists and by place to others. Where a
// log or a tree tells that both are one, it is one device.
func TestUSBNumbers(t *testing.T) {
	const list = "Bus 001 Device 001: ID 1d6b:0002 Linux\nBus 001 Device 007: ID 0bda:8156 Realtek\nBus 001 Device 009: ID 0bda:8156 Realtek\n"
	const log = "usb usb1: New USB device found, idVendor=1d6b, idProduct=0002\nusb 1-2: New USB device found, idVendor=0bda, idProduct=8156\n"
	const place = "|__1-2.1  0bda:8156:3104 00  2.10  480MBit/s 350mA 1IF  (x)\n 1-2.1:1.0  (IF) ff:ff:00 3EPs () r8152\n"
	tests := []struct{ name, text, want string }{
		{"unrelated", list + log, "usb:1-2 usb:001-007 usb:001-009 usb:usb1"},
		{"log", list + log + "usb 1-2: new high-speed USB device number 7 using xhci_hcd\n", "usb:1-2 usb:001-009 usb:usb1"},
		{"old log", list + log + "usb 1-2: new high speed USB device using ehci_hcd and address 9\n", "usb:1-2 usb:001-007 usb:usb1"},
		{"of another device", list + strings.ReplaceAll(log, "8156", "8152") + "usb 1-2: new high-speed USB device number 7 using xhci_hcd\n", "usb:1-2 usb:001-007 usb:001-009 usb:usb1"},
		{"tree", list + place + "/:  Bus 01.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/1p, 5000M\n    |__ Port 2: Dev 3, If 0, Class=Hub, Driver=hub/4p, 480M\n        |__ Port 1: Dev 9, If 0, Class=Vendor Specific Class, Driver=r8152, 480M\n",
			"usb:001-001 usb:1-2.1:1.0 usb:001-007"},
		{"tree without indentation", list + place + "/:  Bus 01.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/1p, 5000M\n|__ Port 2: Dev 3, If 0, Class=Hub, Driver=hub/4p, 480M\n|__ Port 1: Dev 9, If 0, Class=Vendor Specific Class, Driver=r8152, 480M\n",
			"usb:001-001 usb:1-2.1:1.0 usb:001-007 usb:001-009"},
	}
	for _, test := range tests {
		rep, err := Import([]Input{{"paste", []byte(test.text)}}, Options{Names: testNames})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, strings.Join(ids(rep), " ")); diff != "" {
			t.Errorf("%s: devices mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// One kind at a time: the others are not looked for.
func TestFrom(t *testing.T) {
	const text = "00:1f.2 0106: 8086:2922\nBus 001 Device 002: ID 0bda:8156 Realtek\n10ec:8125\n"
	for kind, want := range map[string]string{
		"": "pci:0000:00:1f.2 pci:10ec:8125#1 usb:001-002", "lspci": "pci:0000:00:1f.2", "lsusb": "usb:001-002",
		"ids": "pci:8086:2922#1 pci:10ec:8125#3 usb:0bda:8156#2", "dmesg": "", "facter": "",
	} {
		rep, err := Import([]Input{{"paste", []byte(text)}}, Options{Names: testNames, Kind: kind})
		if want == "" {
			if !errors.Is(err, ErrNothing) {
				t.Errorf("from %q: %v, want %v", kind, err, ErrNothing)
			}
			continue
		}
		if err != nil {
			t.Errorf("from %q: %v", kind, err)
			continue
		}
		if diff := cmp.Diff(want, strings.Join(ids(rep), " ")); diff != "" {
			t.Errorf("from %q: devices mismatch (-want +got):\n%s", kind, diff)
		}
	}
}

// Two machines in one call do not become one.
func TestTwoProcessors(t *testing.T) {
	one := Input{"one", []byte("processor : 0\nvendor_id : GenuineIntel\nmodel name : Intel(R) N100\n")}
	other := Input{"other", []byte("processor : 0\nvendor_id : AuthenticAMD\nmodel name : AMD EPYC 7402P\n")}
	rep, err := Import([]Input{one, other}, Options{Names: testNames})
	if err != nil {
		t.Fatal(err)
	}
	want := report.Warning{Code: "conflict", Text: "input 2: two lists name different processors: one import is one machine"}
	if diff := cmp.Diff(want, rep.Source.Warnings[0]); diff != "" || rep.Machine.CPU.Vendor != "GenuineIntel" {
		t.Errorf("processor %q, warnings mismatch (-want +got):\n%s", rep.Machine.CPU.Vendor, diff)
	}
}

// Two lists of the same memory are not twice the memory, and nonsense is none.
func TestMemory(t *testing.T) {
	modules := Input{"dmidecode", []byte("Memory Device\n\tSize: 8 GB\nMemory Device\n\tSize: 8 GB\nMemory Device\n\tSize: 9999999 TB\n")}
	rep, err := Import([]Input{modules, modules}, Options{Names: testNames})
	if err != nil || rep.Machine.MemoryBytes == nil || *rep.Machine.MemoryBytes != 16<<30 {
		t.Errorf("Import() = %+v, %v", rep, err)
	}
}

// lsusb -t alone says nothing that counts, and the error says why.
func TestTreeWithoutIDs(t *testing.T) {
	_, err := Import([]Input{{"tree", []byte("/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/1p, 5000M\n    |__ Port 1: Dev 2, If 0, Class=Mass Storage, Driver=uas, 5000M\n")}}, Options{Names: testNames})
	if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), "no ids") {
		t.Errorf("Import() = %v", err)
	}
}

// Devices without an address keep the order of the input, and virtio devices
// are predicted as in a scan.
func TestBareIDs(t *testing.T) {
	rep, err := Import([]Input{{"a", []byte("8086:15f3\n")}, {"b", []byte("1af4:1041 8086:15f3")}}, Options{Names: testNames})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range rep.Devices {
		got = append(got, d.ID)
	}
	want := []string{"pci:8086:15f3#1", "pci:1af4:1041#2", "pci:8086:15f3#3", "virtio:1af4:1041#2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids mismatch (-want +got):\n%s", diff)
	}
}

// A report goes through unchanged, with what only a newer version knows.
func TestReportPassesThrough(t *testing.T) {
	const text = `{
  "schema": "modscout.report/v1",
  "tool": "modscout 9",
  "source": {
    "kind": "sysfs",
    "complete": true
  },
  "machine": {
    "firmware": "uefi"
  },
  "devices": [
    {
      "id": "pci:0000:03:00.0",
      "bus": "pci",
      "vendor_id": "1af4",
      "device_id": "1041",
      "driver": "virtio-pci",
      "smell": "burnt"
    }
  ],
  "later": {
    "a": 1
  }
}
`
	rep, err := Import([]Input{{"report.json", []byte(text)}}, Options{Tool: "modscout 10"})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := writeJSON(&got, rep); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, got.String()); diff != "" {
		t.Errorf("Import() mismatch (-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name, text, kind string
		want             error
	}{
		{"empty", "", "", ErrNothing},
		{"prose", "my NAS does not boot", "", ErrNothing},
		{"another system's list", "USB:\n    Vendor ID: 0x2109  (VIA Labs, Inc.)\n    Product ID: 0x0813\n", "", ErrNothing},
		{"too long", strings.Repeat("8086:15f3\n", maxList/10+1), "", ErrNothing},
		{"unknown kind", "8086:15f3", "tarot", ErrKind},
		{"other JSON", `{"schema":"modscout.plan/v1"}`, "", ErrKind},
		{"JSON without schema", `{}`, "", ErrKind},
		{"list as report", "8086:15f3", "report", nil},
		{"duplicate members", `{"schema":"modscout.report/v1","schema":"modscout.report/v1"}`, "", nil},
	}
	for _, test := range tests {
		_, err := Import([]Input{{"paste", []byte(test.text)}}, Options{Kind: test.kind, Names: testNames})
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: Import() = %v, want %v", test.name, err, test.want)
		}
	}
}

// PowerShell writes UTF-16.
func TestUTF16(t *testing.T) {
	var data []byte
	for _, unit := range utf16.Encode([]rune("\ufeff8086:15f3\r\n")) {
		data = append(data, byte(unit), byte(unit>>8))
	}
	rep, err := Import([]Input{{"paste", data}}, Options{Names: testNames})
	if err != nil || len(rep.Devices) != 1 {
		t.Errorf("Import() = %v, %v", rep, err)
	}
}
