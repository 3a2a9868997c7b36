package scan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jaypipes/ghw"

	"github.com/modscout/modscout/scan/report"
)

// machine reads what is not a device.
func (s *scanner) machine() {
	m := &s.rep.Machine
	m.DMI = s.dmi()
	m.CPU = s.cpu()
	m.MemoryBytes = s.memory()
	m.Firmware = s.firmware(m.CPU)
	m.SecureBoot = s.secureBoot()
	m.Hypervisor = s.hypervisor(m)
}

// dmi reads what names the model. Serial numbers and UUIDs are in the same
// directory and are not read.
func (s *scanner) dmi() report.DMI {
	field := func(name string) string { return s.text("sys/class/dmi/id", name) }
	return report.DMI{
		SysVendor:   field("sys_vendor"),
		ProductName: field("product_name"),
		BoardVendor: field("board_vendor"),
		BoardName:   field("board_name"),
		BIOSVersion: field("bios_version"),
		BIOSDate:    field("bios_date"),
	}
}

// cpu describes the first processor by /proc/cpuinfo; ghw counts the threads
// that are online.
func (s *scanner) cpu() report.CPU {
	first := firstProcessor(s.string("proc/cpuinfo"))
	cpu := report.CPU{
		Vendor:    first["vendor_id"],
		ModelName: first["model name"],
		Family:    number(first["cpu family"]),
		Model:     number(first["model"]),
	}
	if flags := strings.Fields(first["flags"]); len(flags) > 0 {
		slices.Sort(flags)
		cpu.Flags = flags
	}
	s.ask("CPU", func(options ...any) error {
		info, err := ghw.CPU(options...)
		if err == nil && info.TotalHardwareThreads > 0 {
			cpu.Threads = new(int(info.TotalHardwareThreads))
		}
		return err
	})
	if cpu.Threads == nil {
		cpu.Threads = countProcessors(s.string("proc/cpuinfo"))
	}
	return cpu
}

// firstProcessor returns the fields of the first paragraph of /proc/cpuinfo.
func firstProcessor(cpuinfo string) map[string]string {
	fields := map[string]string{}
	paragraph, _, _ := strings.Cut(cpuinfo, "\n\n")
	for line := range strings.Lines(paragraph) {
		name, value, _ := strings.Cut(line, ":")
		fields[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return fields
}

func number(text string) *int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	return &n
}

func countProcessors(cpuinfo string) *int {
	count := 0
	for line := range strings.Lines(cpuinfo) {
		if strings.HasPrefix(line, "processor\t") {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	return &count
}

// memory returns the memory that is installed, in bytes, as far as the kernel
// was given it; where sysfs does not say so, what the kernel has to use.
func (s *scanner) memory() *int64 {
	var total *int64
	s.ask("memory", func(options ...any) error {
		info, err := ghw.Memory(options...)
		if err == nil && info.TotalPhysicalBytes > 0 {
			total = &info.TotalPhysicalBytes
		}
		return err
	})
	return total
}

// ask lets ghw answer a question about the tree. It reads files of strangers
// where the tree is a captured one, so neither its errors nor a panic of its
// parsers may cost more than the answer.
func (s *scanner) ask(what string, question func(options ...any) error) {
	defer func() {
		if p := recover(); p != nil {
			s.rep.Warn("ghw", "", fmt.Sprintf("%s is unknown: ghw: %v", what, p))
		}
	}()
	if !s.plainProc() {
		return
	}
	err := question(ghw.WithChroot(s.opts.Root), ghw.WithDisableTools(), ghw.WithDisableWarnings())
	if err != nil {
		s.rep.Warn("ghw", "", fmt.Sprintf("%s is unknown: ghw: %v", what, err))
	}
}

// plainProc says whether the files that ghw opens by name are files of this
// tree: ghw follows links wherever they lead.
func (s *scanner) plainProc() bool {
	for _, name := range []string{"proc", "proc/cpuinfo", "proc/meminfo", "sys", "sys/devices", "sys/devices/system"} {
		if info, err := s.root.Lstat(name); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
			return false
		}
	}
	return s.exists("proc/meminfo")
}

// firmware tells UEFI by the directory that the kernel makes for it. That it is
// missing means BIOS on a PC only, and only where the rest was captured.
func (s *scanner) firmware(cpu report.CPU) string {
	switch {
	case s.exists("sys/firmware/efi"):
		return "uefi"
	case s.exists("sys/firmware") && cpu.Family != nil:
		return "bios"
	}
	return ""
}

// secureBoot reads the UEFI variable SecureBoot: four bytes of attributes, then
// its value (UEFI 2.10, section 3.3).
func (s *scanner) secureBoot() *bool {
	variable := s.bytes("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c")
	if len(variable) != 5 {
		return nil
	}
	return new(variable[4] == 1)
}

// hypervisor names what the machine runs on. The CPU flag says whether there is
// one at all; the clock it offers says which, else the model's name.
func (s *scanner) hypervisor(m *report.Machine) string {
	if kind := s.text("sys/hypervisor/type"); kind != "" {
		return kind
	}
	if len(m.CPU.Flags) == 0 {
		return ""
	}
	if _, found := slices.BinarySearch(m.CPU.Flags, "hypervisor"); !found {
		return "none"
	}
	clocks := s.text("sys/devices/system/clocksource/clocksource0/available_clocksource")
	for _, sign := range hypervisorSigns {
		if sign.clock != "" && strings.Contains(clocks, sign.clock) || sign.vendor != "" && strings.HasPrefix(m.DMI.SysVendor, sign.vendor) {
			return sign.name
		}
	}
	return ""
}

// hypervisorSigns are the clock sources that the kernel registers for its
// hypervisors and the vendors that they write into DMI.
var hypervisorSigns = []struct{ name, clock, vendor string }{
	{"kvm", "kvm-clock", ""},
	{"microsoft", "hyperv", "Microsoft Corporation"},
	{"xen", "xen", "Xen"},
	{"vmware", "", "VMware"},
	{"oracle", "", "innotek"},
	{"qemu", "", "QEMU"},
}
