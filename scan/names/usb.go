package names

import (
	"bufio"
	_ "embed" // the lists
	"fmt"
	"io"
	"strings"
)

//go:embed data/usb.ids.zst
var packedUSBIDs []byte

// usbIDs are the parts of usb.ids that name devices and classes. Its other
// sections (audio terminals, HID usages, languages…) are not kept.
type usbIDs struct {
	vendors  map[string]string // "0bda"
	products map[string]string // "0bda8156"
	classes  map[string]string // "08", "0806"
}

func openUSB() (*usbIDs, error) {
	list, err := unpack(packedUSBIDs)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	return readUSB(list)
}

// readUSB reads the format that usb.ids itself describes: "vvvv  NAME" with
// "\tpppp  NAME" below, and "C cc  NAME" with "\tss  NAME" below.
func readUSB(r io.Reader) (*usbIDs, error) {
	ids := &usbIDs{map[string]string{}, map[string]string{}, map[string]string{}}
	var parent string
	var into map[string]string // where the lines below parent go
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "\t\t") {
			continue
		}
		id, name, found := strings.Cut(line, "  ")
		if !found {
			continue
		}
		if child, isChild := strings.CutPrefix(id, "\t"); isChild {
			if into != nil {
				into[parent+child] = name
			}
			continue
		}
		parent, into = ids.section(id, name)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("usb.ids: %w", err)
	}
	return ids, nil
}

// section notes a line at the margin and returns the key of what is below it
// and the map for that, nil for a section that is not kept.
func (ids *usbIDs) section(id, name string) (parent string, into map[string]string) {
	if len(id) == 4 && !strings.Contains(id, " ") {
		ids.vendors[id] = name
		return id, ids.products
	}
	if class, isClass := strings.CutPrefix(id, "C "); isClass {
		ids.classes[class] = name
		return class, ids.classes
	}
	return "", nil
}
