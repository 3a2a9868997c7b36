package vmlinux

import (
	"fmt"
	"strings"
)

// A table of ids is an array that a zero entry ends. Its entries become the
// patterns that scripts/mod/file2alias.c writes for a module with that table.

// tableForm is one kind of table.
type tableForm struct {
	size  int                                          // of an entry, bytes
	end   func(entry []byte) bool                      // whether this is the entry behind the last
	alias func(entry []byte) (alias []string, ok bool) // patterns of an entry; ok is false where it can be none
}

// pciForm is an array of struct pci_device_id with entries of a size: 32 bytes,
// or 40 since override_only came with Linux 5.16.
func pciForm(size int) *tableForm { return &tableForm{size, pciEnd, pciAlias} }

// pciEnd is what pci_match_id stops at (drivers/pci/pci-driver.c).
func pciEnd(b []byte) bool {
	return le.Uint32(b) == 0 && le.Uint32(b[8:]) == 0 && le.Uint32(b[20:]) == 0
}

const (
	pciAny         = 0xffffffff // PCI_ANY_ID
	overrideByVFIO = 1          // PCI_ID_F_VFIO_DRIVER_OVERRIDE
)

// pciAlias is do_pci_entry of file2alias.c. What a pattern cannot say, a mask
// within a byte of the class, no module has either.
func pciAlias(b []byte) ([]string, bool) {
	vendor, device := le.Uint32(b), le.Uint32(b[4:])
	subvendor, subdevice := le.Uint32(b[8:]), le.Uint32(b[12:])
	class, mask := le.Uint32(b[16:]), le.Uint32(b[20:])
	for _, id := range []uint32{vendor, device, subvendor, subdevice} {
		if id != pciAny && id > 0xffff {
			return nil, false
		}
	}
	if vendor == 0 || class>>24 != 0 {
		return nil, false
	}
	prefix := "pci:"
	if len(b) == 40 {
		switch le.Uint32(b[32:]) {
		case 0:
		case overrideByVFIO:
			prefix = "vfio_pci:"
		default:
			return nil, false
		}
	}
	alias := prefix + "v" + field(vendor, 8, vendor != pciAny) + "d" + field(device, 8, device != pciAny) +
		"sv" + field(subvendor, 8, subvendor != pciAny) + "sd" + field(subdevice, 8, subdevice != pciAny)
	for i, name := range []string{"bc", "sc", "i"} {
		shift := 16 - 8*i
		part := mask >> shift & 0xff
		if part != 0 && part != 0xff {
			return nil, true
		}
		alias += name + field(class>>shift&0xff, 2, part == 0xff)
	}
	return []string{open(alias)}, true
}

// field formats a number of an id, "*" where it counts for nothing.
func field(value uint32, digits int, counts bool) string {
	if !counts {
		return "*"
	}
	return fmt.Sprintf("%0*X", digits, value)
}

// open lets a pattern go on, as add_wildcard of file2alias.c does.
func open(alias string) string { return strings.TrimSuffix(alias, "*") + "*" }

// acpiForm is an array of struct acpi_device_id with entries of a size: 32
// bytes, or 24 before the class came with Linux 4.2.
func acpiForm(size int) *tableForm {
	return &tableForm{size, func(b []byte) bool { return b[0] == 0 && (len(b) < 32 || le.Uint32(b[24:]) == 0) }, acpiAlias}
}

// acpiAlias is do_acpi_entry of file2alias.c.
func acpiAlias(b []byte) ([]string, bool) {
	if b[0] == 0 {
		return acpiClass(le.Uint32(b[24:]), le.Uint32(b[28:]))
	}
	id, _, ended := strings.Cut(string(b[:16]), "\x00")
	if !ended || len(id) < 4 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, false
	}
	return []string{"acpi*:" + id + ":*"}, true
}

// acpiClass is the pattern of a class with a mask, of which whole bytes count.
func acpiClass(class, mask uint32) ([]string, bool) {
	if class>>24 != 0 || mask>>24 != 0 {
		return nil, false
	}
	alias := "acpi*:"
	for shift := 16; shift >= 0; shift -= 8 {
		if mask>>shift&0xff == 0 {
			alias += "??"
		} else {
			alias += fmt.Sprintf("%02x", class>>shift&0xff)
		}
	}
	return []string{alias + ":*"}, true
}

// virtioForm is an array of struct virtio_device_id.
var virtioForm = &tableForm{
	size: 8,
	end:  func(b []byte) bool { return le.Uint32(b) == 0 },
	alias: func(b []byte) ([]string, bool) {
		device, vendor := le.Uint32(b), le.Uint32(b[4:])
		if device > 0xffff && device != pciAny || vendor > 0xffff && vendor != pciAny {
			return nil, false
		}
		return []string{open("virtio:d" + field(device, 8, device != pciAny) + "v" + field(vendor, 8, vendor != pciAny))}, true
	},
}

// vmbusForm is an array of struct hv_vmbus_device_id.
var vmbusForm = &tableForm{
	size:  24,
	end:   func(b []byte) bool { return le.Uint64(b) == 0 && le.Uint64(b[8:]) == 0 },
	alias: func(b []byte) ([]string, bool) { return []string{fmt.Sprintf("vmbus:%x", b[:16])}, true },
}
