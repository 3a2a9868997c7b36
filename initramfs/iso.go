package initramfs

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/diskfs/go-diskfs"
	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/disk"
	"github.com/diskfs/go-diskfs/filesystem"
	"github.com/diskfs/go-diskfs/filesystem/iso9660"
	"github.com/google/renameio/v2"
)

// The files of a CD by which firmware boots it (El Torito, Phoenix and IBM 1995;
// UEFI specification 13.3.2): GRUB for BIOS, and a FAT with GRUB for UEFI.
const (
	cdBIOS = "BOOT/BIOS.IMG"
	cdUEFI = "BOOT/EFI.IMG"

	cdSector   = 2048
	cdVolume   = 16 * cdSector // of the primary volume descriptor
	cdDates    = 813           // in it: creation, modification, expiration, effective
	cdDateSize = 17            // of each (ECMA-119, 8.4.26)
	efiSpace   = 512 << 10     // of the FAT, beside its files
)

// WriteISO makes the image of a CD at path, for virtual machines, which appears
// whole or not at all. It boots under BIOS and UEFI. Nothing can be saved on a
// CD: the report goes to the serial port, the network or another medium. Drivers
// are inside the initramfs where [Config.Drivers] asked for them. Equal input
// gives equal bytes. Errors: those of [Disk.Write].
func (d Disk) WriteISO(path string) error {
	initrd, err := d.check()
	if err != nil {
		return err
	}
	id := fmt.Sprintf("BOOT/%08X.ID", drawSignature(d.Kernel.Data, initrd))
	loader, err := makeGRUBForCD(d.GRUB)
	if err != nil {
		return err
	}
	uefi, err := d.uefiOfCD(loader, id)
	if err != nil {
		return fmt.Errorf("file system for UEFI: %w", err)
	}
	image, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer image.Cleanup()
	err = writeCD(image.File, []content{
		{cdBIOS, loader.core},
		{cdUEFI, uefi},
		{id, []byte("modscout\n")},
		{"BOOT/GRUB/GRUB.CFG", grubConfig("", d.Append)},
		{"BOOT/VMLINUZ", d.Kernel.Data},
		{"BOOT/INITRD", initrd},
	})
	if err != nil {
		return err
	}
	return image.CloseAtomicallyReplace()
}

// uefiOfCD makes the FAT that UEFI reads of a CD. GRUB knows this FAT alone, and
// finds the CD around it by a file that no other disk has.
func (d Disk) uefiOfCD(loader *grub, id string) ([]byte, error) {
	find := fmt.Sprintf("search.file /%s root\n", strings.ToLower(id))
	config := content{"/boot/grub/grub.cfg", append([]byte(find), grubConfig("", d.Append)...)}
	if d.Signed == "" {
		return makeFAT([]content{{"/EFI/BOOT/BOOTX64.EFI", loader.efi}, config})
	}
	files, err := signedLoader(d.Signed, signedForCD)
	if err != nil {
		return nil, err
	}
	return makeFAT(append(files, config))
}

// makeFAT makes a small file system of files.
func makeFAT(files []content) ([]byte, error) {
	defer fixTimes()()
	temp, err := os.CreateTemp("", "modscout-efi-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	if err := temp.Truncate(wholeMiB(efiSpace, files)); err != nil {
		return nil, err
	}
	d, err := diskfs.OpenBackend(file.New(temp, false), diskfs.WithSectorSize(diskfs.SectorSize512))
	if err != nil {
		return nil, err
	}
	fs, err := d.CreateFilesystem(disk.FilesystemSpec{FSType: filesystem.TypeFat12, VolumeLabel: volumeLabel, Reproducible: true})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := addContent(fs, f); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(temp.Name())
}

// writeCD writes an ISO 9660 file system without extensions: names of eight
// letters and three are enough for GRUB.
func writeCD(image *os.File, files []content) error {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.UTC // go-diskfs records the times of files in the local zone
	workspace, err := os.MkdirTemp("", "modscout-iso-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(workspace)
	if err := layOut(workspace, files); err != nil {
		return err
	}
	fs, err := iso9660.Create(file.New(image, false), 0, 0, cdSector, workspace)
	if err != nil {
		return err
	}
	bios := &iso9660.ElToritoEntry{Platform: iso9660.BIOS, Emulation: iso9660.NoEmulation, BootFile: cdBIOS, BootTable: true}
	uefi := &iso9660.ElToritoEntry{Platform: iso9660.EFI, Emulation: iso9660.NoEmulation, BootFile: cdUEFI}
	err = fs.Finalize(iso9660.FinalizeOptions{
		VolumeIdentifier: volumeLabel,
		ElTorito:         &iso9660.ElTorito{HideBootCatalog: true, Entries: []*iso9660.ElToritoEntry{bios, uefi}},
	})
	if err != nil {
		return err
	}
	if err := fixDates(image); err != nil {
		return err
	}
	return pad(image)
}

// pad adds empty sectors behind the last file. GRUB under BIOS reads ahead, and
// where that leads beyond the end of the CD it gets nothing of the file either;
// mkisofs pads by as much.
func pad(image *os.File) error {
	const sectors = 150
	info, err := image.Stat()
	if err != nil {
		return err
	}
	return image.Truncate(info.Size() + sectors*cdSector)
}

// layOut writes the files where go-diskfs collects them, all of one age.
func layOut(workspace string, files []content) error {
	for _, f := range files {
		name := filepath.Join(workspace, f.path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.data, 0o644); err != nil {
			return err
		}
	}
	first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, f := range files {
		for name := f.path; name != "."; name = path.Dir(name) {
			if err := os.Chtimes(filepath.Join(workspace, name), first, first); err != nil {
				return err
			}
		}
	}
	return os.Chtimes(workspace, first, first)
}

// fixDates replaces the time of writing, which go-diskfs (v1.9.4) stamps the
// volume with, by "not specified".
func fixDates(image *os.File) error {
	none := append(bytes.Repeat([]byte{'0'}, cdDateSize-1), 0)
	_, err := image.WriteAt(bytes.Repeat(none, 4), cdVolume+cdDates)
	return err
}
