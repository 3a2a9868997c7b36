package boot

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// disk is one block device of a fake /sys/class/block and /dev.
type disk struct {
	name      string
	signature uint32
	marked    bool // ends in 55 aa
	partition string
}

func writeDisks(t *testing.T, disks []disk) (sys, dev string) {
	t.Helper()
	root := t.TempDir()
	sys, dev = filepath.Join(root, "sys"), filepath.Join(root, "dev")
	for _, d := range disks {
		sector := make([]byte, 1024)
		binary.LittleEndian.PutUint32(sector[440:], d.signature)
		if d.marked {
			sector[510], sector[511] = 0x55, 0xaa
		}
		write(t, filepath.Join(dev, d.name), sector)
		write(t, filepath.Join(sys, d.name, "size"), []byte("2\n"))
		if d.partition != "" {
			write(t, filepath.Join(sys, d.name, d.partition, "partition"), []byte("1\n"))
			write(t, filepath.Join(sys, d.partition, "partition"), []byte("1\n"))
			write(t, filepath.Join(dev, d.partition), sector) // a boot sector may look like an MBR
		}
	}
	return sys, dev
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFindStick(t *testing.T) {
	const ours = 0xdeadbeef
	tests := []struct {
		name  string
		disks []disk
		want  string // partition
		err   error
	}{
		{"usb", []disk{{"sda", 1, true, "sda1"}, {"sdb", ours, true, "sdb1"}}, "sdb1", nil},
		{"nvme", []disk{{"nvme0n1", ours, true, "nvme0n1p1"}}, "nvme0n1p1", nil},
		{"not there", []disk{{"sda", 1, true, "sda1"}}, "", errNoStick},
		{"no boot record", []disk{{"sda", ours, false, "sda1"}}, "", errNoStick},
		{"no partition", []disk{{"sda", ours, true, ""}}, "", errNoStick},
		{"copied stick", []disk{{"sda", ours, true, "sda1"}, {"sdb", ours, true, "sdb1"}}, "", errTwoSticks},
		{"no disk", []disk{{"loop0", 0, false, ""}}, "", errNoStick},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sys, dev := writeDisks(t, tt.disks)
			got, err := findStick(sys, dev, "deadbeef")
			if !errors.Is(err, tt.err) || got != "" && got != filepath.Join(dev, tt.want) {
				t.Errorf("findStick() = %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestIsSerial(t *testing.T) {
	for name, want := range map[string]bool{"tty0": false, "tty": false, "tty12": false, "ttyS0": true, "ttyUSB0": true, "hvc0": true, "console": true} {
		if got := isSerial(name); got != want {
			t.Errorf("isSerial(%q) = %v, want %v", name, got, want)
		}
	}
}
