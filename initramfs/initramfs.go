// Package initramfs makes the scan image: our own static executable as /init,
// the modules that a kernel needs before it shows all of a machine's devices,
// a kernel, and for a stick the boot loader and a FAT partition to write to.
// No Go toolchain, no root and no loop mount is needed.
//
// Two cpio libraries share the work, each where it is strong. The archive is
// written with u-root's, which writes every field of a record (so that equal
// input gives equal bytes) and adds the parent directories that the kernel
// does not create itself. It is read back with cavaliergopher's, which streams
// where u-root's wants a file to seek in.
package initramfs

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/u-root/u-root/pkg/cpio"

	"github.com/modscout/modscout/initramfs/layout"
)

// Config says what an initramfs holds.
type Config struct {
	// Init is the path of the executable that becomes /init. It must be
	// static: see [CheckStatic].
	Init string
	// Tree is the kernel's module directory, /lib/modules/RELEASE, with or
	// without the files that depmod adds.
	Tree string
	// Modules are the modules to load, by name and in this very order;
	// dependencies are not added. nil means [Enumerators] and all they need.
	Modules []string
	// Drivers are put into the initramfs too, where there is no stick to hold
	// them; "" = [NoDrivers].
	Drivers DriverSet
	// Files are further files, path in the archive -> content.
	Files map[string][]byte
	// Shell are u-root's commands, its shell among them; nil for none.
	Shell *Commands
}

// Initramfs is one archive, ready to be written.
type Initramfs struct {
	Release  string        // of the kernel that the modules belong to
	Load     []layout.Load // in load order
	Absent   []string      // names of Enumerators that this kernel has neither as a module nor built in
	Manifest layout.Manifest

	records []cpio.Record
}

// New collects the archive's files. Errors: an executable that is not static
// ([ErrNotStatic]), a module of Config.Modules that the tree does not have
// ([ErrNoModule]), files that cannot be read.
func New(c Config) (*Initramfs, error) {
	if err := CheckStatic(c.Init); err != nil {
		return nil, err
	}
	tree, err := openTree(c.Tree)
	if err != nil {
		return nil, err
	}
	fs := &Initramfs{Release: tree.release}
	if c.Modules == nil {
		fs.Load, fs.Absent, err = tree.closure(Enumerators)
	} else {
		fs.Load, err = tree.exactly(c.Modules)
	}
	if err != nil {
		return nil, err
	}
	return fs, fs.collect(c, tree)
}

// collect reads every file, in the order in which the archive holds them.
func (fs *Initramfs) collect(c Config, tree *tree) error {
	program, err := os.ReadFile(c.Init)
	if err != nil {
		return err
	}
	fs.add("init", program, 0o755)
	fs.add(layout.LoadPath, layout.FormatLoad(fs.Load), 0o644)
	if err := fs.addModules(tree); err != nil {
		return err
	}
	drivers, err := c.Drivers.drivers(tree, fs.Load)
	if err != nil {
		return err
	}
	for _, f := range drivers {
		fs.add(strings.TrimPrefix(f.path, "/"), f.data, 0o644)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		fs.add(name, c.Files[name], 0o644)
	}
	if c.Shell != nil {
		fs.addCommands(c.Shell)
	}
	fs.records = append(fs.records, cpio.StaticFile(layout.ManifestPath, fs.Manifest.String(), 0o644))
	for _, dir := range []string{"dev", "proc", "sys", "tmp", "mnt"} {
		fs.records = append(fs.records, cpio.Directory(dir, 0o755))
	}
	number(fs.records)
	return nil
}

// number gives records what they need to be told apart, and the same in every
// archive.
func number(records []cpio.Record) {
	for i := range records {
		records[i].Ino = uint64(i + 1)
		records[i].NLink = 1
	}
	cpio.MakeAllReproducible(records)
}

func (fs *Initramfs) add(name string, data []byte, mode uint64) {
	fs.Manifest = append(fs.Manifest, layout.FileOf(name, data))
	fs.records = append(fs.records, cpio.StaticRecord(data, cpio.Info{Name: name, Mode: cpio.S_IFREG | mode}))
}

// addModules adds the modules in load order.
func (fs *Initramfs) addModules(tree *tree) error {
	for _, m := range fs.Load {
		data, err := tree.read(m)
		if err != nil {
			return err
		}
		fs.add(m.Path, data, 0o644)
	}
	return nil
}

// WriteCPIO writes the archive without compression.
func (fs *Initramfs) WriteCPIO(w io.Writer) error {
	return writeCPIO(w, fs.records)
}

func writeCPIO(w io.Writer, records []cpio.Record) error {
	archive := cpio.NewDedupWriter(cpio.Newc.Writer(w))
	if err := cpio.WriteRecordsAndDirs(archive, records); err != nil {
		return fmt.Errorf("cpio: %w", err)
	}
	return cpio.WriteTrailer(archive)
}

// String tells people what the archive holds.
func (fs *Initramfs) String() string {
	var total int64
	for _, r := range fs.records {
		total += int64(r.FileSize)
	}
	return fmt.Sprintf("%s: %d modules, %.1f MB unpacked", fs.Release, len(fs.Load), float64(total)/1e6)
}
