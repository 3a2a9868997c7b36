package initramfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// bzImage makes the header of a kernel image.
func bzImage(version string) []byte {
	image := make([]byte, 0x1000)
	copy(image[0x202:], "HdrS")
	binary.LittleEndian.PutUint16(image[0x20e:], 0x300)
	copy(image[0x500:], version)
	return image
}

func TestKernelRelease(t *testing.T) {
	long := bzImage("6.1")
	binary.LittleEndian.PutUint16(long[0x20e:], 0xffff)
	tests := []struct {
		name  string
		image []byte
		want  string
		err   error
	}{
		{"debian", bzImage("6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP"), "6.1.0-56-amd64", nil},
		{"vmlinux", []byte("\x7fELF" + strings.Repeat("x", 0x1000)), "", ErrNotKernel},
		{"cut", bzImage("6.1")[:0x210], "", ErrNotKernel},
		{"version beyond the end", long, "", ErrNotKernel},
		{"empty", nil, "", ErrNotKernel},
	}
	for _, tt := range tests {
		got, err := kernelRelease(tt.image)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: kernelRelease() = %q, %v, want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

// sampleDisk is a stick with a kernel that boots nowhere.
func sampleDisk(t *testing.T, release string) Disk {
	t.Helper()
	kotest.Tool(t, "grub-mkimage", "grub-common")
	fs, err := New(Config{
		Init:    writeELF(t, machineX86, segmentLoad),
		Tree:    fakeTree(t, "kernel/a.ko"),
		Modules: []string{"a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return Disk{Kernel: &Kernel{release, bzImage(release)}, Initramfs: fs, Append: "modscout.loader=rr",
		Files: map[string][]byte{layout.CatalogsDir + "/mine.json.zst": []byte("mine")}}
}

func TestDisk(t *testing.T) {
	d := sampleDisk(t, "6.1.0-test")
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1.img"), filepath.Join(dir, "2.img")
	for _, path := range []string{first, second} {
		if err := d.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := read(t, first), read(t, second); !bytes.Equal(a, b) {
		t.Error("two images of the same content differ")
	}
	stick, err := OpenStick(first)
	if err != nil {
		t.Fatal(err)
	}
	defer stick.Close()
	entries, err := stick.Files()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Path)
	}
	want := []string{"EFI", "EFI/BOOT", "EFI/BOOT/BOOTX64.EFI", "boot", "boot/grub", "boot/grub/grub.cfg", "boot/initrd", "boot/vmlinuz",
		"modscout", "modscout/catalogs", "modscout/catalogs/mine.json.zst"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("Files() mismatch (-want +got):\n%s", diff)
	}
	config, err := fs.ReadFile(stick, "boot/grub/grub.cfg")
	if wanted := "modscout.stick=" + stick.Signature + " modscout.loader=rr"; err != nil || !strings.Contains(string(config), wanted) {
		t.Errorf("grub.cfg = %q, %v, want %q in it", config, err, wanted)
	}
}

// TestFATHolds lets dosfstools judge what go-diskfs makes of some sizes in MiB:
// of 130 it makes too small a FAT.
func TestFATHolds(t *testing.T) {
	fsck := kotest.Tool(t, "fsck.fat", "dosfstools")
	wrong := 0
	for _, size := range []int64{64, 77, 130, 200, 261, 262, 300} {
		path := filepath.Join(t.TempDir(), "disk")
		disk, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer disk.Close()
		disk.Truncate(size << 20)
		if err := writePartition(file.New(disk, false), size<<20, nil); err != nil {
			t.Fatal(err)
		}
		if err := fixParents(disk, partitionStart); err != nil {
			t.Fatal(err)
		}
		partition := filepath.Join(t.TempDir(), "partition")
		if err := os.WriteFile(partition, read(t, path)[partitionStart:], 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(fsck, "-n", partition).CombinedOutput()
		if holds := fatHolds(size<<20 - partitionStart); holds != (err == nil) {
			t.Errorf("fatHolds(%d MiB) = %v, fsck.fat says %v\n%s", size-1, holds, err, out)
		}
		if err != nil {
			wrong++
		}
	}
	if wrong == 0 {
		t.Error("go-diskfs makes sound file systems of all sizes: fatHolds is not needed any more")
	}
}

// TestDiskIsSound lets dosfstools judge the file system.
func TestDiskIsSound(t *testing.T) {
	fsck := kotest.Tool(t, "fsck.fat", "dosfstools")
	image := filepath.Join(t.TempDir(), "scan.img")
	if err := sampleDisk(t, "6.1.0-test").Write(image); err != nil {
		t.Fatal(err)
	}
	partition := filepath.Join(t.TempDir(), "partition")
	if err := os.WriteFile(partition, read(t, image)[partitionStart:], 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(fsck, "-n", partition).CombinedOutput(); err != nil {
		t.Errorf("fsck.fat: %v\n%s", err, out)
	}
}

func TestDiskErrors(t *testing.T) {
	otherKernel := sampleDisk(t, "6.12.0-other")
	noGRUB := sampleDisk(t, "6.1.0-test")
	noGRUB.GRUB = t.TempDir()
	strange := sampleDisk(t, "6.1.0-test")
	strange.Append = "a\nb"
	tests := []struct {
		name string
		disk Disk
		want string
	}{
		{"kernel of another release", otherKernel, "kernel is 6.12.0-other, modules are for 6.1.0-test"},
		{"no GRUB", noGRUB, "GRUB is not installed"},
		{"command line of two lines", strange, "command line"},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "scan.img")
		err := tt.disk.Write(path)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Write() = %v, want %q", tt.name, err, tt.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: Write() left a file behind", tt.name)
		}
	}
}

func TestWriteParts(t *testing.T) {
	d := sampleDisk(t, "6.1.0-test")
	dir := filepath.Join(t.TempDir(), "new")
	if err := WriteParts(dir, d.Kernel, d.Initramfs, "modscout.loader=rr"); err != nil {
		t.Fatal(err)
	}
	want := "#!ipxe\nkernel vmlinuz initrd=initrd " + commandLine + " modscout.loader=rr\ninitrd initrd\nboot\n"
	if diff := cmp.Diff(want, string(read(t, filepath.Join(dir, ScriptName)))); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", ScriptName, diff)
	}
	if !bytes.Equal(read(t, filepath.Join(dir, KernelName)), d.Kernel.Data) || len(read(t, filepath.Join(dir, InitrdName))) == 0 {
		t.Error("kernel or initrd is not what was given")
	}
	if err := WriteParts(dir, d.Kernel, d.Initramfs, "${evil}"); err == nil {
		t.Error("a command line that iPXE would expand was written")
	}
}

func TestOpenStickErrors(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.img")
	noTable := filepath.Join(t.TempDir(), "no-table.img")
	for path, data := range map[string][]byte{empty: nil, noTable: make([]byte, 4096)} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenStick(path); !errors.Is(err, ErrNotStick) {
			t.Errorf("OpenStick(%s) = %v, want ErrNotStick", filepath.Base(path), err)
		}
	}
}

// A stick that was pulled out, or made by somebody else, must not cost more
// memory than it has bytes, nor time without an end.
func TestOpenStickDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stick.img")
	if err := sampleDisk(t, "6.1.0-test").Write(path); err != nil {
		t.Fatal(err)
	}
	sound := read(t, path)
	reserved := int(binary.LittleEndian.Uint16(sound[partitionStart+reservedSectorsAt:]))
	table := partitionStart + reserved*sectorSize
	for name, damage := range map[string]func(image []byte){
		"table beyond the disk":   func(image []byte) { image[partitionStart+sectorsPerFATAt+2] = 0xff },
		"table of no size":        func(image []byte) { clear(image[partitionStart+sectorsPerFATAt:][:4]) },
		"partition beyond":        func(image []byte) { image[firstSectorAt+3] = 0x7f },
		"a chain without end":     func(image []byte) { binary.LittleEndian.PutUint32(image[table+4*3:], 3) },
		"a long chain without it": func(image []byte) { binary.LittleEndian.PutUint64(image[table+4*20:], 20<<32|21) },
	} {
		image := bytes.Clone(sound)
		damage(image)
		if err := os.WriteFile(path, image, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenStick(path); !errors.Is(err, ErrNotStick) {
			t.Errorf("%s: OpenStick() = %v, want ErrNotStick", name, err)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
