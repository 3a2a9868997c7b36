package vmlinux

import (
	"bytes"
	"compress/bzip2"
	"debug/pe"
	"errors"
	"fmt"
	"io"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/hint"
)

var elfMagic = []byte("\x7fELF")

// maxWraps is how many wrappings there may be around each other: a compressed
// uImage of a bzImage has three.
const maxWraps = 5

// unwrap returns the vmlinux inside of an image and how that was compressed.
func unwrap(data []byte) (kernel []byte, compression string, err error) {
	for range maxWraps {
		if bytes.HasPrefix(data, elfMagic) {
			return data, compression, nil
		}
		if isBZImage(data) {
			return unwrapBZImage(data)
		}
		if data, compression, err = unwrapOnce(data); err != nil {
			return nil, "", err
		}
	}
	return nil, "", fmt.Errorf("%w: too many archives inside each other", ErrFormat)
}

// unwrapOnce takes away a wrapping around a whole image.
func unwrapOnce(data []byte) (inner []byte, compression string, err error) {
	switch {
	case bytes.HasPrefix(data, uImageMagic) && len(data) > uImageHeader:
		return data[uImageHeader:], "", nil
	case bytes.HasPrefix(data, []byte("MZ")):
		inner, err = unifiedKernel(data)
		return inner, "", err
	}
	name := archive.Compression(data)
	if name == "" {
		return nil, "", notKernel(data)
	}
	inner, err = decompress(data)
	return inner, name, err
}

// The header of a bzImage and the fields of it that lead to the kernel
// (Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header").
const (
	setupSectors  = 0x1f1 // 1 byte, 0 means 4
	headerMagic   = 0x202 // "HdrS"
	bootProtocol  = 0x206 // 2 bytes
	payloadOffset = 0x248 // 4 bytes, from the end of the setup code; protocol 2.08
	payloadLength = 0x24c // 4 bytes
	headerEnd     = 0x250
	sector        = 512
)

// maxStreams is how many places are tried that look like compressed data. The
// code before the payload has a dozen at most.
const maxStreams = 1000

func isBZImage(data []byte) bool {
	return len(data) >= headerEnd && string(data[headerMagic:headerMagic+4]) == "HdrS"
}

// unwrapBZImage finds the compressed vmlinux by the header, or where that does
// not lead to one by what follows the setup code: the first bytes that begin a
// kernel once they are decompressed.
func unwrapBZImage(data []byte) (kernel []byte, compression string, err error) {
	sectors := int(data[setupSectors])
	if sectors == 0 {
		sectors = 4
	}
	protected := data[min(len(data), (sectors+1)*sector):]
	if le.Uint16(data[bootProtocol:]) >= 0x208 {
		offset, length := uint64(le.Uint32(data[payloadOffset:])), uint64(le.Uint32(data[payloadLength:]))
		if offset+length > uint64(len(protected)) {
			err = fmt.Errorf("%w: it ends in the middle", ErrDamaged)
		} else if kernel, compression, err = unwrapPayload(protected[offset : offset+length]); err == nil {
			return kernel, compression, nil
		}
	}
	left := maxStreams
	for at := range archive.Streams(protected) {
		if kernel, compression, scanned := unwrapPayload(protected[at:]); scanned == nil {
			return kernel, compression, nil
		}
		if left--; left == 0 {
			break
		}
	}
	if err == nil {
		err = fmt.Errorf("%w: no compressed kernel in it", ErrDamaged)
	}
	return nil, "", err
}

// unwrapPayload decompresses the payload of a bzImage.
func unwrapPayload(payload []byte) (kernel []byte, compression string, err error) {
	if bytes.HasPrefix(payload, elfMagic) {
		return payload, "", nil
	}
	if compression = archive.Compression(payload); compression == "" {
		return nil, "", fmt.Errorf("%w: its payload is compressed in an unknown way", ErrDamaged)
	}
	if !expandsToELF(payload) {
		return nil, "", fmt.Errorf("%w: its payload is no ELF file", ErrDamaged)
	}
	kernel, err = decompress(payload)
	return kernel, compression, err
}

// decompress expands one stream.
func decompress(data []byte) ([]byte, error) {
	limits := archive.Default
	limits.Bytes = MaxBytes
	r, err := archive.Decompress(bytes.NewReader(data), limits)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = out.ReadFrom(r)
	if err != nil && !(bytes.HasPrefix(out.Bytes(), elfMagic) && isBehind(err, data)) {
		return nil, err
	}
	return out.Bytes(), nil
}

// isBehind says whether an error is about what follows the stream: the kernel's
// build appends the size to it (scripts/Makefile.lib, size_append). Go's bzip2
// wants another stream there, and lz4's blocks begin with a size too.
func isBehind(err error, data []byte) bool {
	switch archive.Compression(data) {
	case "bzip2":
		return errors.Is(err, bzip2.StructuralError("bad magic value in continuation file"))
	case "lz4":
		return errors.Is(err, archive.ErrTruncated)
	}
	return errors.Is(err, archive.ErrFormat)
}

// expandsToELF looks at the first bytes only.
func expandsToELF(data []byte) bool {
	r, err := archive.Decompress(bytes.NewReader(data), archive.Default)
	if err != nil {
		return false
	}
	head := make([]byte, len(elfMagic))
	_, err = io.ReadFull(r, head)
	return err == nil && bytes.Equal(head, elfMagic)
}

// A uImage is a kernel behind a header of U-Boot (its include/image.h).
var uImageMagic = []byte{0x27, 0x05, 0x19, 0x56}

const uImageHeader = 64

// unifiedKernel returns the kernel in a unified kernel image, the section
// .linux of a PE file (uapi-group.org, "Unified Kernel Image").
func unifiedKernel(data []byte) ([]byte, error) {
	if len(data) >= 0x40 && string(data[0x38:0x3c]) == "ARM\x64" {
		return nil, fmt.Errorf("%w: an Image for arm64", ErrMachine)
	}
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: a damaged EFI program", ErrFormat)
	}
	section := f.Section(".linux")
	if section == nil {
		return nil, hint.With(fmt.Errorf("%w: an EFI program without a kernel in it", ErrFormat),
			"a boot loader, perhaps; give the file that it loads")
	}
	a, found := part(data, 0, uint64(section.Offset), uint64(section.Size))
	if !found || bytes.HasPrefix(a.data, []byte("MZ")) && !isBZImage(a.data) {
		return nil, fmt.Errorf("%w: a unified kernel image that is cut", ErrDamaged)
	}
	return a.data, nil
}

// notKernel says what a file is instead, as far as it is known.
func notKernel(data []byte) error {
	for _, other := range []struct{ magic, what, hint string }{
		{"070701", "an initrd", "give it with --initrd, and the kernel with --kernel"},
		{"070702", "an initrd", "give it with --initrd, and the kernel with --kernel"},
		{"!<arch>\n", "a package or library", "unpack it and give the file boot/vmlinuz-VERSION"},
		{"PK\x03\x04", "a zip file", "unpack it and give the kernel in it"},
		{"\xd0\x0d\xfe\xed", "a device tree or FIT image", "only kernels for x86-64 are read"},
		{"hsqs", "a squashfs image", "give the kernel beside it"},
	} {
		if bytes.HasPrefix(data, []byte(other.magic)) {
			return hint.With(fmt.Errorf("%w but %s", ErrFormat, other.what), other.hint)
		}
	}
	if len(data) > 262 && string(data[257:262]) == "ustar" {
		return hint.With(fmt.Errorf("%w but a tar archive", ErrFormat), "unpack it and give the kernel in it, zImage in a .pat file")
	}
	if len(data) == 0 {
		return fmt.Errorf("%w: the file is empty", ErrFormat)
	}
	return hint.With(ErrFormat, "a kernel is a file called vmlinuz, bzImage, zImage or vmlinux")
}
