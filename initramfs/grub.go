package initramfs

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/modalias/hint"
)

// GRUBDir is where Debian's packages grub-pc-bin and grub-efi-amd64-bin keep
// GRUB's parts.
const GRUBDir = "/usr/lib/grub"

// ErrNoGRUB says that GRUB's parts or grub-mkimage are not installed.
var ErrNoGRUB = errors.New("GRUB is not installed")

const grubHint = "apt-get install grub-common grub-pc-bin grub-efi-amd64-bin, or write the parts only with -o DIR/"

// grub is the boot loader of a stick, for both firmwares.
type grub struct {
	boot []byte // first sector, for BIOS
	core []byte // from the second sector on, for BIOS
	efi  []byte // EFI/BOOT/BOOTX64.EFI
}

// A GRUB image holds the modules it is made with and loads no others.
var (
	grubCommon = []string{"fat", "part_msdos", "normal", "configfile", "linux", "serial", "terminal", "echo", "test", "smbios", "sleep", "halt"}
	grubBIOS   = append([]string{"biosdisk"}, grubCommon...)
	grubEFI    = append([]string{"all_video", "efi_gop"}, grubCommon...)
)

// makeGRUB builds both loaders from the parts below dir. Each reads
// /boot/grub/grub.cfg from the partition it was loaded from.
func makeGRUB(dir string) (*grub, error) {
	dir = cmp.Or(dir, GRUBDir)
	var g grub
	var err error
	if g.boot, err = os.ReadFile(filepath.Join(dir, "i386-pc", "boot.img")); err != nil {
		return nil, hint.With(fmt.Errorf("%w: %w", ErrNoGRUB, err), grubHint)
	}
	if len(g.boot) != sectorSize {
		return nil, fmt.Errorf("%w: its boot.img has %d bytes, want %d", ErrNoGRUB, len(g.boot), sectorSize)
	}
	if g.core, err = grubImage(dir, "i386-pc", "(,msdos1)/boot/grub", grubBIOS); err != nil {
		return nil, err
	}
	if len(g.core) > partitionStart-sectorSize {
		return nil, fmt.Errorf("GRUB's core image has %d bytes, there is room for %d", len(g.core), partitionStart-sectorSize)
	}
	g.efi, err = grubImage(dir, "x86_64-efi", "/boot/grub", grubEFI)
	return &g, err
}

// makeGRUBForCD builds both loaders of a CD. Under BIOS, GRUB reads from the CD
// itself, under UEFI from the small FAT that it came from.
func makeGRUBForCD(dir string) (*grub, error) {
	dir = cmp.Or(dir, GRUBDir)
	core, err := grubImage(dir, "i386-pc-eltorito", "(cd)/boot/grub", append([]string{"iso9660"}, grubBIOS...))
	if err != nil {
		return nil, err
	}
	efi, err := grubImage(dir, "x86_64-efi", "/boot/grub", append([]string{"iso9660", "search_fs_file"}, grubEFI...))
	return &grub{core: core, efi: efi}, err
}

// grubImage runs grub-mkimage, which wants a file: it flushes its output.
func grubImage(dir, format, prefix string, modules []string) ([]byte, error) {
	temp, err := os.MkdirTemp("", "modscout-grub-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	image := filepath.Join(temp, "image")
	args := []string{"-O", format, "-d", filepath.Join(dir, strings.TrimSuffix(format, "-eltorito")), "-p", prefix, "-o", image}
	if complaint, err := exec.Command("grub-mkimage", append(args, modules...)...).CombinedOutput(); err != nil {
		return nil, hint.With(fmt.Errorf("%w: grub-mkimage for %s: %w %s", ErrNoGRUB, format, err, bytes.TrimSpace(complaint)), grubHint)
	}
	return os.ReadFile(image)
}

// bootCode returns the first 440 bytes of the master boot record. As
// grub-install does for hard disks, the two bytes that skip GRUB's check of
// the drive number become no-ops: some BIOSes pass a wrong one
// (GRUB_BOOT_MACHINE_DRIVE_CHECK in include/grub/i386/pc/boot.h).
func (g *grub) bootCode() []byte {
	const driveCheck = 0x66
	code := bytes.Clone(g.boot[:signatureAt])
	code[driveCheck], code[driveCheck+1] = 0x90, 0x90
	return code
}

// commandLine is what every way of booting gives to the kernel. The serial port,
// where there is one, comes before the screen, so that /dev/console is the
// screen.
const commandLine = "console=ttyS0,115200 console=tty0 quiet loglevel=3 panic=30"

// grubConfig boots at once. The signature of the disk to save on is empty where
// there is none, on a CD.
func grubConfig(signature string, appended string) []byte {
	if signature != "" {
		appended = "modscout.stick=" + signature + " " + appended
	}
	return fmt.Appendf(grubMemory(), grubStart, KernelName, commandLine+" "+appended, InitrdName)
}

// Linux 6.1 of Debian panics below leastMemory while it unpacks the initramfs,
// in megabytes. GRUB has no way to ask for the memory but SMBIOS, which says in
// KiB where it ends (DSP0134, 7.20), and on some machines says nonsense: what
// is below nonsense is not believed.
const leastMemory, nonsense = 111, 32

func grubMemory() []byte {
	return fmt.Appendf(nil, `set timeout=0
smbios --type 19 --get-dword 8 --set memory
if [ -n "$memory" ]; then if [ "$memory" -gt %d -a "$memory" -lt %d ]; then
  serial --speed=115200
  terminal_output console serial
  echo "modscout: this machine has too little memory: it needs 128 MB."
  echo "Esc tries all the same. Otherwise it is switched off in ten minutes."
  if sleep --interruptible 600; then halt; fi
fi; fi
`, nonsense<<10, leastMemory<<10)
}

const grubStart = `set gfxpayload=keep
if linux /boot/%[1]s %[2]s; then
  if initrd /boot/%[3]s; then boot; fi
fi
`
