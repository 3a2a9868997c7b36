package foreign

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// cpuVendors are what CPUID says of the makers of x86 processors (the kernel's
// arch/x86/kernel/cpu).
var cpuVendors = []string{"GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls", "  Shanghai  ", "Shanghai"}

// setFlags sets the flags of a processor, sorted.
func setFlags(cpu *report.CPU, flags []string) {
	if len(flags) > 0 {
		flags = slices.Clone(flags)
		slices.Sort(flags)
		cpu.Flags = slices.Compact(flags)
	}
}

// cpuInfoField is a line of /proc/cpuinfo (arch/x86/kernel/cpu/proc.c).
var cpuInfoField = pattern(`^([a-zA-Z][\w ./]{0,30}?)\s*:(?:\s+(.*))?$`)

// vendorForm is a maker's name. Sound chips and USB devices have a vendor id,
// too, a number.
var vendorForm = pattern(`^[A-Z][A-Za-z/0-9]+$`)

// cpuInfo is /proc/cpuinfo.
type cpuInfo struct {
	processors int
	siblings   string
	fields     map[string]string // of the first processor
}

func beginCPUInfo(l line) block {
	name, value, _ := strings.Cut(l.text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if (name != "vendor_id" || !vendorForm().MatchString(value)) && (name != "processor" || number(value) == nil) {
		return nil
	}
	c := &cpuInfo{fields: map[string]string{}}
	c.line(l)
	return c
}

func (c *cpuInfo) line(l line) bool {
	m := cpuInfoField().FindStringSubmatch(l.text)
	if m == nil {
		return flagTokens().MatchString(l.text) && c.moreFlags(l.text)
	}
	name, value := m[1], strings.TrimSpace(m[2])
	if name == "processor" {
		c.processors++
	}
	if _, known := c.fields[name]; !known && c.processors <= 1 {
		c.fields[name] = value
	}
	return true
}

// flagTokens is the rest of a list of flags that was broken into lines.
var flagTokens = pattern(`^[a-z0-9_]+(?: [a-z0-9_]+)+$`)

func (c *cpuInfo) moreFlags(text string) bool {
	if c.fields["flags"] == "" || c.fields["bugs"] != "" {
		return c.processors > 1
	}
	c.fields["flags"] += " " + text
	return true
}

// end counts the threads if the paste shows them all, as far as it can be known:
// no package has more siblings than there are processors.
func (c *cpuInfo) end(m *merger) {
	cpu := report.CPU{
		Vendor:    c.fields["vendor_id"],
		ModelName: c.fields["model name"],
		Family:    number(c.fields["cpu family"]),
		Model:     number(c.fields["model"]),
	}
	setFlags(&cpu, strings.Fields(c.fields["flags"]))
	if siblings := number(c.fields["siblings"]); c.processors > 0 && (siblings == nil && c.processors > 1 || siblings != nil && *siblings <= c.processors) {
		cpu.Threads = new(c.processors)
	}
	m.addMachine(report.Machine{CPU: cpu, Hypervisor: guestOf(cpu.Flags)}, "")
}

// guestOf says that there is no hypervisor where the flags do; which one it is
// they do not.
func guestOf(flags []string) string {
	if _, guest := slices.BinarySearch(flags, "hypervisor"); guest || len(flags) == 0 {
		return ""
	}
	return "none"
}

// The output of lscpu (util-linux). Its labels are translated, so values that
// are unmistakable count whatever stands before them.
var (
	lscpuField = pattern(`^([^:]{2,40}):\s*(.*)$`)
	cpuModel   = pattern(`^(?:Intel\(R\)|AMD |Genuine Intel|QEMU Virtual CPU|Common KVM processor|Hygon )`)
)

// architectures are what lscpu says of a machine in its first line.
var architectures = []string{"x86_64", "i386", "i486", "i586", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x", "riscv64"}

// lscpu holds the fields of lscpu.
type lscpu struct {
	cpu        report.CPU
	flags      []string
	hypervisor string
}

func beginLscpu(l line) block {
	label, value, ok := strings.Cut(l.text, ":")
	value = strings.TrimSpace(value)
	if !ok || !slices.Contains(architectures, value) && (label != "Vendor ID" || !vendorForm().MatchString(value)) {
		return nil
	}
	c := &lscpu{}
	c.line(l)
	return c
}

func (c *lscpu) line(l line) bool {
	m := lscpuField().FindStringSubmatch(l.text)
	if m == nil {
		if len(c.flags) > 0 && flagTokens().MatchString(l.text) {
			c.flags = append(c.flags, strings.Fields(l.text)...)
			return true
		}
		return false
	}
	if len(idsOf(l.text)) > 0 {
		return false // prose
	}
	c.field(strings.TrimSpace(m[1]), strings.TrimSpace(m[2]))
	return true
}

func (c *lscpu) field(label, value string) {
	switch {
	case slices.Contains(cpuVendors, value):
		c.cpu.Vendor = value
	case strings.HasPrefix(value, "fpu "):
		c.flags = strings.Fields(value)
	case cpuModel().MatchString(value) && label != "BIOS Model name":
		c.cpu.ModelName = value
	}
	switch label {
	case "Vendor ID":
		if vendorForm().MatchString(value) {
			c.cpu.Vendor = value
		}
	case "Model name":
		c.cpu.ModelName = value
	case "CPU family":
		c.cpu.Family = number(value)
	case "Model":
		c.cpu.Model = number(value)
	case "CPU(s)":
		c.cpu.Threads = number(value)
	case "Hypervisor vendor":
		c.hypervisor = guests[lower(value)]
	}
}

func (c *lscpu) end(m *merger) {
	setFlags(&c.cpu, c.flags)
	if c.hypervisor == "" {
		c.hypervisor = guestOf(c.cpu.Flags)
	}
	m.addMachine(report.Machine{CPU: c.cpu, Hypervisor: c.hypervisor}, "")
}

// readLscpuJSON reads lscpu -J: a tree of labels and values since util-linux
// 2.38, a list before.
func readLscpuJSON(m *merger, data []byte) error {
	var doc struct {
		Fields []lscpuNode `json:"lscpu"`
	}
	if err := unmarshal(data, &doc); err != nil {
		return err
	}
	c := &lscpu{}
	c.nodes(doc.Fields, 0)
	c.end(m)
	return nil
}

// lscpuNode is a field of lscpu -J.
type lscpuNode struct {
	Field    string      `json:"field"`
	Data     string      `json:"data"`
	Children []lscpuNode `json:"children"`
}

func (c *lscpu) nodes(nodes []lscpuNode, depth int) {
	const deepest = 8
	for _, n := range nodes {
		c.field(strings.TrimSuffix(n.Field, ":"), n.Data)
		if depth < deepest {
			c.nodes(n.Children, depth+1)
		}
	}
}
