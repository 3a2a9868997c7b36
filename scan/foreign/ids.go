package foreign

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// idSpellings are the spellings of ids without an address, in lower case. The
// first that fits at a place counts, so the most particular stand first. Groups:
// vendor, device, subvendor, subdevice (as far as the spelling has them). A line
// without the sign need not be searched.
var idSpellings = []struct {
	bus  string
	sign string
	form func() *regexp.Regexp
	swap bool // the subsystem is written device first
}{
	// Windows: the subsystem is device, then vendor.
	{"pci", "ven_", pattern(`\bven_([0-9a-f]{4})&dev_([0-9a-f]{4})(?:&subsys_([0-9a-f]{4})([0-9a-f]{4}))?`), true},
	{"usb", "vid_", pattern(`\bvid_([0-9a-f]{4})&pid_([0-9a-f]{4})`), false},
	// lsusb, and what people write before a USB id.
	{"usb", "", pattern(`\b(?:usb[: ]+|id )([0-9a-f]{4}):([0-9a-f]{4})\b`), false},
	// linux-hardware.org.
	{"pci", "pci:", pattern(`\bpci:([0-9a-f]{4})-([0-9a-f]{4})(?:-([0-9a-f]{4})-([0-9a-f]{4}))?\b`), false},
	{"usb", "usb:", pattern(`\busb:([0-9a-f]{4})-([0-9a-f]{4})\b`), false},
	// TinyCore RedPill: vendor, "d", device with eight digits.
	{"pci", "d0000", pattern(`\b([0-9a-f]{4})d0000([0-9a-f]{4})\b`), false},
	{"pci", "0x", pattern(`\b0x([0-9a-f]{4})[:, ]+0x([0-9a-f]{4})\b`), false},
	{"pci", ":", pattern(`(?:^|[^0-9a-f:.\-])([0-9a-f]{4}):([0-9a-f]{4})(?::([0-9a-f]{4}):([0-9a-f]{4}))?`), false},
}

// plainSpelling is the index of the last one, "8086:15f3".
var plainSpelling = len(idSpellings) - 1

// aloneForm is a line that is nothing but one id, as people write it above or
// below a list.
var aloneForm = pattern(`(?i)^\[?[0-9a-f]{4}:[0-9a-f]{4}\]?$`)

// readIDs reads modaliases and bare ids, several on a line if need be.
func (m *merger) readIDs(lines []line) {
	m.kind = "ids"
	holding := 0
	var devices []found
	for _, l := range lines {
		ids := m.idsIn(l)
		if len(ids) > 0 {
			holding++
		}
		for _, d := range ids {
			if last := len(devices) - 1; last >= 0 && d.isAnotherIDOf(&devices[last]) {
				fill(&devices[last].Device, &d.Device)
				continue
			}
			devices = append(devices, d)
		}
		if len(devices) > maxDevices {
			break
		}
	}
	m.add(devices...)
	m.warnUnknown(holding, len(lines))
}

// isAnotherIDOf says whether d is the device before it by another of the
// hardware ids that Windows gives to each: first that with subsystem and
// revision, then those with less. Behind a backslash they name an instance.
func (d *found) isAnotherIDOf(before *found) bool {
	first := d.SubvendorID != "" && d.Revision != ""
	return !first && d.windows && before.windows && d.VendorID == before.VendorID && d.DeviceID == before.DeviceID &&
		!contradicts(d.SubvendorID+d.SubdeviceID, before.SubvendorID+before.SubdeviceID) && !contradicts(d.Revision, before.Revision)
}

// idsIn returns the ids of a line, without what only looks like one.
func (m *merger) idsIn(l line) []found {
	var devices []found
	for _, d := range idsOf(l.text) {
		d.number = l.number
		if m.isPort(&d, l.text) {
			m.warn(l.number, "not-an-id", fmt.Sprintf("%s:%s is taken for no id: nobody has this vendor's; write it in brackets or on a line of its own", d.VendorID, d.DeviceID))
			continue
		}
		if m.isUSB(&d) {
			d.Bus = "usb"
		}
		devices = append(devices, d)
	}
	return devices
}

// isUSB tells what lsusb prints from what lspci prints where nothing but the ids
// is given: usb.ids has them and pci.ids has not.
func (m *merger) isUSB(d *found) bool {
	return d.plain && d.SubvendorID == "" && m.opts.Names.Device(d.VendorID, d.DeviceID) == "" &&
		m.opts.Names.USBProduct(d.VendorID, d.DeviceID) != ""
}

// warnUnknown warns where ids stand in so much other text that it may be of a
// tool that is not known here, and the ids only a part of what it says.
func (m *merger) warnUnknown(holding, lines int) {
	const paste = 20 // lines that people write around an id
	if m.opts.Kind == "" && holding > 0 && lines > paste && 2*holding < lines {
		m.warn(0, "ids-in-text", fmt.Sprintf("this is no list that is known here; the ids in %d of its %d lines are taken", holding, lines))
	}
}

// besides picks the lines around a list where other ids may be meant: those
// alone on their line. Of the others only those are warned of that name no
// device of the list.
func (m *merger) besides(lines []line) []line {
	known := map[string]bool{}
	for i := range m.rep.Devices {
		known[m.rep.Devices[i].VendorID+":"+m.rep.Devices[i].DeviceID] = true
	}
	var alone []line
	for _, l := range lines {
		if aloneForm().MatchString(l.text) {
			alone = append(alone, l)
			continue
		}
		for _, d := range idsOf(l.text) {
			if !d.plain && !known[d.VendorID+":"+d.DeviceID] {
				m.warn(l.number, "not-in-list", fmt.Sprintf("%s:%s stands beside a list of devices and is not taken for one of them", d.VendorID, d.DeviceID))
			}
		}
	}
	return alone
}

// isPort tells the ports and times of prose ("8080:8080") from ids, which look
// alike: in prose, a vendor must be known.
func (m *merger) isPort(d *found, text string) bool {
	return d.plain && strings.Contains(text, " ") && m.opts.Names.Vendor(d.VendorID) == ""
}

// idsOf returns the ids of a line in their order, those of modaliases first.
func idsOf(text string) []found {
	text = strings.TrimPrefix(text, "MODALIAS=")
	if d, ok := parseModalias(text); ok {
		return []found{d}
	}
	if !hasFourDigits(text) { // most lines of most text
		return nil
	}
	devices, text := cutModaliases(text)
	text = lower(text)
	end := 0
	for _, h := range spelled(text) {
		if h.start < end { // a part of the one before
			continue
		}
		end = h.end
		if d := h.device(text); d.VendorID != "0000" && d.VendorID != "ffff" {
			devices = append(devices, d)
		}
	}
	return devices
}

// aliasToken is a modalias with ids inside a line, as modules.alias and quoted
// text have them.
var aliasToken = pattern(`\b(?:pci:v[0-9A-F]{8}d|usb:v[0-9A-F]{4}p|virtio:d[0-9A-F]{8}v)[0-9A-Za-z*?\[\]-]+`)

// cutModaliases returns the modaliases of a line and the line without them.
func cutModaliases(text string) (devices []found, rest string) {
	if !strings.Contains(text, ":v") && !strings.Contains(text, ":d") {
		return nil, text
	}
	rest = aliasToken().ReplaceAllStringFunc(text, func(token string) string {
		d, ok := parseModalias(token)
		if !ok {
			return token
		}
		devices = append(devices, d)
		return ""
	})
	return devices, rest
}

// hasFourDigits says whether text has what all spellings of an id have in
// common: four hexadecimal digits in a row.
func hasFourDigits(text string) bool {
	run := 0
	for i := range len(text) {
		if !isHex(text[i]) {
			run = 0
		} else if run++; run == 4 {
			return true
		}
	}
	return false
}

// hit is a place in a line that a spelling fits.
type hit struct {
	spelling   int
	start, end int    // from the vendor to the last digit
	groups     [4]int // where each id starts, -1 where it is missing
}

// spelled finds all spellings in a line of lower case. Of those that begin with the same
// vendor the more particular comes first.
func spelled(text string) []hit {
	var hits []hit
	for i, spelling := range idSpellings {
		if !strings.Contains(text, spelling.sign) {
			continue
		}
		for _, m := range spelling.form().FindAllStringSubmatchIndex(text, -1) {
			h := hit{spelling: i, start: m[2], groups: [4]int{-1, -1, -1, -1}}
			for n := 1; n < len(m)/2; n++ {
				h.groups[n-1] = m[2*n]
				h.end = max(h.end, m[2*n+1])
			}
			if i != plainSpelling || endsHere(text[h.end:]) {
				hits = append(hits, h)
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.start, b.start) })
	return hits
}

// endsHere says whether a plain id ends before rest: neither digits nor what
// continues times, addresses and UUIDs may follow.
func endsHere(rest string) bool {
	return rest == "" || !strings.ContainsRune("0123456789abcdef:-", rune(rest[0]))
}

func (h *hit) device(text string) found {
	id := func(n int) string {
		if h.groups[n] < 0 {
			return ""
		}
		return text[h.groups[n] : h.groups[n]+4]
	}
	spelling := idSpellings[h.spelling]
	d := found{plain: h.spelling == plainSpelling && !strings.HasSuffix(text[:h.start], "["), Device: report.Device{Bus: spelling.bus, VendorID: id(0), DeviceID: id(1), SubvendorID: id(2), SubdeviceID: id(3)}}
	if spelling.swap {
		d.SubvendorID, d.SubdeviceID = d.SubdeviceID, d.SubvendorID
	}
	const longestTail = 64
	tail, _, _ := strings.Cut(text[h.end:min(len(text), h.end+longestTail)], " ")
	windowsTail(&d, tail)
	d.windows = spelling.sign == "ven_" && !strings.Contains(tail, `\`)
	return d
}

var (
	windowsRev   = pattern(`^&rev_([0-9a-f]{2}(?:[0-9a-f]{2})?)\b`)
	windowsClass = pattern(`&cc_([0-9a-f]{6}|[0-9a-f]{4})\b`)
)

// windowsTail reads what may follow in a Windows hardware id: the revision and,
// in compatible ids, the class.
func windowsTail(d *found, token string) {
	if m := windowsRev().FindStringSubmatch(token); m != nil {
		d.Revision = m[1]
	}
	if m := windowsClass().FindStringSubmatch(token); m != nil {
		d.Class = m[1]
	}
}
