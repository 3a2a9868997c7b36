// Package names gives the names of PCI and USB ids, from the pci.ids and
// usb.ids that the program carries (data/README says where they come from).
//
// Ids are lower-case hexadecimal without 0x, as in a report. A name that is not
// known is "". The lists are unpacked on the first question.
package names

import (
	"cmp"
	"fmt"
	"sync"
)

// DB answers with names. It is safe for concurrent use.
type DB struct {
	pci, usb list
	newer    *pciList // of OpenWith
}

// Open returns the database of the embedded lists. It costs nothing: each list
// is read when it is first asked for.
func Open() *DB {
	return &DB{
		pci: list{open: sync.OnceValues(func() (*entry, error) { return openList(pciIDs) })},
		usb: list{open: sync.OnceValues(func() (*entry, error) { return openList(usbIDs) })},
	}
}

// Err returns what kept a list that was asked for from being read, such as a
// lack of memory. The names of its bus are "" then, which is no reason to give
// up a scan.
func (db *DB) Err() error {
	if err := db.pci.err(); err != nil {
		return fmt.Errorf("names of PCI ids: %w", err)
	}
	if err := db.usb.err(); err != nil {
		return fmt.Errorf("names of USB ids: %w", err)
	}
	return nil
}

// Vendor names a PCI vendor: "8086" is "Intel Corporation".
func (db *DB) Vendor(vendor string) string {
	return cmp.Or(db.newer.vendor(vendor), db.pci.root().at(vendor).name())
}

// Device names a PCI device.
func (db *DB) Device(vendor, device string) string {
	return cmp.Or(db.newer.device(vendor, device), db.pci.root().at(vendor).at(device).name())
}

// Subsystem names the card or board that carries a PCI device.
func (db *DB) Subsystem(vendor, device, subvendor, subdevice string) string {
	return cmp.Or(db.newer.subsystem(vendor, device, subvendor, subdevice),
		db.pci.root().at(vendor).at(device).at(subvendor+" "+subdevice).name())
}

// Class names a PCI class of 2, 4 or 6 digits, by its subclass if it has one:
// "0106" is "SATA controller".
func (db *DB) Class(class string) string {
	base, sub := db.pci.root().class(class)
	return cmp.Or(sub, base)
}

// USBVendor names a USB vendor.
func (db *DB) USBVendor(vendor string) string { return db.usb.root().at(vendor).name() }

// USBProduct names a USB product.
func (db *DB) USBProduct(vendor, product string) string {
	return db.usb.root().at(vendor).at(product).name()
}

// USBClass names a USB class of 2, 4 or 6 digits by class and subclass: "080650"
// is "Mass Storage, SCSI". The protocol, the last two digits, is not named.
func (db *DB) USBClass(class string) string {
	base, sub := db.usb.root().class(class)
	if sub == "" {
		return base
	}
	return base + ", " + sub
}

// class names what the first two digits of a class say, and the next two.
func (e *entry) class(class string) (base, sub string) {
	if len(class) < 2 {
		return "", ""
	}
	of := e.at("C " + class[:2])
	if len(class) >= 4 {
		sub = of.at(class[2:4]).name()
	}
	return of.name(), sub
}
