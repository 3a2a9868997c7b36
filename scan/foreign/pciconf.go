package foreign

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// pciconfLine is a device of the BSDs' pciconf -l: "re0@pci0:6:0:0:", before
// FreeBSD 7 without the domain, then numbers by name.
var (
	pciconfLine   = pattern(`^\w+@pci((?:\d+:){3,4})\s+(class=0x.*)$`)
	pciconfPlace  = pattern(`\d+`)
	pciconfNumber = pattern(`\b([a-z]+)=0x([0-9a-f]+)\b`)
)

// beginPciconf reads one device. Its driver is one of another kernel and says
// nothing about Linux.
func beginPciconf(l line) block {
	if !strings.Contains(l.text, "@pci") {
		return nil
	}
	m := pciconfLine().FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	values := map[string]string{}
	for _, pair := range pciconfNumber().FindAllStringSubmatch(m[2], -1) {
		values[pair[1]] = pair[2]
	}
	d := single{number: l.number, Device: report.Device{ID: pciconfID(m[1]), Bus: "pci"}}
	d.Class, d.Revision = report.HexID(values["class"], 6), report.HexID(values["rev"], 2)
	d.VendorID, d.DeviceID = values["vendor"], values["device"]
	if chip := report.HexID(values["chip"], 8); chip != "" { // before FreeBSD 13
		d.VendorID, d.DeviceID = chip[4:], chip[:4]
	}
	if report.HexID(values["hdr"], 2) != "00" { // what stands there in a bridge is something else
		return &d
	}
	d.SetSubsystem(values["subvendor"], values["subdevice"])
	if card := report.HexID(values["card"], 8); card != "" {
		d.SetSubsystem(card[4:], card[:4])
	}
	return &d
}

// pciconfID turns "0:6:0:0:", in decimal, into an id; "" where a number is out
// of range.
func pciconfID(place string) string {
	var n []uint64
	for _, part := range pciconfPlace().FindAllString(place, -1) {
		value, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return ""
		}
		n = append(n, value)
	}
	if len(n) == 3 {
		n = append([]uint64{0}, n...)
	}
	if n[1] > 0xff || n[2] > 0x1f || n[3] > 7 {
		return ""
	}
	return fmt.Sprintf("pci:%04x:%02x:%02x.%d", n[0], n[1], n[2], n[3])
}
