package initramfs

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// The names of the parts that [WriteParts] writes.
const (
	KernelName = "vmlinuz"
	InitrdName = "initrd"
	ScriptName = "boot.ipxe"
)

// WriteParts writes kernel, initramfs and a script that boots them by iPXE into
// a directory, for network boot or for `qemu -kernel -initrd`. appended goes to
// the script's kernel command line. Each file appears whole or not at all.
func WriteParts(dir string, kernel *Kernel, fs *Initramfs, appended string) error {
	if err := checkAppend(appended); err != nil {
		return err
	}
	if err := kernel.Fits(fs); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(dir, KernelName), kernel.Data, 0o644); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(dir, ScriptName), script(appended), 0o644); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, InitrdName), func(w io.Writer) error {
		_, err := fs.WriteTo(w)
		return err
	})
}

// script boots the parts that lie beside it (https://ipxe.org/scripting). Under
// UEFI the kernel finds its initrd by the name on the command line.
func script(appended string) []byte {
	return fmt.Appendf(nil, "#!ipxe\nkernel %s initrd=%s %s %s\ninitrd %s\nboot\n",
		KernelName, InitrdName, commandLine, appended, InitrdName)
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
