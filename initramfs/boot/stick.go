package boot

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/u-root/u-root/pkg/mount"
	"golang.org/x/sys/unix"
)

var (
	errNoStick   = errors.New("the disk that was booted from is not visible")
	errTwoSticks = errors.New("two disks have the signature of the one that was booted from")
)

// stickAfter is how long a stick may take to show up after the buses settled:
// SCSI disks are probed in the background.
const stickAfter = 10 * time.Second

// mountPoint is where the stick's partition appears.
const mountPoint = "/mnt"

// Stick mounts the FAT partition of the disk with this MBR signature, calls fn
// with its directory, and unmounts it. No other disk is ever mounted or
// written: of the others one sector is read.
func (*linux) Stick(ctx context.Context, signature string, fn func(dir string) error) error {
	partition, err := waitStick(ctx, signature)
	if err != nil {
		return err
	}
	return withMounted(partition, fn)
}

// withMounted mounts a FAT partition, calls fn with its directory, and unmounts
// it, even where fn panics. A stick with a write-protection is mounted as such:
// its drivers and certificates can be read, and fn gets EROFS where it writes.
func withMounted(partition string, fn func(dir string) error) (err error) {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME
	mounted, err := mount.Mount(partition, mountPoint, "vfat", "", flags)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EROFS) {
		mounted, err = mount.Mount(partition, mountPoint, "vfat", "", flags|unix.MS_RDONLY)
	}
	if err != nil {
		return err
	}
	defer func() {
		unix.Sync()
		err = errors.Join(err, mounted.Unmount(0))
	}()
	return fn(mountPoint)
}

func waitStick(ctx context.Context, signature string) (string, error) {
	end := time.Now().Add(stickAfter)
	for {
		partition, err := findStick("/sys/class/block", "/dev", signature)
		if !errors.Is(err, errNoStick) || time.Now().After(end) || ctx.Err() != nil {
			return partition, err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// findStick returns the device of the first partition of the one disk whose
// MBR has this signature. Two of them are an error: writing to the wrong one
// is worse than writing to none.
func findStick(sys, dev, signature string) (string, error) {
	names, err := os.ReadDir(sys)
	if err != nil {
		return "", err
	}
	var found []string
	for _, name := range names {
		if partition := stickPartition(sys, dev, name.Name(), signature); partition != "" {
			found = append(found, partition)
		}
	}
	switch len(found) {
	case 0:
		return "", errNoStick
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%w: %s", errTwoSticks, strings.Join(found, ", "))
}

func stickPartition(sys, dev, disk, signature string) string {
	if _, err := os.Stat(filepath.Join(sys, disk, "partition")); err == nil {
		return "" // a partition itself
	}
	if got, err := mbrSignature(filepath.Join(dev, disk)); err != nil || got != signature {
		return ""
	}
	parts, _ := filepath.Glob(filepath.Join(sys, disk, disk+"*", "partition"))
	for _, file := range parts {
		if number, _ := os.ReadFile(file); strings.TrimSpace(string(number)) == "1" {
			return filepath.Join(dev, filepath.Base(filepath.Dir(file)))
		}
	}
	return ""
}

// mbrSignature reads the disk signature, little-endian at byte 440 of the
// master boot record, as 8 lower-case hex digits.
func mbrSignature(disk string) (string, error) {
	file, err := os.Open(disk)
	if err != nil {
		return "", err
	}
	defer file.Close()
	var sector [512]byte
	if _, err := file.ReadAt(sector[:], 0); err != nil {
		return "", err
	}
	if sector[510] != 0x55 || sector[511] != 0xaa {
		return "", errors.New("no master boot record")
	}
	return fmt.Sprintf("%08x", binary.LittleEndian.Uint32(sector[440:])), nil
}
