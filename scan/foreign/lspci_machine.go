package foreign

import (
	"strings"
)

// The machine-readable forms of lspci: -mm, one line of quoted fields, and
// -vmm, a "Name:\tvalue" line a field (lspci(8), "Machine readable output").
var (
	slotForm   = pattern(`^(?i:Slot|Device):\s+((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7])$`)
	quotedForm = pattern(`(?i)^((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7])((?:\s+(?:"[^"]*"|-[a-z][0-9a-f]+))+)$`)
	quotedPart = pattern(`"([^"]*)"|-([a-z])([0-9a-f]+)`)
	codeForm   = pattern(`(?i)^(?:(.*\S)\s+)?\[?([0-9a-f]{4})\]?$`)
)

func isMachineHeader(text string) bool {
	_, ok := parseMachine(text)
	return ok
}

// parseMachine reads a line of -mm, or the first line of a device of -vmm.
func parseMachine(text string) (found, bool) {
	var d found
	d.Bus = "pci"
	if strings.HasPrefix(text, "Slot") || strings.HasPrefix(text, "Device") {
		m := slotForm().FindStringSubmatch(text)
		if m == nil {
			return found{}, false
		}
		d.ID = "pci:" + address(m[1])
		return d, true
	}
	if !beginsHex(text) || strings.IndexByte(text, '"') < 0 {
		return found{}, false
	}
	m := quotedForm().FindStringSubmatch(text)
	if m == nil {
		return found{}, false
	}
	d.ID = "pci:" + address(m[1])
	fields := []string{"Class", "Vendor", "Device", "SVendor", "SDevice", "Driver"} // the last is busybox's
	for _, part := range quotedPart().FindAllStringSubmatch(m[2], -1) {
		switch {
		case part[2] == "r":
			machineField(&d, "Rev", part[3])
		case part[2] == "p":
			machineField(&d, "ProgIf", part[3])
		case part[2] == "" && len(fields) > 0:
			machineField(&d, fields[0], part[1])
			fields = fields[1:]
		}
	}
	return d, true
}

// machineField reads one field. Its value is a name, an id, or both as in
// "Intel Corporation [8086]".
func machineField(d *found, field, value string) {
	name, code := value, ""
	if m := codeForm().FindStringSubmatch(value); m != nil {
		name, code = m[1], lower(m[2])
	}
	switch field {
	case "Class":
		d.ClassName, d.Class = name, code
	case "Vendor":
		d.Vendor, d.VendorID = name, code
	case "Device":
		d.text, d.DeviceID = name, code
	case "SVendor":
		d.SubvendorID = code
	case "SDevice":
		d.Subsystem, d.SubdeviceID = name, code
	case "Rev":
		if len(value) == 2 && value != "ff" {
			d.Revision = lower(value)
		}
	case "ProgIf":
		if len(d.Class) == 4 && len(value) == 2 && value != "ff" {
			d.Class += lower(value)
		}
	case "Driver":
		d.Driver = moduleName(value)
	case "Module":
		d.Modules = splitModules(strings.Join(append(d.Modules, value), ","))
	case "NUMANode":
		d.NUMANode = number(value)
	case "IOMMUGroup":
		d.IOMMUGroup = digits(value)
	}
}
