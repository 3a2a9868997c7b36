package foreign

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/scan/report"
)

// damages are what happens to lists on their way into a forum and back.
var damages = []struct {
	name   string
	damage func(string) string
}{
	{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
	{"CR", func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }},
	{"byte order mark", func(s string) string { return "\ufeff" + s }},
	{"UTF-16", func(s string) string { return utf16Text(s, false) }},
	{"UTF-16, big endian", func(s string) string { return utf16Text(s, true) }},
	{"quoted", func(s string) string { return eachLine(s, func(l string) string { return "> " + l }) }},
	{"quoted twice", func(s string) string { return eachLine(s, func(l string) string { return "> > " + l }) }},
	{"spaces at the end", func(s string) string { return eachLine(s, func(l string) string { return l + "   " }) }},
	{"tabs to spaces", func(s string) string { return strings.ReplaceAll(s, "\t", "    ") }},
	{"no break spaces", func(s string) string { return strings.ReplaceAll(s, "  ", " \u00a0") }},
	{"empty lines between", func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") }},
	{"colours", func(s string) string {
		return eachLine(s, func(l string) string { return "\x1b[1;32m" + l + "\x1b[0m" })
	}},
	{"fence and prompt", func(s string) string {
		return "Hello,\nhere it is:\n```text\nroot@nas:~# cat list\n" + s + "\nroot@nas:~# exit\n```\nThank you!\n"
	}},
	{"HTML", func(s string) string {
		s = strings.ReplaceAll(s, "&amp;", "&") // one fixture has it already
		return strings.NewReplacer("&quot;", "&quot;", "&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(s)
	}},
	{"no indentation", func(s string) string {
		return eachLine(s, func(l string) string { return strings.TrimLeft(l, " \t") })
	}},
}

func utf16Text(s string, bigEndian bool) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + s)) {
		if bigEndian {
			unit = unit>>8 | unit<<8
		}
		data = append(data, byte(unit), byte(unit>>8))
	}
	return string(data)
}

func eachLine(s string, change func(string) string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = change(lines[i])
	}
	return strings.Join(lines, "\n")
}

// survivesAsJSON are the damages that leave JSON what it is.
var survivesAsJSON = regexp.MustCompile(`^(?:CRLF|CR|byte|UTF|spaces at|tabs|empty lines|fence|no indentation)`)

// Each fixture says the same after each damage.
func TestDamage(t *testing.T) {
	sameDevice := cmpopts.IgnoreFields(report.Device{}, "Subsystem")
	for _, input := range fixtures(t) {
		want, err := Import([]Input{input}, Options{Names: testNames})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range damages {
			if filepath.Ext(input.Name) == ".json" && !survivesAsJSON.MatchString(d.name) {
				continue
			}
			got, err := Import([]Input{{input.Name, []byte(d.damage(string(input.Data)))}}, Options{Names: testNames})
			if err != nil {
				t.Errorf("%s, %s: %v", input.Name, d.name, err)
				continue
			}
			if diff := cmp.Diff(want.Devices, got.Devices, sameDevice); diff != "" {
				t.Errorf("%s, %s: devices mismatch (-want +got):\n%s", input.Name, d.name, diff)
			}
			if diff := cmp.Diff(want.Machine, got.Machine); diff != "" {
				t.Errorf("%s, %s: machine mismatch (-want +got):\n%s", input.Name, d.name, diff)
			}
		}
	}
}

// Pastes as they come: quoted, in lists, several tools in one, in prose.
func TestPastes(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"busybox lspci -k", "00:03.0 Class 0200: 8086:100e e1000\n", "pci:0000:00:03.0 8086:100e class 0200 driver e1000"},
		{"busybox lspci -mk", `00:03.0 "Class 0200" "8086" "100e" "1af4" "1100" "e1000"`, "pci:0000:00:03.0 8086:100e 1af4:1100 class 0200 driver e1000"},
		{"quoted", ">00:1f.3 SMBus [0c05]: Intel [8086:2930]\n>>\tKernel driver in use: i801_smbus\n", "pci:0000:00:1f.3 8086:2930 class 0c05 driver i801_smbus"},
		{"list", "* 00:1f.2 SATA controller [0106]: Intel [8086:2922]\n", "pci:0000:00:1f.2 8086:2922 class 0106"},
		{"ids alone", "0bda:8153\n8086:15f3\ndead:beef\n", "pci:8086:15f3#2 8086:15f3; pci:dead:beef#3 dead:beef; usb:0bda:8153#1 0bda:8153"},
		{"lspci and lsusb", "00:1f.2 0106: 8086:2922\nBus 001 Device 002: ID 0bda:8156 Realtek\n", "pci:0000:00:1f.2 8086:2922 class 0106; usb:001-002 0bda:8156"},
		{"names and an id", "01:00.0 Ethernet controller: Realtek\nThe card is [10ec:8125].\n", "pci:0000:01:00.0 :; pci:10ec:8125#1 10ec:8125"},
		{"ids of capabilities", "00:01.0 0604: 8086:0151\n\tCapabilities: [88] Subsystem: Dell [1028:0534]\n", "pci:0000:00:01.0 8086:0151 class 0604"},
		{"prose", "port 8080:8080 of my 8086:15f3 since 2024:1130", "pci:8086:15f3#1 8086:15f3"},
		{"unknown vendor, bracketed", "it says [fffe:0001]", "pci:fffe:0001#1 fffe:0001"},
		{"Windows, all ids of a card", "PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03\nPCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043\nPCI\\VEN_8086&DEV_15F3&CC_020000\nPCI\\VEN_8086&DEV_15F3&CC_0200\n",
			"pci:8086:15f3#1 8086:15f3 1043:87d2 rev 03 class 020000"},
		{"Windows, two cards", "PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03\\4&1A&0&00E4\nPCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03\\4&1B&0&00E5\n",
			"pci:8086:15f3#1 8086:15f3 1043:87d2 rev 03; pci:8086:15f3#2 8086:15f3 1043:87d2 rev 03"},
		{"Windows, two cards by their first id", "PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03\nPCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03\n",
			"pci:8086:15f3#1 8086:15f3 1043:87d2 rev 03; pci:8086:15f3#2 8086:15f3 1043:87d2 rev 03"},
		{"old subsystem", "03:00.0 Class 0200: 8086:15f3\n\tSubsystem: Unknown device 1458:e000\n", "pci:0000:03:00.0 8086:15f3 1458:e000 class 0200"},
		{"unknown vendor, alone", "fffe:0001\n", "pci:fffe:0001#1 fffe:0001"},
	}
	for _, test := range tests {
		rep, err := Import([]Input{{"paste", []byte(test.text)}}, Options{Names: testNames})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got []string
		for i := range rep.Devices {
			d := &rep.Devices[i]
			s := d.ID + strings.TrimPrefix(summary(d), d.Bus)
			if d.Driver != "" {
				s += " driver " + d.Driver
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: devices mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// However long a paste is, the report is bounded, and says so.
func TestEndlessPaste(t *testing.T) {
	for name, text := range map[string]string{
		"ids":   strings.Repeat(strings.Repeat("8086:15f3 ", 1000)+"\n", 100),
		"ports": strings.Repeat("of 8080:8080\n", 2*maxWarnings) + "8086:15f3",
	} {
		rep, err := Import([]Input{{"paste", []byte(text)}}, Options{Names: testNames})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(rep.Devices) > maxDevices || len(rep.Source.Warnings) > maxWarnings+1 {
			t.Errorf("%s: %d devices, %d warnings", name, len(rep.Devices), len(rep.Source.Warnings))
		}
		if name == "ids" && rep.Source.Warnings[len(rep.Source.Warnings)-1].Code != "too-many" {
			t.Errorf("%s: the report does not say that devices are missing", name)
		}
	}
}
