package foreign

// block is a piece of a paste that belongs together, such as a device with its
// details or the fields of one tool.
type block interface {
	// line takes in a line if it is a part of the block.
	line(l line) bool
	// end gives what the block says to m.
	end(m *merger)
}

// owns says whether the open block keeps lines that begin a block of another
// format: the boot log holds lines of the kernel's.
func owns(open block, l line) bool {
	b, ok := open.(*bootLog)
	return ok && b.owns(l)
}

// format is a kind of text that is read by blocks.
type format struct {
	kind  string
	begin func(l line) block // nil where the line does not begin a block
}

// formats are asked in this order.
var formats = []format{
	{"lspci", beginLspci},
	{"lsusb", beginLsusb},
	{"usb-devices", beginUSBRows},
	{"dmesg", beginDmesg},
	{"udevdb", beginUdev},
	{"umockdev", beginUdev},
	{"sysfs", beginSysfs},
	{"cpuinfo", beginCPUInfo},
	{"lscpu", beginLscpu},
	{"dmidecode", beginDMI},
	{"lshw", beginLshw},
	{"hwinfo", beginHwinfo},
	{"inxi", beginInxi},
	{"pciconf", beginPciconf},
	{"coreboot", beginCoreboot},
	{"code", beginCode},
	{"bootlog", beginBootLog},
}

// readText gives the blocks of a paste to m and returns the lines that are of
// none. A block is open until another begins or a prompt comes, so that lines
// that a forum put between do not end it.
func (m *merger) readText(lines []line) (rest []line) {
	var open block
	var kind string
	end := func() {
		if open != nil {
			open.end(m)
		}
		open = nil
	}
	for _, l := range lines {
		next, nextKind := begin(l, m.opts.Kind)
		switch {
		case open != nil && (next == nil || nextKind == kind || owns(open, l)) && open.line(l):
		case next != nil:
			end()
			open, kind = next, nextKind
			m.kind = kind
		case isPrompt(l.text):
			end()
		default:
			if torn().MatchString(l.text) {
				m.warn(l.number, "unread", "the line begins like one of a list, but is damaged")
			}
			rest = append(rest, l)
		}
	}
	end()
	return rest
}

// torn is how lines of lspci, lsusb and udev begin, whatever becomes of them.
var torn = pattern(`^(?:(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]\b|Bus \d+ Dev|P: /dev)`)

// begin returns the block that a line begins, and its kind, if it is of the kind
// that is wanted.
func begin(l line, wanted string) (block, string) {
	for _, f := range formats {
		if wanted != "" && wanted != f.kind {
			continue
		}
		if b := f.begin(l); b != nil {
			return b, f.kind
		}
	}
	return nil, ""
}

// single is a block of one line.
type single found

func (*single) line(line) bool { return false }

func (s *single) end(m *merger) { m.add(found(*s)) }
