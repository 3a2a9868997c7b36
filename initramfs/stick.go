package initramfs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem"
	"github.com/diskfs/go-diskfs/filesystem/fat32"
	"github.com/diskfs/go-diskfs/filesystem/iso9660"
)

// ErrNotStick says that a file is no disk image with a FAT partition.
var ErrNotStick = errors.New("not a scan image")

// Stick is a disk image, opened for reading: the file system of its first
// partition, or that of a CD.
type Stick struct {
	Signature string // MBR disk signature, 8 lower-case hex digits; "" of a CD

	filesystem.FileSystem
	file *os.File
}

// OpenStick opens what [Disk.Write] made and what may have booted since, or what
// [Disk.WriteISO] made. Errors: [ErrNotStick].
func OpenStick(path string) (*Stick, error) {
	image, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	read := readStick
	if isCD(image) {
		read = readCD
	}
	stick, err := read(image)
	if err != nil {
		image.Close()
		return nil, fmt.Errorf("%s: %w: %w", path, ErrNotStick, err)
	}
	return stick, nil
}

func readStick(image *os.File) (*Stick, error) {
	var sector [sectorSize]byte
	if _, err := image.ReadAt(sector[:], 0); err != nil {
		return nil, err
	}
	if sector[510] != 0x55 || sector[511] != 0xaa {
		return nil, errors.New("no master boot record")
	}
	info, err := image.Stat()
	if err != nil {
		return nil, err
	}
	start := sectorSize * int64(binary.LittleEndian.Uint32(sector[firstSectorAt:]))
	if err := checkFAT(image, start, info.Size()); err != nil {
		return nil, err
	}
	system, err := fat32.Read(file.New(image, true), info.Size()-start, start, sectorSize)
	if err != nil {
		return nil, err
	}
	signature := fmt.Sprintf("%08x", binary.LittleEndian.Uint32(sector[signatureAt:]))
	return &Stick{signature, system, image}, nil
}

// isCD looks for the identifier of a volume descriptor (ECMA-119, 8.1).
func isCD(image io.ReaderAt) bool {
	var head [6]byte
	_, err := image.ReadAt(head[:], cdVolume)
	return err == nil && string(head[1:]) == "CD001"
}

func readCD(image *os.File) (*Stick, error) {
	info, err := image.Stat()
	if err != nil {
		return nil, err
	}
	system, err := iso9660.Read(file.New(image, true), info.Size(), 0, cdSector)
	if err != nil {
		return nil, err
	}
	return &Stick{"", system, image}, nil
}

// Initrd reads the packed initramfs of the image.
func (s *Stick) Initrd() ([]byte, error) {
	name := "boot/" + InitrdName
	if s.Signature == "" {
		name = strings.ToUpper(name)
	}
	data, err := fs.ReadFile(s, name)
	if err != nil {
		return nil, fmt.Errorf("no %s on it: %w", name, err)
	}
	return data, nil
}

// firstSectorAt is where a master boot record says where its first partition
// begins: bytes 8 to 11 of the entry at 446, in sectors.
const firstSectorAt = 446 + 8

// Close closes the image.
func (s *Stick) Close() error { return s.file.Close() }

// maxDepth is the most directories inside each other on a stick; ours has
// three. A damaged directory may hold itself.
const maxDepth = 16

// Files returns the stick's files and directories in lexical order.
func (s *Stick) Files() ([]Entry, error) {
	image, err := s.file.Stat()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	err = fs.WalkDir(s, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case info.Size() > image.Size() || strings.Count(name, "/") >= maxDepth:
			return fmt.Errorf("%w: %s is damaged", ErrNotStick, name)
		}
		entries = append(entries, Entry{Path: name, Mode: info.Mode(), Size: info.Size()})
		return nil
	})
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries, err
}
