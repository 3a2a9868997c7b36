// Package vmlinux reads a Linux kernel image: its version, the symbols that it
// exports to modules, its configuration where it carries that, and the drivers
// that are built in, with the ids of the devices they drive.
//
// The last is what nothing else tells: kernels before 6.18 keep no alias of a
// built-in driver in modules.builtin.modinfo, and the kernels of appliances come
// without that file. But the tables that drivers match devices with are in the
// image, and so is the code that registers each driver by name.
//
// An image for x86-64 is linked for fixed addresses, also where it can be moved
// when it boots (CONFIG_RELOCATABLE): pointers in its data can be followed as
// they are. Facts about the formats are from the kernel's
// Documentation/arch/x86/boot.rst, include/linux/mod_devicetable.h,
// include/linux/export.h, scripts/kallsyms.c and scripts/mod/file2alias.c.
package vmlinux

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
)

// MaxBytes is the largest kernel image that is read, in bytes, decompressed.
// That of Debian 6.1 has 66 MB.
const MaxBytes = 512 << 20

// The ways in which a file can fail to be a kernel that can be read. Errors
// that a user can do something about have a Hint method.
var (
	ErrFormat  = errors.New("not a Linux kernel image")
	ErrMachine = errors.New("kernel for another machine than x86-64")
	ErrDamaged = errors.New("damaged kernel image")
)

// Image is what a kernel image says about itself.
type Image struct {
	Release     string   // what uname -r prints: "6.1.0-56-amd64"
	Banner      string   // "Linux version 6.1.0-56-amd64 (…) #1 SMP …"
	Compression string   // of the image inside: "xz", …; "" for none
	Exports     []string // symbols for modules, sorted
	Config      []byte   // its .config, or nil
	Symbols     int      // of kallsyms, 0 where it has none
	Drivers     []Driver // by bus, module and name
	Buses       []string // on which Drivers are all that the image has
}

// Driver is one driver of the kernel image that names the devices it drives.
type Driver struct {
	Bus     string   // "pci", "usb", "acpi", "virtio" or "vmbus"
	Name    string   // as in /sys/bus/BUS/drivers
	Module  string   // the module it would be if it were not built in; "" where the image does not tell
	Aliases []string // patterns, as such a module would have them; sorted
}

// Read reads a kernel image of any form: vmlinux, bzImage (which loaders also
// call zImage or vmlinuz), either of them compressed or in a boot loader's
// wrapping (uImage, unified kernel image).
//
// Errors: [ErrFormat] with what the file is instead, as far as that is known,
// [ErrMachine], [ErrDamaged], or an error of package archive.
func Read(data []byte) (*Image, error) {
	kernel, compression, err := unwrap(data)
	if err != nil {
		return nil, err
	}
	s, err := newSpace(kernel)
	if err != nil {
		return nil, err
	}
	i := &Image{Compression: compression, Config: config(kernel)}
	if err := i.readBanner(kernel); err != nil {
		return nil, err
	}
	exports, err := s.exports()
	if err != nil {
		return nil, err
	}
	symbols := s.kallsyms()
	i.Exports, i.Symbols = exports.names(), len(symbols)
	i.Drivers, i.Buses = s.drivers(exports, symbols)
	return i, nil
}

// banner is linux_banner (init/version.c). linux_proc_banner has a format verb
// where the version is, and some kernels carry a draft without a build number.
// Its bounded repeats take 2 ms to compile, which only who reads a kernel pays.
var banner = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`Linux version (\d\S{0,63}) [ -~]{1,1000} #\d+ [ -~]{1,200}`)
})

func (i *Image) readBanner(kernel []byte) error {
	found := banner().FindSubmatch(kernel)
	if found == nil {
		return fmt.Errorf("%w: it has no version", ErrDamaged)
	}
	i.Banner, i.Release = string(found[0]), string(found[1])
	return nil
}
