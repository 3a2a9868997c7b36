package foreign

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// Lines of the kernel's log, wherever they stand behind a time stamp, a level or
// syslog's "host kernel:". The forms are those of pci_setup_device in
// drivers/pci/probe.c (before Linux 3.4 without "type"), of announce_device in
// drivers/usb/core/hub.c, of dmi_format_ids in drivers/firmware/dmi_scan.c, of
// x86's smp_prepare_cpus and init_hypervisor_platform, and of
// ahci_remap_init in drivers/ata/ahci.c.
var (
	logPCI    = pattern(`\bpci ([0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]): (?:found )?\[([0-9a-f]{4})[:/]([0-9a-f]{4})\](?: .*?class (?:0x)?([0-9a-f]{6})\b)?`)
	logCut    = pattern(`\bpci ([0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]): \[[0-9a-f]{0,4}(?::[0-9a-f]{0,4})?\.*$`)
	logUSB    = pattern(`\busb ((?:usb\d+|\d+-\d+(?:\.\d+)*)): New USB device found, idVendor=([0-9a-f]{4}), idProduct=([0-9a-f]{4})(?:, bcdDevice=\s*([0-9a-f.]+))?`)
	logNumber = pattern(`\busb ((\d+)-\d+(?:\.\d+)*): new .*USB device (?:number|using \S+ and address) (\d+)\b`)
	logGone   = pattern(`\busb (\d+-\d+(?:\.\d+)*): USB disconnect`)
	logLinux  = pattern(`\bLinux version (\S+) \(`)
	logCPU    = pattern(`\bsmpboot: CPU0: (.*?) \(family: 0x([0-9a-f]+), model: 0x([0-9a-f]+)`)
	logBIOS   = pattern(`\bDMI: .*, BIOS (\S.*?) (\d\d/\d\d/\d{4})$`)
	logSecure = pattern(`\b[Ss]ecure ?boot:? (?:Secure boot )?(enabled|disabled)\b`)
	logGuest  = pattern(`\bHypervisor detected: (\S+)`)
	logRemap  = pattern(`\bahci ([0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]): Found (\d+) remapped NVMe devices`)
)

// logForms are the lines that count, each with a part that is looked for first:
// most lines of a log are others.
var logForms = []struct {
	sign string
	form func() *regexp.Regexp
	read func(at int, m []string) block
}{
	{"pci ", logPCI, readLogPCI},
	{"pci ", logCut, readLogCut},
	{"New USB device found", logUSB, readLogUSB},
	{"New USB device found", pattern(`\busb .*New USB device found.*`), readLogCutUSB},
	{" USB device ", logNumber, readLogNumber},
	{"USB disconnect", logGone, readLogGone},
	{"Linux version ", logLinux, func(_ int, m []string) block { return &facts{kernel: m[1]} }},
	{"smpboot: CPU0:", logCPU, readLogCPU},
	{"DMI: ", logBIOS, func(_ int, m []string) block {
		return &facts{Machine: report.Machine{DMI: report.DMI{BIOSVersion: m[1], BIOSDate: m[2]}}}
	}},
	{"efi: EFI v", pattern(`\befi: EFI v\d`), func(int, []string) block {
		return &facts{Machine: report.Machine{Firmware: "uefi"}}
	}},
	{"ecure", logSecure, func(_ int, m []string) block {
		return &facts{Machine: report.Machine{SecureBoot: new(m[1] == "enabled")}}
	}},
	{"Hypervisor detected", logGuest, readLogGuest},
	{"remapped NVMe", logRemap, readLogRemap},
}

// facts is a block of one line that says something of the machine.
type facts struct {
	report.Machine
	kernel string
}

func (*facts) line(line) bool { return false }

func (f *facts) end(m *merger) { m.addMachine(f.Machine, f.kernel) }

// action is a block of one line that does something else.
type action func(m *merger)

func (action) line(line) bool { return false }

func (a action) end(m *merger) { a(m) }

func beginDmesg(l line) block {
	for _, f := range logForms {
		if !strings.Contains(l.text, f.sign) {
			continue
		}
		if m := f.form().FindStringSubmatch(l.text); m != nil {
			return f.read(l.number, m)
		}
	}
	return nil
}

// announced is a device that the kernel announces. At one address the last one
// counts: it came in the place of the others, or in a later boot.
type announced found

// logClass is the rest of a line that broke before the class.
var logClass = pattern(`^(?:class )?0x([0-9a-f]{6})\b`)

func (a *announced) line(l line) bool {
	m := logClass().FindStringSubmatch(l.text)
	if m == nil || a.Bus != "pci" || a.Class != "" {
		return false
	}
	a.Class = m[1]
	return true
}

func (a *announced) end(m *merger) {
	m.forget(a.ID)
	if _, listed := m.index[a.ID]; !listed {
		m.logged[a.ID] = true
	}
	m.add(found(*a))
}

func readLogPCI(at int, m []string) block {
	return &announced{number: at, Device: report.Device{ID: "pci:" + address(m[1]), Bus: "pci", VendorID: m[2], DeviceID: m[3], Class: m[4]}}
}

func readLogCut(at int, m []string) block {
	return action(func(to *merger) {
		to.warn(at, "cut-id", fmt.Sprintf("the id of pci:%s is cut off", address(m[1])))
	})
}

// brokenUSB is the first part of a line that announces a USB device.
type brokenUSB struct {
	number int
	text   string
	whole  block
}

func readLogCutUSB(at int, m []string) block { return &brokenUSB{number: at, text: m[0]} }

func (b *brokenUSB) line(l line) bool {
	m := logUSB().FindStringSubmatch(b.text + " " + l.text)
	if m == nil || b.whole != nil {
		return false
	}
	b.whole = readLogUSB(b.number, m)
	return true
}

func (b *brokenUSB) end(m *merger) {
	if b.whole == nil {
		m.warn(b.number, "cut-id", "the ids of a USB device are cut off")
		return
	}
	b.whole.end(m)
}

func readLogUSB(at int, m []string) block {
	return &announced{number: at, Device: report.Device{ID: "usb:" + m[1], Bus: "usb", VendorID: m[2], DeviceID: m[3], Revision: bcdID(m[4])}}
}

// readLogNumber notes under which number other lists have a device.
func readLogNumber(_ int, m []string) block {
	return action(func(to *merger) { to.places[usbID(m[2], m[3])] = "usb:" + m[1] })
}

// readLogGone forgets a device that was unplugged.
func readLogGone(_ int, m []string) block {
	return action(func(to *merger) { to.forget("usb:" + m[1]) })
}

func readLogCPU(_ int, m []string) block {
	cpu := report.CPU{ModelName: strings.TrimSpace(m[1]), Family: hexNumber(m[2]), Model: hexNumber(m[3])}
	return &facts{Machine: report.Machine{CPU: cpu}}
}

func hexNumber(text string) *int {
	var n int
	if _, err := fmt.Sscanf(text, "%x", &n); err != nil {
		return nil
	}
	return &n
}

// guests are the hypervisors by the names that tools give them, with ours.
var guests = map[string]string{
	"kvm": "kvm", "qemu": "qemu", "vmware": "vmware", "xen": "xen", "oracle": "oracle", "none": "none",
	"microsoft": "microsoft", "microsoft hyper-v": "microsoft",
}

func readLogGuest(_ int, m []string) block {
	return &facts{Machine: report.Machine{Hypervisor: guests[strings.ToLower(m[1])]}}
}

// readLogRemap warns of disks that the firmware hides, as a scan does.
func readLogRemap(_ int, m []string) block {
	return action(func(to *merger) {
		to.remark("raid-remap", "pci:"+address(m[1]), fmt.Sprintf("the firmware hides %s NVMe disk(s) behind this controller; Linux cannot reach them: set SATA mode to AHCI in the firmware setup", m[2]))
	})
}
