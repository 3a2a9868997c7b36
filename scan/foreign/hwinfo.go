package foreign

import (
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// hwinfo (openSUSE/hwinfo, src/hd/hdp.c) prints a header, "13: PCI 1f.2: 0106
// SATA controller", and indented fields. Unique ids, serial numbers and hardware
// addresses are among them and are not read.
var (
	hwinfoHeader = pattern(`^\d+: (PCI|USB|Virtio|None|SCSI|IDE|BIOS|ADB|ISA\S*|PS/2|Serial|Floppy|Memory) (?:\([\w ]+\) )?[0-9a-f.]+: ([0-9a-f]{4,5}) `)
	hwinfoField  = pattern(`^([A-Z][\w/ #]{2,30}): (.*)$`)
	hwinfoID     = pattern(`^(pci|usb) 0x([0-9a-f]{4})\b`)
)

// hwinfoBlock is an entry.
type hwinfoBlock struct {
	number int
	kind   string
	class  string
	fields map[string]string
}

func beginHwinfo(l line) block {
	if l.text[0] < '0' || l.text[0] > '9' {
		return nil
	}
	m := hwinfoHeader().FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	return &hwinfoBlock{number: l.number, kind: m[1], class: m[2], fields: map[string]string{}}
}

func (b *hwinfoBlock) line(l line) bool {
	m := hwinfoField().FindStringSubmatch(l.text)
	if m == nil {
		return l.indent > 0
	}
	if b.fields[m[1]] == "" {
		b.fields[m[1]] = m[2]
	}
	return true
}

// end adds the device, if it is one of a bus: with the modalias that the kernel
// gave it where that is shown.
func (b *hwinfoBlock) end(m *merger) {
	d, _ := parseModalias(strings.Trim(b.fields["Module Alias"], `"`))
	d.number = b.number
	bus, vendor := b.id("Vendor")
	_, device := b.id("Device")
	if d.VendorID == "" && bus != "" && lower(b.kind) == bus {
		d.Bus, d.VendorID, d.DeviceID = bus, vendor, device
		if bus == "pci" {
			d.Class = b.class
			_, subvendor := b.id("SubVendor")
			_, subdevice := b.id("SubDevice")
			d.SetSubsystem(subvendor, subdevice)
		}
	}
	if d.Bus == "pci" {
		d.Revision = report.HexID(b.fields["Revision"], 2)
	}
	if !isAddress(d.Bus, b.fields["SysFS BusID"]) {
		return
	}
	d.place(b.fields["SysFS ID"])
	d.ID = d.Bus + ":" + b.fields["SysFS BusID"]
	d.Driver = moduleName(strings.Split(b.fields["Driver"], ",")[0])
	d.Modules = splitModules(strings.ReplaceAll(b.fields["Driver Modules"], `"`, ""))
	m.add(d)
}

// id returns bus and number of a field such as `pci 0x8086 "Intel Corporation"`.
func (b *hwinfoBlock) id(name string) (bus, id string) {
	m := hwinfoID().FindStringSubmatch(b.fields[name])
	if m == nil {
		return "", ""
	}
	return m[1], m[2]
}
