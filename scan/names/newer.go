package names

import (
	"errors"
	"fmt"
	"os"

	"github.com/jaypipes/pcidb"
)

// ErrList is in the chain of the error for a file that is no pci.ids.
var ErrList = errors.New("no list of PCI ids")

// maxList is how long a list may be, in bytes: ten times the pci.ids of 2026.
const maxList = 16 << 20

// OpenWith is [Open] with another pci.ids, whose vendors, devices and subsystems
// go before the embedded ones: a machine's own /usr/share/misc/pci.ids may be
// newer than this program. The file is plain, of 16 MiB at most. The error is
// the file system's or [ErrList].
func OpenWith(file string) (*DB, error) {
	newer, err := readPCI(file)
	if err != nil {
		return nil, err
	}
	db := Open()
	db.newer = newer
	return db, nil
}

// readPCI has pcidb read a file. It takes the places of a line for granted, and
// panics where a line is too short.
func readPCI(file string) (list *pciList, err error) {
	defer func() {
		if p := recover(); p != nil {
			list, err = nil, fmt.Errorf("%s: %w: %v", file, ErrList, p)
		}
	}()
	switch info, err := os.Stat(file); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxList:
		return nil, fmt.Errorf("%s: %w: not a file of at most %d MiB", file, ErrList, maxList>>20)
	}
	db, err := pcidb.New(pcidb.WithPath(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", file, ErrList, err)
	}
	if len(db.Products) == 0 {
		return nil, fmt.Errorf("%s: %w: it names no device", file, ErrList)
	}
	return (*pciList)(db), nil
}

// pciList is a list that pcidb has read; the nil list has no names.
type pciList pcidb.DB

func (l *pciList) vendor(id string) string {
	if l == nil || l.Vendors[id] == nil {
		return ""
	}
	return l.Vendors[id].Name
}

func (l *pciList) device(vendor, device string) string {
	if l == nil || l.Products[vendor+device] == nil {
		return ""
	}
	return l.Products[vendor+device].Name
}

func (l *pciList) subsystem(vendor, device, subvendor, subdevice string) string {
	if l == nil || l.Products[vendor+device] == nil {
		return ""
	}
	for _, s := range l.Products[vendor+device].Subsystems {
		if s.VendorID == subvendor && s.ID == subdevice {
			return s.Name
		}
	}
	return ""
}
