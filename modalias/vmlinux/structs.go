package vmlinux

// What drivers are, in the versions of Linux that were looked at, 3.10 to 6.12.
// Members that moved are told by what they point to.

// pciDriver reads a struct pci_driver (include/linux/pci.h): name and table are
// its first members, in older kernels behind a list_head.
func (f *finder) pciDriver(at uint64) (string, []string, bool) {
	if f.pointer(at) == 0 && f.pointer(at+8) == 0 {
		at += 16
	}
	return f.nameAndTable(at, at+8, f.pci)
}

// usbDriver reads a struct usb_driver (include/linux/usb.h): the name is its
// first member, the table follows eight functions, or nine with shutdown.
func (f *finder) usbDriver(at uint64) (string, []string, bool) {
	for _, offset := range []uint64{72, 80} {
		if name, aliases, ok := f.nameAndTable(at, at+offset, usbForm); ok && len(aliases) > 0 {
			return name, aliases, true
		}
	}
	return f.nameAndTable(at, at+80, usbForm) // without a table
}

// usbTable reads the table of drivers for serial converters, which the kernel
// makes a struct usb_driver for when they are registered.
func (f *finder) usbTable(at uint64) (string, []string, bool) {
	aliases, ok := f.table(at, usbForm)
	return "", aliases, ok && len(aliases) > 0
}

// acpiDriver reads a struct acpi_driver (include/acpi/acpi_bus.h): two arrays of 80 bytes for its name
// and class, then the table.
func (f *finder) acpiDriver(at uint64) (string, []string, bool) {
	name := f.text(at)
	if len(name) >= 80 || name == "" {
		return "", nil, false
	}
	aliases, ok := f.table(f.pointer(at+160), f.acpi)
	return name, aliases, ok
}

// platformDriver reads a struct platform_driver (include/linux/platform_device.h)
// for the table of ACPI ids in its struct device_driver, which follows five
// functions, or six with remove_new.
func (f *finder) platformDriver(at uint64) (string, []string, bool) {
	for _, offset := range []uint64{40, 48} {
		name := f.text(f.pointer(at + offset))
		if name == "" || f.pointer(at+offset+busOffset) != 0 {
			continue
		}
		return f.nameAndTable(at+offset, at+offset+acpiTableOffset, f.acpi)
	}
	return "", nil, false
}

// Members of struct device_driver (include/linux/device/driver.h): name, bus,
// owner, mod_name, two flags, of_match_table, acpi_match_table.
const (
	busOffset       = 8
	acpiTableOffset = 48
)

// virtioDriver reads a struct virtio_driver (include/linux/virtio.h): the table follows its struct
// device_driver, whose size depends on version and configuration.
func (f *finder) virtioDriver(at uint64) (string, []string, bool) {
	for offset := uint64(96); offset <= 176; offset += 8 {
		if name, aliases, ok := f.nameAndTable(at, at+offset, virtioForm); ok && len(aliases) > 0 {
			return name, aliases, true
		}
	}
	name := f.text(f.pointer(at)) // with an empty table, as that of virtio_rproc_serial may be
	return name, nil, name != ""
}

// vmbusDriver reads a struct hv_driver (include/linux/hyperv.h): name, since
// Linux 4.6 a flag, a GUID, the table.
func (f *finder) vmbusDriver(at uint64) (string, []string, bool) {
	if name, aliases, ok := f.nameAndTable(at, at+24, vmbusForm); ok && len(aliases) > 0 {
		return name, aliases, true
	}
	return f.nameAndTable(at, at+32, vmbusForm)
}

// nameAndTable reads what two pointers of a driver point to.
func (f *finder) nameAndTable(name, table uint64, form *tableForm) (string, []string, bool) {
	text := f.text(f.pointer(name))
	if text == "" {
		return "", nil, false
	}
	addr := f.pointer(table)
	if addr == 0 {
		return text, nil, true // it is given its devices by name
	}
	aliases, ok := f.table(addr, form)
	return text, aliases, ok
}

// table returns the patterns of the table at an address; ok is false where
// there is no table of this form.
func (f *finder) table(addr uint64, form *tableForm) (aliases []string, ok bool) {
	for ; f.left > 0; f.left-- {
		entry := f.at(addr, form.size)
		if entry == nil {
			return nil, false
		}
		if form.end(entry) {
			return aliases, true
		}
		patterns, ok := form.alias(entry)
		if !ok {
			return nil, false
		}
		aliases = append(aliases, patterns...)
		addr += uint64(form.size)
	}
	return nil, false
}
