package foreign

import (
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report"
)

// parseModalias reads a text that is one modalias: of a device, or a driver's
// pattern, of which the parts without wildcards are kept. Those that kernels
// before 3.4 gave to USB interfaces lack a field, and are none.
func parseModalias(text string) (found, bool) {
	alias, err := modalias.Parse(text)
	if err != nil || alias.Bus == "" || strings.ContainsAny(text, " \t") || strings.HasSuffix(text, ":") && len(alias.Bus)+1 == len(text) {
		return found{}, false
	}
	d := found{Device: report.Device{Bus: alias.Bus}}
	switch alias.Bus {
	case "pci":
		d.VendorID, d.DeviceID = aliasID(alias, "vendor"), aliasID(alias, "device")
		d.setSubsystem(aliasID(alias, "subvendor"), aliasID(alias, "subdevice"))
		d.Class = aliasClass(alias, "baseclass", "subclass", "interface")
	case "usb":
		d.VendorID, d.DeviceID, d.Revision = aliasID(alias, "idVendor"), aliasID(alias, "idProduct"), aliasID(alias, "bcdDevice")
		d.Class = aliasClass(alias, "bDeviceClass", "bDeviceSubClass", "bDeviceProtocol")
		d.Interface = aliasClass(alias, "bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
	case "virtio":
		d.VendorID, d.DeviceID = aliasID(alias, "vendor"), aliasID(alias, "device")
	}
	if !strings.ContainsAny(text, "*?[") {
		d.Modaliases = []string{text}
	} else if d.VendorID == "" {
		return found{}, false
	}
	return d, true
}

// literal returns the value of a field, "" where it is a pattern.
func literal(alias modalias.Alias, name string) string {
	for _, field := range alias.Fields {
		if field.Name == name && field.IsLiteral() {
			return lower(field.Value)
		}
	}
	return ""
}

// aliasID returns an id of four digits, as lspci prints them, from a field of
// four or eight.
func aliasID(alias modalias.Alias, name string) string {
	return report.HexID(literal(alias, name), 4)
}

// aliasClass joins class bytes up to the first that is a pattern.
func aliasClass(alias modalias.Alias, names ...string) string {
	var class string
	for _, name := range names {
		digits := literal(alias, name)
		if digits == "" {
			break
		}
		class += digits
	}
	return class
}
