package initramfs

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/diskfs/go-diskfs"
	"github.com/diskfs/go-diskfs/backend"
	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/disk"
	"github.com/diskfs/go-diskfs/filesystem"
	"github.com/diskfs/go-diskfs/partition/mbr"
	"github.com/google/renameio/v2"
)

// The layout of a stick: master boot record, GRUB's core image, and from 1 MiB
// on one FAT32 partition that both firmwares and every system can read.
const (
	sectorSize     = 512
	partitionStart = 1 << 20
	signatureAt    = 440      // of the disk signature in the MBR, 4 bytes
	freeSpace      = 32 << 20 // for answers, catalogues and packer's input
	minDisk        = 64 << 20 // FAT32 needs 65,525 clusters
	volumeLabel    = "MODSCOUT"
)

// Disk says what goes on a stick.
type Disk struct {
	Kernel    *Kernel
	Initramfs *Initramfs
	GRUB      string // directory of GRUB's parts; "" = [GRUBDir]
	Append    string // further kernel command line

	// Signed is the root below which Debian's signed shim and GRUB lie, for what
	// boots with Secure Boot on; "" = GRUB as it is built here.
	Signed string

	// Drivers are put beside the initramfs, from the module directory Tree,
	// /lib/modules/RELEASE.
	Drivers DriverSet
	Tree    string

	// Files are further files, path on the partition -> content. A CD has them
	// in the initramfs: [Config.Files].
	Files map[string][]byte
}

// Write makes the disk image at path, which appears whole or not at all. Equal
// input gives equal bytes: the disk signature is drawn from the content, and
// all times are 1980-01-01, where FAT's begin. Errors: [ErrNoGRUB], a kernel
// and modules that do not fit each other; for Secure Boot [ErrNoSigned],
// [ErrUnsigned].
func (d Disk) Write(path string) error {
	initrd, err := d.check()
	if err != nil {
		return err
	}
	loader, err := makeGRUB(d.GRUB)
	if err != nil {
		return err
	}
	image, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer image.Cleanup()
	drivers, err := d.readDrivers()
	if err != nil {
		return err
	}
	if err := d.fill(image.File, loader, initrd, drivers); err != nil {
		return err
	}
	return image.CloseAtomicallyReplace()
}

// check refuses what would not boot and returns the initramfs as it is packed.
func (d Disk) check() ([]byte, error) {
	if err := d.Kernel.Fits(d.Initramfs); err != nil {
		return nil, err
	}
	if err := checkAppend(d.Append); err != nil {
		return nil, err
	}
	if d.Signed != "" {
		if err := checkSigned(d.Kernel); err != nil {
			return nil, err
		}
	}
	var initrd bytes.Buffer
	_, err := d.Initramfs.WriteTo(&initrd)
	return initrd.Bytes(), err
}

func (d Disk) readDrivers() ([]content, error) {
	if d.Tree == "" {
		return nil, nil
	}
	tree, err := openTree(d.Tree)
	if err != nil {
		return nil, err
	}
	return d.Drivers.drivers(tree, d.Initramfs.Load)
}

// checkAppend refuses what GRUB or iPXE would not pass on to the kernel as it
// is.
func checkAppend(line string) error {
	if strings.ContainsFunc(line, unfit) {
		return fmt.Errorf("command line %q: only printable characters without GRUB's own ;{}$\"'\\ and #", line)
	}
	return nil
}

func unfit(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(";{}$\"'\\#|&<>", r) }

// content is one file of the stick.
type content struct {
	path string
	data []byte
}

func (d Disk) fill(image *os.File, loader *grub, initrd []byte, drivers []content) error {
	signature := drawSignature(d.Kernel.Data, initrd)
	config := grubConfig(fmt.Sprintf("%08x", signature), d.Append)
	files, err := d.loaderForUEFI(loader, config)
	if err != nil {
		return err
	}
	files = append(files, []content{
		{"/boot/grub/grub.cfg", config},
		{"/boot/" + KernelName, d.Kernel.Data},
		{"/boot/" + InitrdName, initrd},
	}...)
	files = append(files, drivers...)
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		files = append(files, content{"/" + name, d.Files[name]})
	}
	size := diskSize(files)
	if err := image.Truncate(size); err != nil {
		return err
	}
	if err := writePartition(file.New(image, false), size, files); err != nil {
		return err
	}
	if err := fixParents(image, partitionStart); err != nil {
		return err
	}
	return writeBootSectors(image, loader, signature)
}

// loaderForUEFI returns what UEFI starts. Debian's signed GRUB reads its
// configuration from /EFI/debian and from nowhere else.
func (d Disk) loaderForUEFI(loader *grub, config []byte) ([]content, error) {
	if d.Signed == "" {
		return []content{{"/EFI/BOOT/BOOTX64.EFI", loader.efi}}, nil
	}
	files, err := signedLoader(d.Signed, signedForDisk)
	return append(files, content{"/EFI/debian/grub.cfg", config}), err
}

// diskSize is what the files and the free space need, in whole MiB.
func diskSize(files []content) int64 {
	size := max(minDisk, wholeMiB(partitionStart+freeSpace, files))
	for !fatHolds(size - partitionStart) {
		size += mib
	}
	return size
}

const mib = 1 << 20

// wholeMiB is what the files and so much space beside them need.
func wholeMiB(space int64, files []content) int64 {
	for _, f := range files {
		space += int64(len(f.data))
	}
	return (space + mib - 1) / mib * mib
}

// writePartition writes the partition table and the file system.
func writePartition(storage backend.Storage, size int64, files []content) error {
	defer fixTimes()()
	d, err := diskfs.OpenBackend(storage, diskfs.WithSectorSize(diskfs.SectorSize512))
	if err != nil {
		return err
	}
	err = d.Partition(&mbr.Table{
		LogicalSectorSize: sectorSize, PhysicalSectorSize: sectorSize,
		Partitions: []*mbr.Partition{{
			Index: 1, Bootable: true, Type: mbr.Fat32LBA,
			Start: partitionStart / sectorSize, Size: uint32((size - partitionStart) / sectorSize),
		}},
	})
	if err != nil {
		return err
	}
	fs, err := d.CreateFilesystem(disk.FilesystemSpec{
		Partition: 1, FSType: filesystem.TypeFat32, VolumeLabel: volumeLabel, Reproducible: true,
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := addContent(fs, f); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return fs.Mkdir("/modscout")
}

func addContent(fs filesystem.FileSystem, f content) error {
	if err := fs.Mkdir(path.Dir(f.path)); err != nil {
		return err
	}
	out, err := fs.OpenFile(f.path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return err
	}
	if _, err := out.Write(f.data); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// writeBootSectors comes last: the partition table is in its place already,
// and only what lies before and behind it in the first MiB is written.
func writeBootSectors(image *os.File, loader *grub, signature uint32) error {
	head := binary.LittleEndian.AppendUint32(loader.bootCode(), signature)
	if _, err := image.WriteAt(head, 0); err != nil {
		return err
	}
	_, err := image.WriteAt(loader.core, sectorSize)
	return err
}

// drawSignature returns a disk signature for the content, never 0: that means
// "none".
func drawSignature(parts ...[]byte) uint32 {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(part)
	}
	return binary.LittleEndian.Uint32(hash.Sum(nil)) | 1
}

// fixTimes makes go-diskfs stamp files with FAT's first day. It takes the time
// from SOURCE_DATE_EPOCH and has no other way to be told.
func fixTimes() (restore func()) {
	const variable, first = "SOURCE_DATE_EPOCH", "315532800"
	before, set := os.LookupEnv(variable)
	os.Setenv(variable, first)
	return func() {
		if set {
			os.Setenv(variable, before)
		} else {
			os.Unsetenv(variable)
		}
	}
}
