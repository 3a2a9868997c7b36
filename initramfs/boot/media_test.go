package boot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFindMedia offers removable FAT volumes and nothing else.
func TestFindMedia(t *testing.T) {
	fat32 := func(sector []byte) { copy(sector[82:], "FAT32   ") }
	fat16 := func(sector []byte) { copy(sector[54:], "FAT16   ") }
	ntfs := func(sector []byte) { copy(sector[3:], "NTFS    ") }
	volumes := []struct {
		disk, name, removable string // name "" = the disk itself
		write                 func(sector []byte)
	}{
		{"sda", "sda1", "0", fat32}, // a disk that stays
		{"sdb", "sdb1", "1", fat32},
		{"sdb", "sdb2", "1", ntfs},
		{"sdc", "", "1", fat16},
		{"sdd", "sdd1", "1", fat32}, // the stick
		{"sr0", "", "1", nil},       // no medium in it
	}
	root := t.TempDir()
	sys, dev := filepath.Join(root, "sys"), filepath.Join(root, "dev")
	for _, v := range volumes {
		sector := make([]byte, 512)
		sector[510], sector[511] = 0x55, 0xaa
		if v.disk == "sdd" {
			copy(sector[440:], "\xef\xbe\xad\xde")
		}
		write(t, filepath.Join(sys, v.disk, "removable"), []byte(v.removable+"\n"))
		write(t, filepath.Join(sys, v.disk, "device/model"), []byte("Model of "+v.disk+"   \n"))
		write(t, filepath.Join(sys, v.disk, "size"), []byte("20000\n"))
		if v.name == "" {
			if v.write != nil {
				v.write(sector)
				write(t, filepath.Join(dev, v.disk), sector)
			}
			continue
		}
		write(t, filepath.Join(dev, v.disk), sector)
		v.write(sector)
		write(t, filepath.Join(dev, v.name), sector)
		write(t, filepath.Join(sys, v.disk, v.name, "partition"), []byte("1\n"))
		write(t, filepath.Join(sys, v.name, "size"), []byte("4000000\n"))
	}
	got, err := findMedia(sys, dev, "deadbeef")
	if err != nil {
		t.Fatal(err)
	}
	want := []medium{{"sdb1", 2_048_000_000, "Model of sdb"}, {"sdc", 10_240_000, "Model of sdc"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findMedia() mismatch (-want +got):\n%s", diff)
	}
}

// TestAnotherMedium saves where a digit says, and only after the list.
func TestAnotherMedium(t *testing.T) {
	system := &fakeSystem{stick: t.TempDir(), stickErr: errNoStick, options: Options{Stick: "12345678"},
		media: []medium{{"sdb1", 4e9, "Flash"}, {"sdc", 8e9, "Card"}}}
	s := start(t, sampleParts(), system)
	press := func(keys string) string {
		system.screen.Reset()
		for _, key := range []byte(keys) {
			s.press(t.Context(), key)
		}
		return system.screen.String()
	}
	if got := press("2"); got != "" {
		t.Errorf("a digit without the list shows %q", got)
	}
	if got := press("m3a2"); !strings.Contains(got, "NOT SAVED on the stick: ") || strings.Contains(got, "Saved on") {
		t.Errorf("a number that is not in the list, and one after another key, show\n%s", got)
	}
	if got := press("m"); !strings.Contains(got, "  2  sdc          8000 MB  Card\n") {
		t.Errorf("m shows\n%s", got)
	}
	if got := press("2"); !strings.HasPrefix(got, "Saved on sdc in modscout/.\n") {
		t.Errorf("2 shows\n%s", got)
	}
	for name, want := range map[string]bool{"sdc": true, "sdb1": false} {
		if _, err := os.Stat(filepath.Join(system.stick, name, StickDir, "plan.json")); (err == nil) != want {
			t.Errorf("plan on %s: %v, want %v", name, err, want)
		}
	}
}

func TestIsFAT(t *testing.T) {
	if isFAT(filepath.Join(t.TempDir(), "none")) {
		t.Error("a device that is not there has FAT")
	}
}
