package initramfs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoSigned says that the signed boot loaders are not there.
var ErrNoSigned = errors.New("no signed boot loader")

const signedHint = "apt-get install shim-signed grub-efi-amd64-signed, or unpack the two and shim-helpers-amd64-signed by dpkg -x into DIR and say --secure-boot=DIR"

// signedLoader reads, below root, what boots where Secure Boot is on: shim,
// which firmware trusts by Microsoft's key, its key manager, and GRUB, which
// shim trusts by Debian's. shim looks for the two beside itself.
func signedLoader(root string) ([]content, error) {
	var files []content
	for _, f := range []struct{ to, from string }{
		{"/EFI/BOOT/BOOTX64.EFI", "usr/lib/shim/shimx64.efi.signed"},
		{"/EFI/BOOT/mmx64.efi", "usr/lib/shim/mmx64.efi.signed"},
		{"/EFI/BOOT/grubx64.efi", "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"},
	} {
		data, err := os.ReadFile(filepath.Join(root, f.from))
		if err != nil {
			return nil, hint(fmt.Errorf("%w: %w", ErrNoSigned, err), signedHint)
		}
		files = append(files, content{f.to, data})
	}
	return files, nil
}
