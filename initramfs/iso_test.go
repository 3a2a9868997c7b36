package initramfs

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestISO(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	d := sampleDisk(t, "6.1.0-test")
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1.iso"), filepath.Join(dir, "2.iso")
	if err := d.WriteISO(first); err != nil {
		t.Fatal(err)
	}
	time.Local = time.FixedZone("elsewhere", 5*3600)
	if err := d.WriteISO(second); err != nil {
		t.Fatal(err)
	}
	data := read(t, first)
	if !bytes.Equal(data, read(t, second)) {
		t.Error("two CDs of the same content differ")
	}
	wantBootCatalog(t, data)

	cd, err := OpenStick(first)
	if err != nil {
		t.Fatal(err)
	}
	defer cd.Close()
	entries, err := cd.Files()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, filepath.Ext(e.Path))
	}
	slices.Sort(names) // ".ID" is called by what the CD holds
	if diff := cmp.Diff([]string{"", "", "", "", ".CFG", ".ID", ".IMG", ".IMG"}, names); diff != "" {
		t.Errorf("Files() mismatch in suffixes (-want +got):\n%s", diff)
	}
	initrd, err := cd.Initrd()
	if err != nil {
		t.Fatal(err)
	}
	if _, problems, err := List(bytes.NewReader(initrd)); err != nil || len(problems) > 0 {
		t.Errorf("List() of the CD's initramfs = %v, %v", problems, err)
	}
}

// wantBootCatalog reads the catalogue as firmware does (El Torito 1.0, figures
// 2 to 5): an entry for BIOS, then a section with one for UEFI.
func wantBootCatalog(t *testing.T, cd []byte) {
	t.Helper()
	at := func(sector uint32) []byte { return cd[int(sector)*cdSector:] }
	catalog := at(binary.LittleEndian.Uint32(at(17)[0x47:]))
	const entry = 32
	if platform := catalog[1]; platform != 0 {
		t.Errorf("the first entry is for platform %d, want 0, BIOS", platform)
	}
	if header, platform := catalog[2*entry], catalog[2*entry+1]; header != 0x91 || platform != 0xef {
		t.Errorf("the second section is %#x for platform %#x, want the last, 0x91, for UEFI, 0xef", header, platform)
	}
	for i, n := range []int{entry, 3 * entry} {
		start := binary.LittleEndian.Uint32(catalog[n+8:])
		image := at(start)
		switch {
		case catalog[n] != 0x88:
			t.Errorf("entry %d is not bootable", i)
		case i == 0 && binary.LittleEndian.Uint32(image[12:]) != start:
			t.Error("GRUB's image does not know where it lies")
		case i == 1 && string(image[510:512]) != "\x55\xaa":
			t.Error("UEFI's image is no file system")
		}
	}
}
