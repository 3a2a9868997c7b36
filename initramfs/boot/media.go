package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A medium is a removable one with a FAT file system that the machine was not
// booted from.
type medium struct {
	Name  string // of its block device, "sdb1"
	Bytes int64
	Model string // of the disk
}

// String is the medium as a person chooses it.
func (m medium) String() string {
	return fmt.Sprintf("%-10s %6d MB  %s", m.Name, m.Bytes/1_000_000, m.Model)
}

// errNotOffered keeps what is not in the list from being mounted.
var errNotOffered = errors.New("it is not there any more")

// Media lists what the answer may be saved on instead of the stick, if a person
// says so.
func (*linux) Media(signature string) ([]medium, error) {
	return findMedia("/sys/class/block", "/dev", signature)
}

// Medium mounts one of Media, calls fn with its directory, and unmounts it. By
// now another disk may have its name: it must be the same still.
func (l *linux) Medium(_ context.Context, m medium, fn func(dir string) error) error {
	media, err := l.Media("")
	if err != nil {
		return err
	}
	if !slices.Contains(media, m) {
		return fmt.Errorf("%s: %w", m.Name, errNotOffered)
	}
	return withMounted(filepath.Join("/dev", m.Name), fn)
}

// findMedia looks at all removable disks but the one with the MBR signature: at
// their partitions, or at a disk itself that has none.
func findMedia(sys, dev, signature string) ([]medium, error) {
	disks, err := os.ReadDir(sys)
	if err != nil {
		return nil, err
	}
	var media []medium
	for _, disk := range disks {
		name := disk.Name()
		if attribute(sys, name, "removable") != "1" {
			continue // a partition has no such file
		}
		if got, err := mbrSignature(filepath.Join(dev, name)); err == nil && got == signature {
			continue
		}
		parts, _ := filepath.Glob(filepath.Join(sys, name, name+"*", "partition"))
		names := []string{name}
		if len(parts) > 0 {
			names = nil
		}
		for _, part := range parts {
			names = append(names, filepath.Base(filepath.Dir(part)))
		}
		for _, volume := range names {
			if isFAT(filepath.Join(dev, volume)) {
				sectors, _ := strconv.ParseInt(attribute(sys, volume, "size"), 10, 64)
				media = append(media, medium{volume, sectors * 512, attribute(sys, name, "device/model")})
			}
		}
	}
	return media, nil
}

func attribute(sys, disk, name string) string {
	data, err := os.ReadFile(filepath.Join(sys, disk, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// isFAT looks for the name of the file system in a boot sector: at byte 82 of
// FAT32, at 54 of FAT12 and FAT16 (Microsoft's FAT32 specification, 1.03).
func isFAT(device string) bool {
	file, err := os.Open(device)
	if err != nil {
		return false
	}
	defer file.Close()
	var sector [512]byte
	if _, err := file.ReadAt(sector[:], 0); err != nil {
		return false
	}
	return sector[510] == 0x55 && sector[511] == 0xaa &&
		(bytes.HasPrefix(sector[82:], []byte("FAT32   ")) || bytes.HasPrefix(sector[54:], []byte("FAT1")))
}

// offerMedia lists where else to save, for a digit to be typed.
func (s *session) offerMedia(ctx context.Context) {
	media, err := within(ctx, limitShow, func(context.Context) ([]medium, error) {
		return s.system.Media(s.options.Stick)
	})
	s.complain("media", err)
	s.media = media[:min(len(media), 9)]
	text := "SAVE ON ANOTHER MEDIUM: removable, with FAT. Nothing else is ever written to.\n\n"
	for i, m := range s.media {
		text += fmt.Sprintf("  %d  %s\n", i+1, m)
	}
	if len(s.media) == 0 {
		text += "There is none: plug one in and press m again.\n"
	}
	for _, screen := range s.screens {
		screen.Replace([]byte(text + "\nType its number, or a for the answer.\n"))
	}
}

// choose saves on the medium of the list that a digit names, and from now on
// there instead of on the stick.
func (s *session) choose(ctx context.Context, digit byte) {
	n := int(digit - '1')
	if n >= len(s.media) {
		return
	}
	s.medium = s.media[n]
	s.media = nil
	s.saveAgain(ctx)
}
