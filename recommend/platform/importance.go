package platform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Kinds of devices that matter only to those who ask for them.
const (
	WantGPU       = "gpu"
	WantSound     = "sound"
	WantWiFi      = "wifi"
	WantBluetooth = "bluetooth"
)

var importance = mustLoad[struct {
	Source  string `json:"source"`
	Classes []struct {
		Bus        string `json:"bus"`
		Class      string `json:"class"` // what the device's kind begins with; the first entry that fits counts
		Importance string `json:"importance"`
		What       string `json:"what"`
	} `json:"classes"`
	Inert   []inertClass `json:"inert"`
	Builtin []struct {
		Class  string `json:"class"`
		Module string `json:"module"` // of Linux, that kernels have built in and so keep no alias table of
		What   string `json:"what"`
	} `json:"builtin"`
	Kernel []string `json:"kernel"`
	Board  []string `json:"board"` // buses
	Names  []struct {
		Word  string `json:"word"` // in the name that pci.ids has for an id
		Class string `json:"class"`
	} `json:"names"`
}]("importance.json")

// Importance says how much a device matters: [plan.Boot], [plan.Wanted] or
// [plan.Optional]. want lists what the user asked for beyond storage and wired
// network ([WantGPU], …). Every wired port is "boot"; that one of them is
// enough is for the caller to count.
//
// A device of unknown kind (a bare id) is wanted: it may be what its owner
// asks about.
func Importance(d *report.Device, want []string) string {
	kind, known := kindOf(d)
	if !known {
		return plan.Wanted
	}
	for _, class := range importance().Classes {
		if class.Bus == d.Bus && strings.HasPrefix(kind, class.Class) {
			return weigh(d, class.Importance, want)
		}
	}
	return plan.Optional
}

func weigh(d *report.Device, level string, want []string) string {
	switch level {
	case plan.Boot:
		if d.Disks != nil && *d.Disks == 0 {
			return plan.Wanted
		}
	case plan.Wanted, plan.Optional:
	default: // a kind that counts where it was asked for
		if !slices.Contains(want, level) {
			return plan.Optional
		}
		return plan.Wanted
	}
	return level
}

// Decisive says whether a device is on a bus where disk controllers and network
// ports are: PCI, or a hypervisor's. A report without such a device, a list of
// USB devices or a processor, tells nothing that a platform stands or falls by.
func Decisive(d *report.Device) bool {
	for _, class := range importance().Classes {
		if class.Bus == d.Bus && class.Importance == plan.Boot {
			return true
		}
	}
	return false
}

// kindOf returns what the importance table classifies a bus's devices by: the
// class code, the virtio device type, the vmbus class id, the name of the Xen
// device.
func kindOf(d *report.Device) (kind string, known bool) {
	switch d.Bus {
	case "pci":
		class := cmp.Or(d.Class, LikelyClass(d))
		return class, class != ""
	case "usb":
		return d.Interface, d.Interface != "" || d.Class != ""
	case "virtio":
		if len(d.Modaliases) == 0 && d.DeviceID != "" { // predicted from ids that were pasted
			return strings.Repeat("0", max(0, 8-len(d.DeviceID))) + d.DeviceID, true
		}
		return between(d, "virtio:d", "v"), len(d.Modaliases) > 0
	case "vmbus", "xen":
		return between(d, d.Bus+":", ""), len(d.Modaliases) > 0
	}
	return "", true
}

// between returns the part of the first modalias between two marks, in lower
// case.
func between(d *report.Device, before, after string) string {
	if len(d.Modaliases) == 0 {
		return ""
	}
	_, rest, _ := strings.Cut(d.Modaliases[0], before)
	if after != "" {
		rest, _, _ = strings.Cut(rest, after)
	}
	return strings.ToLower(rest)
}

// inertClass is a kind of device that needs no driver of its own.
type inertClass struct {
	Bus   string `json:"bus"`   // "usb", of interfaces, or "" for pci
	Class string `json:"class"` // what the class begins with
	What  string `json:"what"`
}

// Inert says whether a device needs no driver: a processor, by its PCI class
// bridges, memory controllers, SMBus and the like, by its USB class an
// interface that the driver of another one takes along. A catalogue that has a
// driver for it knows better.
func Inert(d *report.Device) bool {
	switch d.Bus {
	case "cpu":
		return true
	case "pci":
		return isInert("", d.Class)
	case "usb":
		return isInert("usb", d.Interface)
	}
	return false
}

func isInert(bus, class string) bool {
	return slices.ContainsFunc(importance().Inert, func(c inertClass) bool {
		return c.Bus == bus && strings.HasPrefix(class, c.Class)
	})
}

// LikelyInert is [Inert] for a bare id: the class is not in the report, but
// pci.ids has a name that tells it, as of a host bridge.
func LikelyInert(d *report.Device) bool { return isInert("", LikelyClass(d)) }

// LikelyKernelClass is [KernelClass] for a bare id, likewise.
func LikelyKernelClass(d *report.Device) bool { return hasPrefix(LikelyClass(d), importance().Kernel) }

// KernelClass says whether a device is of a PCI class that such platforms
// drive with their own kernel: IDE, SATA, NVMe and USB hosts. That a pack
// claims the whole class is then no proof that the kernel lacks the driver.
func KernelClass(d *report.Device) bool {
	return d.Bus == "pci" && hasPrefix(d.Class, importance().Kernel)
}

// BuiltinDriver returns the module of Linux that drives a PCI class and that
// every kernel has built in, so that no table tells; "" for other classes.
func BuiltinDriver(d *report.Device) string {
	for _, b := range importance().Builtin {
		if d.Bus == "pci" && strings.HasPrefix(d.Class, b.Class) {
			return b.Module
		}
	}
	return ""
}

// OnBoard says whether a device is a node of the board itself, on ACPI, the
// platform bus and the like: buttons, clocks, timers. Platforms drive what they
// need of these with their own kernel, and a pack that claims them is no proof
// that they do not.
func OnBoard(d *report.Device) bool { return slices.Contains(importance().Board, d.Bus) }

// KernelClasses returns what the classes of [KernelClass] begin with.
func KernelClasses() []string { return slices.Clone(importance().Kernel) }

// hasPrefix says whether class begins with one of the prefixes.
func hasPrefix(class string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(class, prefix) })
}

// LikelyClass returns the PCI class that the name of a bare id points to:
// pci.ids calls 144d:a808 an "NVMe SSD Controller". It is a hint, good for a
// verdict that is [plan.Possible] and no better; "" where the class is known or
// the name points to none.
func LikelyClass(d *report.Device) string {
	if d.Bus != "pci" || d.Class != "" || d.DeviceID == "" {
		return ""
	}
	return classByName(d.Device)
}

// LikelyUSBHost returns the PCI class with the programming interface of a USB
// host that a report has no more than "0c03" of, as lspci prints it without
// -v: the one that its name tells, else xHCI, which hosts of the last ten
// years are. It ranks drivers that are all [plan.Possible] and decides nothing
// else; "" for other devices.
func LikelyUSBHost(d *report.Device) string {
	const usb, xhci = "0c03", "0c0330"
	if d.Bus != "pci" || d.Class != usb {
		return ""
	}
	if class := classByName(d.Device); len(class) > len(usb) && strings.HasPrefix(class, usb) {
		return class
	}
	return xhci
}

// classByName returns the class that a name of pci.ids tells, or "".
func classByName(name string) string {
	for _, n := range importance().Names {
		if strings.Contains(name, n.Word) {
			return n.Class
		}
	}
	return ""
}
