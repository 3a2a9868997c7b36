package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCodeWords(t *testing.T) {
	tests := []struct {
		name    string
		machine Machine
		want    string
		back    Machine // what the words say again
	}{
		{"nothing known", Machine{}, "", Machine{}},
		{"modern", Machine{Firmware: "uefi", Hypervisor: "none", CPU: CPU{Threads: new(8), Flags: []string{"bmi2", "fpu", "lm", "movbe", "sse2"}}},
			"UEFI 8T VM:NONE LM MOVBE BMI2",
			Machine{Firmware: "uefi", Hypervisor: "none", CPU: CPU{Threads: new(8), Flags: []string{"bmi2", "lm", "movbe"}}}},
		{"no movbe", Machine{Firmware: "bios", CPU: CPU{Flags: []string{"lm"}}}, "BIOS LM",
			Machine{Firmware: "bios", CPU: CPU{Flags: []string{"lm"}}}},
		{"strange", Machine{Firmware: "u efi", Hypervisor: "a b", CPU: CPU{Threads: new(-1)}}, "", Machine{}},
	}
	for _, tt := range tests {
		words := tt.machine.CodeWords()
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%s: CodeWords() = %q, want %q", tt.name, got, tt.want)
		}
		var back Machine
		for _, word := range words {
			if !back.ReadCodeWord(word) {
				t.Errorf("%s: ReadCodeWord(%q) = false", tt.name, word)
			}
		}
		if diff := cmp.Diff(tt.back, back); diff != "" {
			t.Errorf("%s: read back mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCodeWord(t *testing.T) {
	tests := []struct {
		device Device
		want   string
	}{
		{Device{Bus: "pci", VendorID: "8086", DeviceID: "125c", Class: "020000"}, "8086:125C:0200"},
		{Device{Bus: "pci", VendorID: "8086", DeviceID: "2922", Class: "010601", Disks: new(2)}, "8086:2922:010601+2"},
		{Device{Bus: "pci", VendorID: "1b36", DeviceID: "000d", Class: "0c0330"}, "1B36:000D:0C0330"},
		{Device{Bus: "pci", VendorID: "8086", DeviceID: "15f3"}, "8086:15F3"},
		{Device{Bus: "usb", VendorID: "0bda", DeviceID: "8156", Interface: "ffff00"}, "USB:0BDA:8156:FFFF00"},
		{Device{Bus: "usb", VendorID: "0bda", DeviceID: "8156"}, "USB:0BDA:8156"},
		{Device{Bus: "virtio", VendorID: "1af4", DeviceID: "0001"}, ""},
		{Device{Bus: "pci", VendorID: "80 6", DeviceID: "15f3"}, ""},
	}
	for _, tt := range tests {
		if got := tt.device.CodeWord(); got != tt.want {
			t.Errorf("CodeWord(%+v) = %q, want %q", tt.device, got, tt.want)
		}
	}
}

// What is read says the same when it is written again.
func TestReadDeviceCode(t *testing.T) {
	for _, word := range []string{"8086:125C:0200", "8086:2922:010601+2", "8086:15F3", "USB:0BDA:8156", "USB:0BDA:8156:020600", "8086:1521:0200*4", "8086:2922:010601+0*2"} {
		d, times := ReadDeviceCode(word)
		if got := CodeTimes(d.CodeWord(), times); got != word {
			t.Errorf("ReadDeviceCode(%q) is written as %q", word, got)
		}
	}
	for _, word := range []string{"", "UEFI", "8086:125C:02", "8086:125c", "8086:125C*0", "8086:125C:0200 "} {
		if d, times := ReadDeviceCode(word); times != 0 {
			t.Errorf("ReadDeviceCode(%q) = %+v, %d, want 0 devices", word, d, times)
		}
	}
}
