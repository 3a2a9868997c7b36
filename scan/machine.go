package scan

import (
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
	m.ACPITables = s.acpiTables()
	m.Identifiers = s.identifyMachine()
}

// dmi reads what names the model. Serial numbers and UUIDs are in the same
// directory and are not read.
func (s *scanner) dmi() report.DMI {
	field := func(name string) string { return s.text("sys/class/dmi/id", name) }
	return report.DMI{
		SysVendor:      field("sys_vendor"),
		ProductName:    field("product_name"),
		ProductVersion: field("product_version"),
		BoardVendor:    field("board_vendor"),
		BoardName:      field("board_name"),
		BIOSVersion:    field("bios_version"),
		BIOSDate:       field("bios_date"),
		ChassisType:    s.number(10, "sys/class/dmi/id/chassis_type"),
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
// was given it; where sysfs does not say so, what the kernel has to use. ghw
// would count too, but opens a file of each block, of which servers have
// thousands.
func (s *scanner) memory() *int64 {
	if total := s.memoryBlocks(); total != nil {
		return total
	}
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

// memoryBlocks counts the kernel's blocks of memory, which are of one size (the
// kernel's Documentation/admin-guide/mm/memory-hotplug.rst), online or not. It
// returns bytes, nil where the kernel does not show them.
func (s *scanner) memoryBlocks() *int64 {
	const dir = "sys/devices/system/memory"
	size, err := strconv.ParseInt(s.text(dir, "block_size_bytes"), 16, 48)
	if err != nil {
		return nil
	}
	count := 0
	for _, name := range s.names(dir) {
		if number, found := strings.CutPrefix(name, "memory"); found && number != "" && strings.Trim(number, "0123456789") == "" {
			count++
		}
	}
	if count == 0 || size <= 0 {
		return nil
	}
	return new(size * int64(count))
}

// acpiTables lists the signatures of the firmware's tables. The tables
// themselves, some with serial numbers in them, are not read.
func (s *scanner) acpiTables() []string {
	const signature = 4 // characters; the kernel numbers tables of one kind
	var list []string
	for _, name := range s.names("sys/firmware/acpi/tables") {
		if len(name) >= signature && strings.ToUpper(name) == name {
			list = append(list, name[:signature])
		}
	}
	return slices.Compact(list)
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
