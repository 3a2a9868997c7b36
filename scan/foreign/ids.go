package foreign

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// The spellings of ids without an address. The first that fits at a place
// counts, so the most particular stand first. Groups: vendor, device, subvendor,
// subdevice (as far as the spelling has them).
var idSpellings = []struct {
	bus  string
	form *regexp.Regexp
	swap bool // the subsystem is written device first
}{
	// Windows: the subsystem is device, then vendor.
	{"pci", regexp.MustCompile(`(?i)\bVEN_([0-9a-f]{4})&DEV_([0-9a-f]{4})(?:&SUBSYS_([0-9a-f]{4})([0-9a-f]{4}))?`), true},
	{"usb", regexp.MustCompile(`(?i)\bVID_([0-9a-f]{4})&PID_([0-9a-f]{4})`), false},
	// lsusb, and what people write before a USB id.
	{"usb", regexp.MustCompile(`(?i)\b(?:usb[: ]+|ID )([0-9a-f]{4}):([0-9a-f]{4})\b`), false},
	// linux-hardware.org.
	{"pci", regexp.MustCompile(`(?i)\bpci:([0-9a-f]{4})-([0-9a-f]{4})(?:-([0-9a-f]{4})-([0-9a-f]{4}))?\b`), false},
	{"usb", regexp.MustCompile(`(?i)\busb:([0-9a-f]{4})-([0-9a-f]{4})\b`), false},
	// TinyCore RedPill: vendor, "d", device with eight digits.
	{"pci", regexp.MustCompile(`(?i)\b([0-9a-f]{4})d0000([0-9a-f]{4})\b`), false},
	{"pci", regexp.MustCompile(`(?i)\b0x([0-9a-f]{4})[:, ]+0x([0-9a-f]{4})\b`), false},
	{"pci", regexp.MustCompile(`(?i)(?:^|[^0-9a-f:.\-])([0-9a-f]{4}):([0-9a-f]{4})(?::([0-9a-f]{4}):([0-9a-f]{4}))?(?:$|[^0-9a-f:\-])`), false},
}

// lsusbForm begins a line of lsusb.
var lsusbForm = regexp.MustCompile(`^Bus \d{3} Device \d{3}: ID [0-9a-f]{4}:[0-9a-f]{4}\b`)

// parseIDs reads modaliases and bare ids, several on a line if need be.
func (m *merger) parseIDs(lines []line) []found {
	var devices []found
	for _, l := range lines {
		for _, d := range idsOf(l.text) {
			d.line = l.number
			if m.isPort(&d, l.text) {
				m.warn(l.number, "not-an-id", fmt.Sprintf("%s:%s is taken for no id: nobody has this vendor's; write it in brackets or on a line of its own", d.VendorID, d.DeviceID))
				continue
			}
			devices = append(devices, d)
		}
	}
	return devices
}

// isPort tells the ports and times of prose ("8080:8080") from ids, which look
// alike: in prose, a vendor must be known.
func (m *merger) isPort(d *found, text string) bool {
	return d.plain && strings.Contains(text, " ") && !strings.Contains(lower(text), "["+d.VendorID+":") && m.opts.Names.Vendor(d.VendorID) == ""
}

func idsOf(text string) []found {
	text = strings.TrimPrefix(text, "MODALIAS=")
	if d, ok := parseModalias(text); ok {
		return []found{d}
	}
	var devices []found
	for text != "" {
		d, end := firstID(text)
		if end == 0 {
			break
		}
		if d.VendorID != "0000" && d.VendorID != "ffff" {
			devices = append(devices, d)
		}
		text = text[end:]
	}
	return devices
}

// firstID returns the first id in text and where it ends, 0 if there is none.
func firstID(text string) (d found, end int) {
	start := len(text)
	for i, spelling := range idSpellings {
		m := spelling.form.FindStringSubmatchIndex(text)
		if m == nil || m[2] >= start {
			continue
		}
		group := func(n int) string {
			if 2*n >= len(m) || m[2*n] < 0 {
				return ""
			}
			return lower(text[m[2*n]:m[2*n+1]])
		}
		d = found{plain: i == len(idSpellings)-1, Device: report.Device{Bus: spelling.bus, VendorID: group(1), DeviceID: group(2), SubvendorID: group(3), SubdeviceID: group(4)}}
		if spelling.swap {
			d.SubvendorID, d.SubdeviceID = d.SubdeviceID, d.SubvendorID
		}
		start, end = m[2], m[2]
		for n := 1; n < len(m)/2; n++ {
			end = max(end, m[2*n+1])
		}
		windowsTail(&d, text[end:])
	}
	return d, end
}

var (
	windowsRev   = regexp.MustCompile(`(?i)^&REV_([0-9a-f]{2}(?:[0-9a-f]{2})?)\b`)
	windowsClass = regexp.MustCompile(`(?i)&CC_([0-9a-f]{6}|[0-9a-f]{4})\b`)
)

// windowsTail reads what may follow in a Windows hardware id: the revision and,
// in compatible ids, the class.
func windowsTail(d *found, rest string) {
	token, _, _ := strings.Cut(rest, " ")
	if m := windowsRev.FindStringSubmatch(token); m != nil {
		d.Revision = lower(m[1])
	}
	if m := windowsClass.FindStringSubmatch(token); m != nil {
		d.Class = lower(m[1])
	}
}
