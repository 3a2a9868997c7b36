package foreign

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// hexDump is the configuration space that lspci -x prints, as far as its
// header goes (PCI Local Bus Specification 3.0, section 6.1).
type hexDump struct {
	header [64]byte
	rows   int // how many of the first four rows are in, in order
}

var rowForm = pattern(`(?i)^([0-9a-f]{2,3}): ((?:[0-9a-f]{2} ){15}[0-9a-f]{2})$`)

// line takes in a line if it is a row of a dump.
func (h *hexDump) line(text string) bool {
	if len(text) < len("00: ") || !isHex(text[0]) || !isHex(text[1]) {
		return false
	}
	m := rowForm().FindStringSubmatch(text)
	if m == nil {
		return false
	}
	if h.rows < 4 && strings.TrimLeft(m[1], "0") == strings.TrimLeft(fmt.Sprintf("%x", 16*h.rows), "0") {
		row, err := hex.DecodeString(strings.ReplaceAll(m[2], " ", ""))
		if err == nil {
			h.rows += copy(h.header[16*h.rows:], row) / 16
		}
	}
	return true
}

// word returns a little-endian 16-bit register as lspci prints ids.
func (h *hexDump) word(at int) string {
	return fmt.Sprintf("%02x%02x", h.header[at+1], h.header[at])
}

// apply gives d what the dump says. The text wins where both speak; that they
// differ is a warning.
func (h *hexDump) apply(d *found, warn func(line int, code, text string)) {
	if h.rows == 0 || h.word(0) == "ffff" { // switched off
		return
	}
	vendor, device := h.word(0), h.word(2)
	if d.VendorID != "" && (d.VendorID != vendor || d.DeviceID != device) {
		warn(d.number, "conflict", fmt.Sprintf("%s is %s:%s in the list and %s:%s in the dump below it", d.ID, d.VendorID, d.DeviceID, vendor, device))
		return
	}
	d.VendorID, d.DeviceID = vendor, device
	d.Revision = fmt.Sprintf("%02x", h.header[8])
	d.Class = fmt.Sprintf("%02x%02x%02x", h.header[11], h.header[10], h.header[9])
	const headerType, ordinary = 0x0e, 0
	if h.rows > 2 && h.header[headerType]&0x7f == ordinary && h.word(0x2c) != "0000" {
		d.SubvendorID, d.SubdeviceID = h.word(0x2c), h.word(0x2e)
	}
}
