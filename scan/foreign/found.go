package foreign

import (
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// found is a device with the line that named it.
type found struct {
	report.Device
	number int    // of the line that named it
	text   string // the source's own words for vendor and device
	plain  bool   // nothing but the form "8086:15f3" says that this is an id

	windows bool // it is one of several ids that Windows gives to a device
}

func lower(hex string) string { return strings.ToLower(hex) }

// byteID turns a decimal byte ("255") into two hexadecimal digits.
func byteID(text string) string {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 8)
	if err != nil {
		return ""
	}
	return report.HexID(strconv.FormatUint(n, 16), 2)
}

// bcdID turns the "31.04" that lsusb and the kernel print for bcdDevice into the
// "3104" of sysfs.
func bcdID(text string) string {
	major, minor, _ := strings.Cut(strings.TrimSpace(text), ".")
	high, low := report.HexID(major, 2), report.HexID(minor, 2)
	if high == "" || low == "" {
		return ""
	}
	return high + low
}

func number(text string) *int {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return nil
	}
	value := int(n)
	return &value
}

// moduleForm is a name of a driver or module.
var moduleForm = pattern(`^[\w.-]{1,64}$`)

// moduleName returns text if it can be the name of a driver. Where a paste is
// damaged, anything may stand in its place.
func moduleName(text string) string {
	text = strings.Trim(text, `"' `)
	if !moduleForm().MatchString(text) {
		return ""
	}
	return text
}

var (
	pciAddress = pattern(`^[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$`)
	usbAddress = pattern(`^(?:usb\d+|\d+-\d+(?:\.\d+)*(?::\d+\.\d+)?)$`)
)

// isAddress says whether name is an address of a device on a bus. On those
// other than PCI and USB any name is.
func isAddress(bus, name string) bool {
	switch bus {
	case "pci":
		return pciAddress().MatchString(name)
	case "usb":
		return usbAddress().MatchString(name)
	}
	return bus != "" && name != "" && len(name) <= 64
}
