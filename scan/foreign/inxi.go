package foreign

import (
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// inxiPart is a value that inxi -x prints for a card: where it is, its ids and
// its class (smxi/inxi, "bus-ID", "chip-ID", "class-ID", once with spaces; before 3.3
// there is no class). USB devices have their device number behind the address. Any of them
// may stand on the next line.
var inxiPart = pattern(`\b(bus|chip|class)[- ]ID(?:-\d)?: (\S+)`)

// inxiSection begins a part of inxi's output; -F without -x prints names only.
var inxiSection = pattern(`^(?:Graphics|Audio|Network|Bluetooth|RAID|Drives|USB|Machine|CPU|System): `)

// inxiBlock is everything from the first card on.
type inxiBlock struct {
	place   string // the last bus-ID
	devices []found
}

func beginInxi(l line) block {
	if !strings.Contains(l.text, "ID: ") || !inxiPart().MatchString(l.text) {
		return nil
	}
	b := &inxiBlock{}
	b.line(l)
	return b
}

func (b *inxiBlock) line(l line) bool {
	parts := inxiPart().FindAllStringSubmatch(l.text, -1)
	for _, part := range parts {
		switch part[1] {
		case "bus":
			b.place = lower(part[2])
		case "chip":
			b.chip(lower(part[2]), l.number)
		case "class":
			if n := len(b.devices); n > 0 && report.HexID(part[2], 4) == lower(part[2]) && b.devices[n-1].Bus == "pci" {
				b.devices[n-1].Class = lower(part[2])
			}
		}
	}
	return len(parts) > 0 || inxiSection().MatchString(l.text)
}

// chip adds a device by its ids, at the place that was named last.
func (b *inxiBlock) chip(ids string, number int) {
	vendor, device, _ := strings.Cut(ids, ":")
	if report.HexID(vendor, 4) != vendor || report.HexID(device, 4) != device || vendor == "" || len(b.devices) >= maxDevices {
		return
	}
	d := found{number: number, Device: report.Device{Bus: "pci", VendorID: vendor, DeviceID: device}}
	path, _, _ := strings.Cut(b.place, ":")
	switch full := address(b.place); {
	case isAddress("pci", full):
		d.ID = "pci:" + full
	case isAddress("usb", path):
		d.Bus, d.ID = "usb", "usb:"+path
	}
	b.place = ""
	b.devices = append(b.devices, d)
}

func (b *inxiBlock) end(m *merger) { m.add(b.devices...) }
