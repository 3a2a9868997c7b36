package initramfs

import (
	"bytes"
	"debug/pe"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/modscout/modscout/modalias/hint"
)

// What keeps an image from booting where Secure Boot is on.
var (
	ErrNoSigned = errors.New("no signed boot loader")
	ErrUnsigned = errors.New("kernel without a signature")
)

const signedHint = "apt-get install shim-signed grub-efi-amd64-signed, or unpack the two and shim-helpers-amd64-signed by dpkg -x into DIR and say --secure-boot=DIR"

// Debian's signed builds of GRUB. That for disks reads /EFI/debian/grub.cfg; that
// for CDs reads /boot/grub/grub.cfg, and both read that of no other place.
const (
	signedForDisk = "grubx64.efi.signed"
	signedForCD   = "gcdx64.efi.signed"
)

// signedLoader reads, below root, what boots where Secure Boot is on: shim,
// which firmware trusts by Microsoft's key, its key manager, and a build of GRUB,
// which shim trusts by Debian's. shim looks for the two beside itself.
func signedLoader(root, build string) ([]content, error) {
	var files []content
	for _, f := range []struct{ to, from string }{
		{"/EFI/BOOT/BOOTX64.EFI", "usr/lib/shim/shimx64.efi.signed"},
		{"/EFI/BOOT/mmx64.efi", "usr/lib/shim/mmx64.efi.signed"},
		{"/EFI/BOOT/grubx64.efi", "usr/lib/grub/x86_64-efi-signed/" + build},
	} {
		data, err := os.ReadFile(filepath.Join(root, f.from))
		if err != nil {
			return nil, hint.With(fmt.Errorf("%w: %w", ErrNoSigned, err), signedHint)
		}
		files = append(files, content{f.to, data})
	}
	return files, nil
}

// checkSigned refuses a kernel that the signed GRUB would. Whose the signature
// is, and whether it is right, only the firmware can tell.
func checkSigned(kernel *Kernel) error {
	const certificates = 4 // IMAGE_DIRECTORY_ENTRY_SECURITY
	if f, err := pe.NewFile(bytes.NewReader(kernel.Data)); err == nil {
		if header, ok := f.OptionalHeader.(*pe.OptionalHeader64); ok && header.DataDirectory[certificates].Size > 0 {
			return nil
		}
	}
	return hint.With(fmt.Errorf("%s: %w", kernel.Release, ErrUnsigned), "Debian's linux-image-amd64 has one; linux-image-amd64-unsigned has none")
}
