// Package names gives the names of PCI and USB ids, from the pci.ids and
// usb.ids that the program carries (data/README says where they come from).
//
// Ids are lower-case hexadecimal without 0x, as in a report. A name that is not
// known is "". The lists are unpacked on the first question.
package names

import (
	"fmt"
	"sync"

	"github.com/jaypipes/pcidb"
)

// DB answers with names. It is safe for concurrent use.
type DB struct {
	pci func() (*pcidb.DB, error)
	usb func() (*usbIDs, error)

	byName func() map[string][]string // PCI ids
}

// Open returns the database of the embedded lists. It costs nothing: each list
// is read when it is first asked for.
func Open() *DB {
	db := &DB{pci: sync.OnceValues(openPCI), usb: sync.OnceValues(openUSB)}
	db.byName = sync.OnceValue(func() map[string][]string {
		pci, err := db.pci()
		if err != nil {
			return nil
		}
		return invert(pci)
	})
	return db
}

// Err returns what kept a list from being read, such as a full file system. The
// names of its bus are "" then, which is no reason to give up a scan.
func (db *DB) Err() error {
	if _, err := db.pci(); err != nil {
		return fmt.Errorf("names of PCI ids: %w", err)
	}
	if _, err := db.usb(); err != nil {
		return fmt.Errorf("names of USB ids: %w", err)
	}
	return nil
}

// Vendor names a PCI vendor: "8086" is "Intel Corporation".
func (db *DB) Vendor(vendor string) string {
	pci, err := db.pci()
	if err != nil || pci.Vendors[vendor] == nil {
		return ""
	}
	return pci.Vendors[vendor].Name
}

// Device names a PCI device.
func (db *DB) Device(vendor, device string) string {
	pci, err := db.pci()
	if err != nil || pci.Products[vendor+device] == nil {
		return ""
	}
	return pci.Products[vendor+device].Name
}

// Subsystem names the card or board that carries a PCI device.
func (db *DB) Subsystem(vendor, device, subvendor, subdevice string) string {
	pci, err := db.pci()
	if err != nil || pci.Products[vendor+device] == nil {
		return ""
	}
	for _, s := range pci.Products[vendor+device].Subsystems {
		if s.VendorID == subvendor && s.ID == subdevice {
			return s.Name
		}
	}
	return ""
}

// Class names a PCI class of 2, 4 or 6 digits, by its subclass if it has one:
// "0106" is "SATA controller".
func (db *DB) Class(class string) string {
	pci, err := db.pci()
	if err != nil || len(class) < 2 {
		return ""
	}
	base := pci.Classes[class[:2]]
	if base == nil {
		return ""
	}
	if len(class) < 4 {
		return base.Name
	}
	for _, sub := range base.Subclasses {
		if sub.ID == class[2:4] {
			return sub.Name
		}
	}
	return base.Name
}

// USBVendor names a USB vendor.
func (db *DB) USBVendor(vendor string) string {
	usb, err := db.usb()
	if err != nil {
		return ""
	}
	return usb.vendors[vendor]
}

// USBProduct names a USB product.
func (db *DB) USBProduct(vendor, product string) string {
	usb, err := db.usb()
	if err != nil {
		return ""
	}
	return usb.products[vendor+product]
}

// USBClass names a USB class of 2, 4 or 6 digits by class and subclass: "080650"
// is "Mass Storage, SCSI". The protocol, the last two digits, is not named.
func (db *DB) USBClass(class string) string {
	usb, err := db.usb()
	if err != nil || len(class) < 2 {
		return ""
	}
	if name := usb.classes[class[:2]]; len(class) < 4 || usb.classes[class[:4]] == "" {
		return name
	}
	return usb.classes[class[:2]] + ", " + usb.classes[class[:4]]
}
