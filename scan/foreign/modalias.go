package foreign

import (
	"regexp"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// modaliasBuses are the prefixes of device modaliases in the kernel's
// scripts/mod/file2alias.c. The text before the colon is the bus but for a few.
var modaliasBuses = []string{
	"acpi", "amba", "ap", "bcma", "ccw", "cpu", "css", "dfl", "dmi", "eisa", "fsl-mc", "hdaudio", "hid", "i2c", "i3c", "ieee1394", "input",
	"ipack", "ishtp", "mcb", "mdio", "mei", "mhi", "mmc", "of", "parisc", "pci", "pcmcia", "platform", "pnp", "rapidio", "rpmsg",
	"scsi", "sdio", "sdw", "serio", "slim", "spi", "spmi", "ssb", "tbsvc", "typec", "ulpi", "usb", "vio", "virtio", "vmbus", "wmi", "xen", "zorro",
}

// The fixed-width parts of PCI's, USB's and virtio's modaliases.
var (
	pciForm    = regexp.MustCompile(`^pci:v0000([0-9A-F]{4})d0000([0-9A-F]{4})sv(?:0000([0-9A-F]{4})|\*)sd(?:0000([0-9A-F]{4})|\*)bc([0-9A-F]{2}|\*)sc([0-9A-F]{2}|\*)i([0-9A-F]{2}|\*)$`)
	usbForm    = regexp.MustCompile(`^usb:v([0-9A-F]{4})p([0-9A-F]{4})d([0-9A-F]{4}|\*)dc([0-9A-F]{2}|\*)dsc([0-9A-F]{2}|\*)dp([0-9A-F]{2}|\*)ic([0-9A-F]{2}|\*)isc([0-9A-F]{2}|\*)ip([0-9A-F]{2}|\*)in([0-9A-F]{2}|\*)$`)
	virtioForm = regexp.MustCompile(`^virtio:d0000([0-9A-F]{4})v0000([0-9A-F]{4})$`)
)

// parseModalias reads a line that is one modalias: of a device, or a driver's
// pattern, of which the parts without wildcards are kept.
func parseModalias(text string) (found, bool) {
	bus, rest, ok := strings.Cut(text, ":")
	if !ok || rest == "" || !slices.Contains(modaliasBuses, bus) || strings.ContainsAny(rest, " \t") {
		return found{}, false
	}
	d := found{Device: report.Device{Bus: bus}}
	switch bus {
	case "pci":
		m := pciForm.FindStringSubmatch(text)
		if m == nil {
			return found{}, false
		}
		d.VendorID, d.DeviceID = lower(m[1]), lower(m[2])
		d.setSubsystem(lower(m[3]), lower(m[4]))
		d.Class = known(m[5:8])
	case "usb":
		m := usbForm.FindStringSubmatch(text)
		if m == nil {
			return found{}, false
		}
		d.VendorID, d.DeviceID, d.Revision = lower(m[1]), lower(m[2]), known(m[3:4])
		d.Class, d.Interface = known(m[4:7]), known(m[7:10])
	case "virtio":
		if m := virtioForm.FindStringSubmatch(text); m != nil {
			d.DeviceID, d.VendorID = lower(m[1]), lower(m[2])
		}
	}
	if !strings.ContainsAny(rest, "*?[") {
		d.Modaliases = []string{text}
	} else if d.VendorID == "" {
		return found{}, false
	}
	return d, true
}

// known joins class bytes up to the first that is a wildcard.
func known(parts []string) string {
	var digits string
	for _, part := range parts {
		if part == "*" {
			break
		}
		digits += lower(part)
	}
	return digits
}
