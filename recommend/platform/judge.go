package platform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Judgement is what the curated facts say about one machine on one platform.
type Judgement struct {
	Rejected *plan.Reason          // a loader rules it out, and none states the opposite
	Warnings []plan.Warning        // what to mind
	Reasons  []plan.Reason         // what speaks for it
	Score    []int                 // features that loaders state: GPU, NVMe, disk controller, its own CPU, then fewer warnings of the loader itself; more is better, the first difference decides
	Blocked  map[string]plan.Basis // Device.ID -> why the platform cannot use it
	Stated   map[string]plan.Basis // Device.ID -> who states that the platform drives it
	Cmdline  []string              // what must be on the kernel command line

	own int // warnings that the loader itself states
}

// match is one machine on one platform while rules are asked.
type match struct {
	report   *report.Report
	platform *catalog.Platform
	loader   string
	flavour  *flavour
}

// Judge asks all rules about a machine on a platform under a loader. Platforms
// that the tables do not know, such as a distribution's kernel, are judged by
// nothing.
func Judge(r *report.Report, p *catalog.Platform, loader string) Judgement {
	j := Judgement{Blocked: map[string]plan.Basis{}, Stated: map[string]plan.Basis{}}
	f, known := flavours().Flavours[p.Flavour]
	if !known {
		return j
	}
	m := &match{report: r, platform: p, loader: loader, flavour: f}
	table := rules()
	for i := range table {
		if table[i].When.holds(m) {
			table[i].apply(m, &j)
		}
	}
	j.Score = append(m.features(&j), -j.own)
	return j
}

// features returns the marks that RR's menu would give the platform for this
// machine, in the order that decides, and whether the CPU is the platform's own.
func (m *match) features(j *Judgement) []int {
	score := make([]int, 4)
	mark := func(at int, holds bool, code, text, source string) {
		if holds {
			score[at] = 1
			j.Reasons = append(j.Reasons, plan.Reason{Code: code, Text: text, Source: source})
		}
	}
	gpu, old := m.intelGPU()
	mark(0, gpu && (old && m.flavour.IGPU.Old || !old && m.flavour.IGPU.New),
		"igpu", "its kernel drives this Intel GPU", menuSource)
	mark(1, m.nvme(j), "nvme", "NVMe disks can be used", menuSource)
	cards := slices.DeleteFunc(m.devices([]string{"0104", "0107"}), intelRAID)
	mark(2, len(cards) > 0 && m.flavour.HBA != nil && *m.flavour.HBA,
		"hba", "SAS and RAID controllers can be used", menuSource)
	mark(3, m.officialCPU(), "official-cpu", "the model is sold with this CPU", "PeterSuh-Q3/tinycore-redpill models.json")
	return score
}

const menuSource = "RROrg/rr@e83ec2b files/initrd/opt/rr/menu.sh modelMenu()"

// intelGPU says whether there is an Intel GPU that RR's menu sees (class
// 0300), and whether it is one of the old generation.
func (m *match) intelGPU() (found, old bool) {
	for _, d := range m.devices([]string{"0300"}) {
		if d.VendorID == "8086" {
			return true, slices.Contains(oldGPUs().Old, d.DeviceID)
		}
	}
	return false, false
}

var oldGPUs = mustLoad[struct {
	Source string   `json:"source"`
	Note   string   `json:"note"`
	Old    []string `json:"old"`
}]("igpu.json")

// deepNVMeModels use NVMe disks without a device tree where these hang behind
// a bridge.
var deepNVMeModels = []string{"DS918+", "RS1619xs+", "DS419+", "DS1019+", "DS719+", "DS1621xs+"}

// nvme says whether the platform can use an NVMe disk of the machine, and
// states so for each that it can.
func (m *match) nvme(j *Judgement) bool {
	tree := m.flavour.DeviceTree != nil && *m.flavour.DeviceTree
	listed := slices.ContainsFunc(m.platform.Models, func(model string) bool { return slices.Contains(deepNVMeModels, model) })
	found := false
	for _, d := range m.devices([]string{"0108"}) {
		if tree || listed && behindBridge(d) {
			found = true
			j.Stated[d.ID] = plan.Basis{Layer: "curated", Text: "RR's menu marks the model for NVMe", Source: menuSource}
		}
	}
	return found
}

// behindBridge says whether a PCI function is not on its root bus; RR counts
// the directories of its sysfs path.
func behindBridge(d *report.Device) bool {
	if d.SysfsPath != "" {
		return strings.Count(d.SysfsPath, "/") > 2
	}
	var domain, bus int
	n, _ := fmt.Sscanf(d.ID, "pci:%x:%x:", &domain, &bus)
	return n == 2 && bus > 0
}

// officialCPU says whether the CPU's name holds that of one the model is sold
// with: "Intel(R) Celeron(R) J4125 CPU @ 2.00GHz" and "Intel Celeron J4125".
func (m *match) officialCPU() bool {
	name := strings.Fields(withoutMarks.Replace(m.report.Machine.CPU.ModelName))
	return slices.ContainsFunc(m.flavour.OfficialCPUs, func(official string) bool {
		official, _, _ = strings.Cut(official, " x ")
		for word := range strings.FieldsSeq(official) {
			if !slices.Contains(name, word) {
				return false
			}
		}
		return true
	})
}

var withoutMarks = strings.NewReplacer("(R)", "", "(TM)", "")

// devices lists the PCI devices of some classes.
func (m *match) devices(classes []string) []*report.Device {
	var list []*report.Device
	for i := range m.report.Devices {
		if d := &m.report.Devices[i]; d.Bus == "pci" && hasPrefix(d.Class, classes) {
			list = append(list, d)
		}
	}
	return list
}

// on lists the devices of some buses.
func (m *match) on(buses []string) []*report.Device {
	var list []*report.Device
	for i := range m.report.Devices {
		if d := &m.report.Devices[i]; slices.Contains(buses, d.Bus) {
			list = append(list, d)
		}
	}
	return list
}

// classesKnown says whether every PCI device has a class, and there is one.
func (m *match) classesKnown() bool {
	found := false
	for i := range m.report.Devices {
		if d := &m.report.Devices[i]; d.Bus == "pci" {
			if d.Class == "" {
				return false
			}
			found = true
		}
	}
	return found
}

// intelRAID says whether a device of class 0104 is Intel's VMD or a chipset in
// RAID mode: these are no RAID cards, their disks hang on vmd or ahci.
func intelRAID(d *report.Device) bool {
	return d.VendorID == "8086" && strings.HasPrefix(d.Class, "0104")
}

// lacks says whether the CPU is known not to have a flag.
func (m *match) lacks(flag string) bool {
	flags := m.report.Machine.CPU.Flags
	return len(flags) > 0 && !slices.Contains(flags, flag)
}

// flagDemand is what the loaders say about a flag that the CPU lacks.
type flagDemand struct {
	name   string
	asking []string // loaders that ask for it on this flavour, sorted
	others []string // loaders that state which flags they ask for, and not this one
}

// disputed says whether a loader that states its flags does without this one.
func (f flagDemand) disputed() bool { return len(f.asking) > 0 && len(f.others) > 0 }

// undisputed says whether all loaders that state anything ask for the flag.
func (f flagDemand) undisputed() bool { return len(f.asking) > 0 && len(f.others) == 0 }

// missingFlag returns what is said about a flag that the flavour is said to
// need and the CPU lacks: one that all loaders ask for, else a disputed one.
func (m *match) missingFlag() flagDemand {
	var found flagDemand
	for _, loader := range slices.Sorted(maps.Keys(m.flavour.CPUFlags)) {
		for _, flag := range m.flavour.CPUFlags[loader] {
			if !m.lacks(flag) {
				continue
			}
			if found = m.demand(flag); found.undisputed() {
				return found
			}
		}
	}
	return found
}

func (m *match) demand(flag string) flagDemand {
	demand := flagDemand{name: flag}
	for _, loader := range slices.Sorted(maps.Keys(m.flavour.CPUFlags)) {
		if slices.Contains(m.flavour.CPUFlags[loader], flag) {
			demand.asking = append(demand.asking, loader)
		} else {
			demand.others = append(demand.others, loader)
		}
	}
	return demand
}

// threadsOver returns how many threads the flavour uses where the machine has
// more, else 0.
func (m *match) threadsOver() int {
	threads, most := m.report.Machine.CPU.Threads, m.flavour.MaxThreads["arc"]
	if threads == nil || most == 0 || *threads <= most {
		return 0
	}
	return most
}
