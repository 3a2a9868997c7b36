package foreign

import (
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// dmidecode prints a record as "Handle 0x…", a title, and indented fields; with
// -q there are no handles. It is not translated. Serial numbers, UUIDs and asset
// tags stand beside what is read here, and are not.
var (
	dmiHandle = pattern(`(?i)^Handle 0x[0-9a-f]{4}`)
	dmiField  = pattern(`^([A-Z][\w /.()-]{1,40}):\s*(.*)$`)
	dmiCPUID  = pattern(`\bFamily (\d+), Model (\d+)\b`)
	dmiSize   = pattern(`^(\d{1,7}) (kB|KB|MB|GB|TB)$`)
)

// dmiTitles are the records that count, and what to do with their fields.
var dmiTitles = map[string]func(r *report.Machine, name, value string){
	"BIOS Information":       dmiBIOS,
	"System Information":     dmiSystem,
	"Base Board Information": dmiBoard,
	"Processor Information":  dmiCPU,
	"Memory Device":          dmiMemory,
}

// dmiBlock is one record.
type dmiBlock struct {
	title   string
	machine report.Machine
}

func beginDMI(l line) block {
	if isHandle(l.text) {
		return &dmiBlock{}
	}
	if dmiTitles[l.text] != nil {
		return &dmiBlock{title: l.text}
	}
	return nil
}

func isHandle(text string) bool {
	return strings.HasPrefix(text, "Handle") && dmiHandle().MatchString(text)
}

func (b *dmiBlock) line(l line) bool {
	m := dmiField().FindStringSubmatch(l.text)
	switch {
	case isHandle(l.text):
		return false
	case m != nil:
		if read := dmiTitles[b.title]; read != nil && m[2] != "Not Specified" {
			read(&b.machine, m[1], strings.TrimSpace(m[2]))
		}
		return true
	case b.title == "" && !isPrompt(l.text):
		b.title = l.text
		return true
	}
	return l.indent > 0
}

func (b *dmiBlock) end(m *merger) {
	if size := b.machine.MemoryBytes; size != nil {
		m.addMemory(*size)
		b.machine.MemoryBytes = nil
	}
	m.addMachine(b.machine, "")
}

func dmiBIOS(r *report.Machine, name, value string) {
	switch name {
	case "Version":
		r.DMI.BIOSVersion = value
	case "Release Date":
		r.DMI.BIOSDate = value
	}
}

func dmiSystem(r *report.Machine, name, value string) {
	switch name {
	case "Manufacturer":
		r.DMI.SysVendor = value
	case "Product Name":
		r.DMI.ProductName = value
	}
}

func dmiBoard(r *report.Machine, name, value string) {
	switch name {
	case "Manufacturer":
		r.DMI.BoardVendor = value
	case "Product Name":
		r.DMI.BoardName = value
	}
}

// dmiCPU reads the model and its numbers; the vendor is spelled as the firmware
// likes.
func dmiCPU(r *report.Machine, name, value string) {
	switch name {
	case "Version":
		if cpuModel().MatchString(value) {
			r.CPU.ModelName = value
		}
	case "Signature":
		if m := dmiCPUID().FindStringSubmatch(value); m != nil {
			r.CPU.Family, r.CPU.Model = number(m[1]), number(m[2])
		}
	}
}

// dmiMemory reads the size of a memory module.
func dmiMemory(r *report.Machine, name, value string) {
	m := dmiSize().FindStringSubmatch(value)
	if name != "Size" || m == nil {
		return
	}
	shift := map[string]uint{"kB": 10, "KB": 10, "MB": 20, "GB": 30, "TB": 40}[m[2]]
	size, err := strconv.ParseInt(m[1], 10, 64)
	if err == nil {
		r.MemoryBytes = new(size << shift)
	}
}
