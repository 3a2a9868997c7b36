package foreign

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// bootLog is modscout-boot.log, which a system that was made with modscout
// leaves on its loader's stick: recommend/packer/bootlog.sh writes it, one
// "key: value" a line. docs/importing.md describes it.
type bootLog struct {
	number     int // of the first line
	kernel     string
	madeFor    string
	devices    []found
	ports      []port
	states     map[string]string // module -> "loaded" or "absent"
	refused    bool
	complaints []complaint
	ended      bool
}

// port is a network device: name, driver, state, carrier ("1", "0", or "-" where
// it could not be read).
type port struct {
	number                       int
	name, driver, state, carrier string
}

// complaint is a module that did not load.
type complaint struct {
	number     int
	file, text string
}

// bootLogSign begins a boot log of the only version that there is.
const bootLogSign = "modscout boot log 1"

func beginBootLog(l line) block {
	if l.text != bootLogSign {
		return nil
	}
	return &bootLog{number: l.number, states: map[string]string{}}
}

// owns keeps lines of the kernel's log in the boot log, which other formats
// would begin a block with.
func (b *bootLog) owns(l line) bool { return !b.ended && l.text != bootLogSign }

func (b *bootLog) line(l line) bool {
	if b.ended || l.text == bootLogSign {
		return false
	}
	key, value, _ := strings.Cut(l.text, ": ")
	fields := strings.Fields(value)
	switch key {
	case "end of modscout boot log":
		b.ended = true
	case "kernel":
		b.kernel = value
	case "made for":
		b.madeFor = value
	case "load":
		b.load(l.number, value)
	case "module":
		if len(fields) == 2 && moduleName(fields[0]) != "" {
			b.states[fields[0]] = fields[1]
		}
	case "network":
		if len(fields) == 4 {
			b.ports = append(b.ports, port{l.number, fields[0], moduleName(fields[1]), fields[2], fields[3]})
		}
	case "device":
		b.device(l.number, fields)
	}
	return true
}

// load reads what exec.sh said of one module.
func (b *bootLog) load(number int, text string) {
	if strings.HasPrefix(text, "REFUSED: ") {
		b.refused = true
		return
	}
	file, text, found := strings.Cut(text, " FAILED with status ")
	if _, why, ok := strings.Cut(text, ": "); found && ok && moduleName(file) != "" {
		b.complaints = append(b.complaints, complaint{number, file, why})
	}
}

// device reads "PATH MODALIAS DRIVER", with "-" for no driver.
func (b *bootLog) device(number int, fields []string) {
	if len(fields) != 3 || len(b.devices) >= maxDevices {
		return
	}
	d, ok := parseModalias(fields[1])
	if !ok {
		return
	}
	d.number = number
	if fields[2] != "-" {
		d.Driver = moduleName(fields[2])
	}
	d.place(fields[0])
	b.devices = append(b.devices, d)
}

func (b *bootLog) end(m *merger) {
	m.add(b.devices...)
	m.addMachine(report.Machine{}, b.kernel)
	if !b.ended {
		m.warn(b.number, "unread", "the boot log is not whole: the system stopped, or the stick was pulled out, while it was written")
	}
	b.judgeModules(m)
	b.judgeNetwork(m)
}

// judgeModules says which modules did not load and what that means.
func (b *bootLog) judgeModules(m *merger) {
	if b.refused {
		m.warn(b.number, "boot-refused", fmt.Sprintf("nothing was loaded: the kernel is %s, and the modules are for %s: make the plan again for the platform that this loader boots", printable(b.kernel), printable(b.madeFor)))
		return
	}
	for _, c := range b.complaints {
		m.warn(c.number, "boot-module", fmt.Sprintf("%s did not load: %s", c.file, insmodHint(c.text)))
	}
	absent := 0
	for _, state := range b.states {
		if state == "absent" {
			absent++
		}
	}
	if absent > len(b.complaints) {
		m.warn(b.number, "boot-module", fmt.Sprintf("%d of the plan's %d modules are not in the kernel", absent, len(b.states)))
	}
}

// insmodHints are what busybox's insmod says (modutils/modutils.c, moderror),
// and what to do about it.
var insmodHints = []struct{ sign, hint string }{
	{"invalid module format", "it is built for another kernel than the one that runs: make the plan again for this platform, or report it to the extension's author"},
	{"unknown symbol", "a module that it needs was not loaded before it, or belongs to another kernel"},
	{"no such device", "it found no hardware of its own: the card is another than the plan was made for, or switched off in the firmware setup"},
	{"resource busy", "a driver of the platform has the hardware already: leave the module out with recommend --base"},
	{"no such file", "the file is not in the layer: pack again"},
	{"out of memory", "there was no memory left for it"},
}

// insmodHint says in words of ours why a module did not load: a boot log is a
// stranger's text.
func insmodHint(text string) string {
	text = strings.ToLower(text)
	for _, h := range insmodHints {
		if strings.Contains(text, h.sign) {
			return h.sign + ": " + h.hint
		}
	}
	return "insmod gave a reason that is not known here: read the lines that begin with log:"
}

// judgeNetwork says why there was no network.
func (b *bootLog) judgeNetwork(m *merger) {
	if len(b.ports) == 0 {
		m.warn(b.number, "boot-network", "no network card had a driver: the report shows which cards have none")
	}
	for _, p := range b.ports {
		name := printable(p.name) + " (" + p.driver + ")"
		switch {
		case p.carrier == "1":
			continue
		case p.carrier == "0":
			m.warn(p.number, "boot-network", name+" has its driver and no link: check cable and switch")
		default:
			m.warn(p.number, "boot-network", name+" has its driver, and the system had not switched it on when this was written")
		}
	}
}

// printable returns a word of a kernel's or a port's name, or "?" for what cannot
// be one.
func printable(word string) string {
	if moduleName(strings.ReplaceAll(strings.ReplaceAll(word, "+", "."), "~", ".")) == "" {
		return "?"
	}
	return word
}
