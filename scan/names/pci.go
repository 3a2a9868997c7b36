package names

import (
	"bytes"
	_ "embed" // the lists
	"fmt"
	"io"
	"os"

	"github.com/jaypipes/pcidb"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"
)

//go:embed data/pci.ids.zst
var pciIDs []byte

// openPCI reads the embedded pci.ids with pcidb, which wants a file by name.
func openPCI() (*pcidb.DB, error) {
	f, err := nameable(pciIDs)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return pcidb.New(pcidb.WithPath(f.Name()))
}

// nameable returns an open file that holds the unpacked data. It lives in memory
// and needs only /proc, because the scan image may have no writable directory;
// else it is a temporary file.
func nameable(packed []byte) (*nameableFile, error) {
	f, err := memoryFile()
	if err != nil {
		f, err = temporaryFile()
	}
	if err != nil {
		return nil, err
	}
	list, err := unpack(packed)
	if err == nil {
		_, err = io.Copy(f, list)
		list.Close()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// maxWindow is what unpacking a list may take, in bytes. The zstd tool asks for
// as much as the list is long where it is given a file, and for 128 MB where it
// reads a pipe: too much for the scan image on a small machine.
const maxWindow = 4 << 20

// unpack reads an embedded list. Close the reader: it holds the window.
func unpack(packed []byte) (io.ReadCloser, error) {
	zr, err := zstd.NewReader(bytes.NewReader(packed),
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return zr.IOReadCloser(), nil
}

// nameableFile is a file with a path by which it can be opened again.
type nameableFile struct {
	*os.File
	path   string
	remove bool
}

// Name is a path by which the file can be opened while it is open.
func (f *nameableFile) Name() string { return f.path }

// Close ends the file, and removes it where it has a place on a disk.
func (f *nameableFile) Close() error {
	err := f.File.Close()
	if f.remove {
		os.Remove(f.path)
	}
	return err
}

func memoryFile() (*nameableFile, error) {
	fd, err := unix.MemfdCreate("pci.ids", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("memfd_create: %w", err)
	}
	f := &nameableFile{File: os.NewFile(uintptr(fd), "pci.ids"), path: fmt.Sprintf("/proc/self/fd/%d", fd)}
	if _, err := os.Stat(f.path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func temporaryFile() (*nameableFile, error) {
	f, err := os.CreateTemp("", "modscout-*.ids")
	if err != nil {
		return nil, err
	}
	return &nameableFile{File: f, path: f.Name(), remove: true}, nil
}
