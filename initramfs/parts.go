package initramfs

import (
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// The names of the parts that [WriteParts] writes.
const (
	KernelName = "vmlinuz"
	InitrdName = "initrd"
)

// WriteParts writes kernel and initramfs into a directory, for network boot or
// for `qemu -kernel -initrd`. Each file appears whole or not at all.
func WriteParts(dir string, kernel *Kernel, fs *Initramfs) error {
	if err := kernel.Fits(fs); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(dir, KernelName), kernel.Data, 0o644); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, InitrdName), func(w io.Writer) error {
		_, err := fs.WriteTo(w)
		return err
	})
}

// writeFile is [renameio.WriteFile] for content that is made while writing.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if err := write(file); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}
