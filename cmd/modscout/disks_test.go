package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// strangers are disks of others, by file, with the sums of their bytes.
type strangers map[string][sha256.Size]byte

// newStrangers makes so many disks, five at most, as other systems leave them:
// a stick like ours of another signature, an ext4 whose journal is to be
// replayed by whoever mounts it, NTFS, a volume of LVM, one without any
// structure.
func newStrangers(t *testing.T, image string, count int) strangers {
	t.Helper()
	s := strangers{}
	if count > 0 {
		for _, file := range foreignDisks(t, image)[:count] {
			s[file] = sha256.Sum256(readFile(t, file))
		}
	}
	return s
}

func (s strangers) files() []string { return slices.Sorted(maps.Keys(s)) }

// plug makes one of them a device of a board.
func (s strangers) plug(board *qemu.Board, file, device string) {
	id := fmt.Sprint("foreign", len(board.Drives))
	board.Drives = append(slices.Clone(board.Drives), qemu.Drive{ID: id, File: file})
	board.Devices = append(slices.Clone(board.Devices), device+",drive="+id)
}

// wantUntouched wants them as they were, to the last byte.
func (s strangers) wantUntouched(t *testing.T) {
	t.Helper()
	for file, sum := range s {
		if sha256.Sum256(readFile(t, file)) != sum {
			t.Errorf("the image wrote to the disk %s", filepath.Base(file))
		}
	}
}

func foreignDisks(t *testing.T, image string) []string {
	t.Helper()
	const size = 8 << 20
	dir := t.TempDir()
	disk := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, append(content, make([]byte, size-len(content))...), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tool := func(name, debian string, args ...string) {
		if out, err := exec.Command(kotest.Tool(t, name, debian), args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	ext4 := disk("ext4", nil)
	tool("mkfs.ext4", "e2fsprogs", "-q", "-F", ext4)
	tool("debugfs", "e2fsprogs", "-w", "-R", "feature needs_recovery", ext4)
	ntfs := make([]byte, 512) // its boot sector: what a system knows it by
	copy(ntfs, "\xeb\x52\x90NTFS    ")
	copy(ntfs[510:], "\x55\xaa")
	lvm := make([]byte, 1024) // the label of a physical volume, in its second sector
	copy(lvm[512:], "LABELONE\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00LVM2 001")
	raw := slices.Repeat([]byte("no structure at all. "), 1000)
	return []string{copyDisk(t, image), ext4, disk("ntfs", ntfs), disk("lvm", lvm), disk("raw", raw)}
}

// copyDisk copies a disk image and gives it another signature.
func copyDisk(t *testing.T, image string) string {
	t.Helper()
	data := readFile(t, image)
	copy(data[440:], "LIKE")
	path := filepath.Join(t.TempDir(), "foreign.img")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
