package foreign

import (
	"fmt"
	"slices"
	"strings"
)

// The forms of lspci (pciutils' lspci.c, show_terse and show_machine). An
// address is [DOMAIN:]BB:DD.F, with -P a path of them. Hexadecimal digits are
// lower-case there; people write both.
var (
	headerForm  = pattern(`(?i)^((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7](?:/[0-9a-f:.]+)?)\s+(\S.*)$`)
	revForm     = pattern(`(?i)\(rev ([0-9a-f]{2})\)`)
	progIfForm  = pattern(`(?i)\(prog-if ([0-9a-f]{2})\b`)
	idsForm     = pattern(`(?i)\[([0-9a-f]{4}):([0-9a-f]{4})\]`)
	classForm   = pattern(`(?i)^([^:]*?)\s*\[([0-9a-f]{4})\]:\s*(.*)$`)
	numericForm = pattern(`(?i)^(?:Class )?\[?([0-9a-f]{4})\]?:\s+(?:(?:Unknown )?device )?\[?([0-9a-f]{4}):([0-9a-f]{4})\]?(?:\s+([\w-]+))?$`)
	namesForm   = pattern(`^([^:]*[^:\s]):\s+(\S.*)$`)
	cutForm     = pattern(`(?i)\[[0-9a-f]{0,4}:?[0-9a-f]{0,3}(?:\.\.\.|…|$)`)
)

// lspciBlock is a device of lspci with the lines that -v, -k and -x add to it,
// or with those that -vmm makes of it.
type lspciBlock struct {
	found
	header string // its first line, as long as the line may go on below
	joins  int    // how many lines it has gone on
	broken string // a subsystem's line that may go on below
	dump   hexDump
}

func beginLspci(l line) block {
	b := &lspciBlock{header: l.text}
	var ok bool
	if b.found, ok = parseHeader(l.text); !ok {
		b.header = ""
		if b.found, ok = parseMachine(l.text); !ok {
			return nil
		}
	}
	b.number = l.number
	return b
}

func (b *lspciBlock) line(l line) bool {
	if _, isHeader := parseHeader(l.text); isHeader || isMachineHeader(l.text) {
		return false
	}
	if b.broken != "" && idsEnd().MatchString(b.broken+" "+l.text) {
		subsystem(&b.found, b.broken+" "+l.text)
		b.broken = ""
		return true
	}
	switch {
	case b.dump.line(l.text), detail(&b.found, l.text):
		b.header, b.broken = "", ""
		if name, found := strings.CutPrefix(l.text, "Subsystem: "); found && b.SubvendorID == "" {
			b.broken = name
		}
		return true
	case b.header != "" && b.rejoin(l):
		return true
	}
	return l.indent > 0 && !strings.HasPrefix(l.text, "|_")
}

// rejoin takes in the rest of a header that broke before its ids were whole. A
// class in brackets says that ids must follow; then the line is taken that ends
// in them, or in the beginning of them.
func (b *lspciBlock) rejoin(l line) bool {
	const most = 4 // lines that one is broken into
	if b.VendorID != "" || b.Class == "" || b.joins == most {
		return false
	}
	joined := mend(b.header + " " + l.text)
	if !idsEnd().MatchString(joined) && !cutForm().MatchString(joined) {
		return false
	}
	number := b.number
	b.found, _ = parseHeader(joined)
	b.header, b.number = joined, number
	b.joins++
	return true
}

// idsEnd is how a line of lspci -nn ends, or the part of it that has the ids.
var idsEnd = pattern(`(?i)\[[0-9a-f]{4}:[0-9a-f]{4}\](?: \((?:r|rev|rev .*|p|prog.*))?$`)

func (b *lspciBlock) end(m *merger) {
	if b.VendorID == "" && cutForm().MatchString(b.text) {
		m.warn(b.number, "cut-id", fmt.Sprintf("the id of %s is cut off: print the list into a file", b.ID))
	}
	b.dump.apply(&b.found, m.warn)
	m.add(b.found)
}

// beginsHex says whether a line may begin with an address, which most do not.
func beginsHex(text string) bool {
	return len(text) > len("00:00.0 ") && isHex(text[0]) && isHex(text[1]) && strings.IndexByte(text[:9], ':') > 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// parseHeader reads a device's first line.
func parseHeader(text string) (found, bool) {
	if !beginsHex(text) {
		return found{}, false
	}
	m := headerForm().FindStringSubmatch(text)
	if m == nil {
		return found{}, false
	}
	var d found
	d.ID = "pci:" + address(m[1])
	d.Bus = "pci"
	body := d.cutTail(m[2])
	if n := numericForm().FindStringSubmatch(body); n != nil {
		d.Class, d.VendorID, d.DeviceID = lower(n[1])+d.Class, lower(n[2]), lower(n[3])
		d.Driver = n[4] // busybox's -k
		return d, true
	}
	if c := classForm().FindStringSubmatch(body); c != nil {
		d.ClassName, d.Class, body = c[1], lower(c[2])+d.Class, c[3]
	} else if c := namesForm().FindStringSubmatch(body); c != nil {
		d.ClassName, d.Class, body = c[1], "", c[2]
	} else {
		return found{}, false
	}
	if d.ClassName == "Class" { // there was no pci.ids
		d.ClassName = ""
	}
	if all := idsForm().FindAllStringSubmatchIndex(body, -1); all != nil {
		last := all[len(all)-1] // names hold brackets too
		d.VendorID, d.DeviceID = lower(body[last[2]:last[3]]), lower(body[last[4]:last[5]])
		body = body[:last[0]]
	}
	d.text = strings.Join(strings.Fields(body), " ")
	return d, true
}

// cutTail reads revision and programming interface from the end of a line and
// returns what stands before them. The interface is kept in Class until the
// class itself is known. Revision ff means that the device is switched off and
// answers nothing, so neither is true.
func (d *found) cutTail(text string) string {
	end := len(text)
	off := false
	if m := revForm().FindAllStringSubmatchIndex(text, -1); m != nil {
		last := m[len(m)-1]
		d.Revision, end = lower(text[last[2]:last[3]]), last[0]
		off = d.Revision == "ff"
	}
	if m := progIfForm().FindAllStringSubmatchIndex(text, -1); m != nil {
		last := m[len(m)-1]
		d.Class, end = lower(text[last[2]:last[3]]), min(end, last[0])
	}
	if off {
		d.Revision, d.Class = "", ""
	}
	return strings.TrimSpace(text[:end])
}

// address brings an address into sysfs' form: four digits of domain at least.
// lspci leaves out domains where all are 0; with -PP it writes the path, whose
// last part is the address. With -P that part has no bus: then the path stays.
func address(text string) string {
	text = lower(text)
	domain := "0000"
	parts := strings.Split(text, "/")
	if first := strings.Split(parts[0], ":"); len(first) == 3 {
		domain = strings.TrimLeft(first[0], "0")
		domain = strings.Repeat("0", max(0, 4-len(domain))) + domain
		parts[0] = strings.Join(first[1:], ":")
	}
	last := parts[len(parts)-1]
	if strings.Count(last, ":") == 1 {
		return domain + ":" + last
	}
	return domain + ":" + strings.Join(parts, "/")
}

var (
	plainIDs = pattern(`(?i)^(?:(?:Unknown )?device )?([0-9a-f]{4}):([0-9a-f]{4})$`)
	irqForm  = pattern(`\bIRQ (\d{1,5})\b`)
)

// detail reads one of the lines that -v and -k add, and says whether it is one
// that counts. The words are lspci's own: it is not translated.
func detail(d *found, text string) bool {
	name, value, found := strings.Cut(text, ":")
	if !found {
		return false
	}
	value = strings.TrimSpace(value)
	switch name {
	case "Subsystem":
		subsystem(d, value)
	case "Kernel driver in use":
		d.Driver = moduleName(value)
	case "Kernel modules":
		d.Modules = splitModules(value)
	case "Interrupt", "Flags":
		if m := irqForm().FindStringSubmatch(value); m != nil && m[1] != "0" && m[1] != "255" {
			d.IRQ = number(m[1])
		}
	case "NUMA node":
		d.NUMANode = number(value)
	case "IOMMU group":
		d.IOMMUGroup = digits(value)
	case "Class", "Vendor", "Device", "SVendor", "SDevice", "Rev", "ProgIf", "Driver", "Module", "NUMANode", "IOMMUGroup":
		machineField(d, name, value)
	default:
		return false
	}
	return true
}

// digits returns text if it is a number.
func digits(text string) string {
	if number(text) == nil {
		return ""
	}
	return text
}

func subsystem(d *found, value string) {
	if m := plainIDs().FindStringSubmatch(value); m != nil {
		d.SubvendorID, d.SubdeviceID = lower(m[1]), lower(m[2])
		return
	}
	all := idsForm().FindAllStringSubmatchIndex(value, -1)
	if all == nil {
		d.Subsystem = value
		return
	}
	last := all[len(all)-1]
	d.SubvendorID, d.SubdeviceID = lower(value[last[2]:last[3]]), lower(value[last[4]:last[5]])
	d.Subsystem = strings.TrimSpace(value[:last[0]])
}

func splitModules(value string) []string {
	modules := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
	modules = slices.DeleteFunc(modules, func(name string) bool { return moduleName(name) == "" })
	slices.Sort(modules)
	return slices.Compact(modules)
}
