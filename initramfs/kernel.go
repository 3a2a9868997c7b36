package initramfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/modscout/modscout/modalias/hint"
)

// ErrNotKernel says that a file is no x86 boot image.
var ErrNotKernel = errors.New("not a bzImage")

// maxKernel bounds the size of a kernel image, in bytes.
const maxKernel = 256 << 20

// Kernel is a bzImage. An uncompressed vmlinux is refused on purpose: QEMU
// then loads it by its PVH entry and may overwrite the end of the initrd.
type Kernel struct {
	Release string // "6.1.0-56-amd64"
	Data    []byte
}

// ReadKernel reads a bzImage. Errors: [ErrNotKernel], or what os says.
func ReadKernel(path string) (*Kernel, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKernel {
		return nil, fmt.Errorf("%s: %w", path, ErrNotKernel)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	release, err := kernelRelease(data)
	if err != nil {
		return nil, hint.With(fmt.Errorf("%s: %w", path, err), "give the kernel as distributions ship it, boot/vmlinuz-RELEASE")
	}
	return &Kernel{release, data}, nil
}

// kernelRelease reads the version string of a bzImage: its offset less 0x200
// stands at 0x20e (Documentation/arch/x86/boot.rst, kernel_version).
func kernelRelease(image []byte) (string, error) {
	const magicAt, versionAt = 0x202, 0x20e
	if len(image) < 0x260 || string(image[magicAt:magicAt+4]) != "HdrS" {
		return "", ErrNotKernel
	}
	at := 0x200 + int(binary.LittleEndian.Uint16(image[versionAt:]))
	if at >= len(image) {
		return "", fmt.Errorf("%w: its version is beyond its end", ErrNotKernel)
	}
	text, _, found := bytes.Cut(image[at:min(at+256, len(image))], []byte{0})
	if !found {
		return "", fmt.Errorf("%w: its version does not end", ErrNotKernel)
	}
	release, _, _ := strings.Cut(string(text), " ")
	return release, nil
}

// Fits reports as an error that the kernel cannot load the initramfs' modules.
func (k *Kernel) Fits(fs *Initramfs) error {
	if len(fs.Load) == 0 || fs.Release == k.Release {
		return nil
	}
	return hint.With(fmt.Errorf("kernel is %s, modules are for %s", k.Release, fs.Release),
		"take both from one kernel package: boot/vmlinuz-RELEASE and lib/modules/RELEASE")
}
