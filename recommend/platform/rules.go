package platform

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// rule is one statement of a loader about machines and platforms.
type rule struct {
	ID     string    `json:"id"`
	Effect string    `json:"effect"` // "reject", "warn", "block" (devices of the classes), "state" (devices on the buses), "reason" or "cmdline"
	Loader string    `json:"loader"` // that states it; "": each for its own flavours
	When   condition `json:"when"`   // all that is set must hold
	Text   string    `json:"text"`   // {flavour}, {flag} and {max} are filled in
	Source string    `json:"source"`
}

// condition is what a rule asks. A question that the report cannot answer does
// not hold: an absent fact rejects nothing.
type condition struct {
	OS          string   `json:"os"`       // this version or newer
	OSBelow     string   `json:"os_below"` // an older one
	KernelFrom  int      `json:"kernel_from"`
	KernelBelow int      `json:"kernel_below"`
	DeviceTree  bool     `json:"device_tree"`
	Loaders     []string `json:"loaders"` // the rule is about these only
	Flavours    []string `json:"flavours"`
	NotFlavours []string `json:"not_flavours"`
	NoX2APIC    bool     `json:"nox2apic"`            // the flavour must boot without x2apic
	Lacks       string   `json:"lacks"`               // CPU flag
	Has         string   `json:"has"`                 // CPU flag
	FlavourFlag bool     `json:"lacks_flavour_flag"`  // a CPU flag that all loaders ask for on the flavour
	DisputeFlag bool     `json:"lacks_disputed_flag"` // one that some ask for, and others expressly do not
	ThreadsOver bool     `json:"threads_over"`        // more threads than the flavour uses
	Hypervisor  string   `json:"hypervisor"`
	Firmware    string   `json:"firmware"`
	Class       []string `json:"class"`    // a PCI device of one of these is there
	Bus         []string `json:"bus"`      // a device on one of these is there
	NoClass     []string `json:"no_class"` // none is, and every PCI device's class is known
}

var rules = mustLoad[[]rule]("rules.json")

// holds says whether all that the condition asks is so.
func (c *condition) holds(m *match) bool {
	return c.platformHolds(m) && c.machineHolds(m)
}

func (c *condition) platformHolds(m *match) bool {
	major := leading(m.platform.KernelVersion)
	return (c.OS == "" || m.platform.OSVersion != "" && compareVersions(m.platform.OSVersion, c.OS) >= 0) &&
		(c.OSBelow == "" || m.platform.OSVersion != "" && compareVersions(m.platform.OSVersion, c.OSBelow) < 0) &&
		(c.KernelFrom == 0 || major >= c.KernelFrom) &&
		(c.KernelBelow == 0 || major > 0 && major < c.KernelBelow) &&
		(!c.DeviceTree || m.flavour.DeviceTree != nil && *m.flavour.DeviceTree) &&
		(c.Loaders == nil || slices.Contains(c.Loaders, m.loader)) &&
		(c.Flavours == nil || slices.Contains(c.Flavours, m.platform.Flavour)) &&
		!slices.Contains(c.NotFlavours, m.platform.Flavour) &&
		(!c.NoX2APIC || m.flavour.NeedsNoX2APIC)
}

func (c *condition) machineHolds(m *match) bool {
	machine := &m.report.Machine
	return (c.Lacks == "" || m.lacks(c.Lacks)) &&
		(c.Has == "" || slices.Contains(machine.CPU.Flags, c.Has)) &&
		(!c.FlavourFlag || m.missingFlag().undisputed()) &&
		(!c.DisputeFlag || m.missingFlag().disputed()) &&
		(!c.ThreadsOver || m.threadsOver() > 0) &&
		(c.Hypervisor == "" || machine.Hypervisor == c.Hypervisor) &&
		(c.Firmware == "" || machine.Firmware == c.Firmware) &&
		(c.Class == nil || len(m.devices(c.Class)) > 0) &&
		(c.Bus == nil || len(m.on(c.Bus)) > 0) &&
		(c.NoClass == nil || m.classesKnown() && len(m.devices(c.NoClass)) == 0)
}

// apply adds what a rule that holds says to the judgement.
func (r *rule) apply(m *match, j *Judgement) {
	text := m.fillIn(r.Text)
	switch r.Effect {
	case "reject":
		j.Rejected = cmp.Or(j.Rejected, &plan.Reason{Code: r.ID, Text: text, Source: r.Source})
	case "warn":
		j.Warnings = append(j.Warnings, plan.Warning{Code: r.ID, Text: text, Source: r.Source})
		if r.Loader == m.loader || r.When.DisputeFlag && slices.Contains(m.missingFlag().asking, m.loader) {
			j.own++
		}
	case "reason":
		j.Reasons = append(j.Reasons, plan.Reason{Code: r.ID, Text: text, Source: r.Source})
	case "cmdline":
		r.addCmdline(m, j, text)
	case "state":
		for _, d := range m.on(r.When.Bus) {
			j.Stated[d.ID] = plan.Basis{Layer: "curated", Text: text, Source: r.Source}
		}
	case "block":
		for _, d := range m.devices(r.When.Class) {
			if !intelRAID(d) {
				j.Blocked[d.ID] = plan.Basis{Layer: "curated", Text: text, Source: r.Source}
			}
		}
	}
}

// addCmdline adds a kernel parameter. The loader that states the rule sets it
// itself; for another one it is the user's job.
func (r *rule) addCmdline(m *match, j *Judgement, parameter string) {
	j.Cmdline = append(j.Cmdline, parameter)
	if r.Loader != m.loader {
		j.Warnings = append(j.Warnings, plan.Warning{
			Code: "cmdline", Text: "add " + parameter + " to the kernel command line; " + r.Loader + " does so for " + m.platform.Flavour,
			Hint: "extra_cmdline in user_config.json", Source: r.Source,
		})
	}
}

// fillIn replaces the names in braces in a rule's text.
func (m *match) fillIn(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	flag := m.missingFlag()
	return strings.NewReplacer(
		"{flavour}", m.platform.Flavour, "{max}", strconv.Itoa(m.threadsOver()),
		"{flag}", flag.name,
		"{asking}", strings.Join(flag.asking, ", "), "{others}", strings.Join(flag.others, ", "),
	).Replace(text)
}

// majorMinor shortens "7.2.1" to "7.2".
func majorMinor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

func leading(version string) int {
	major, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(major)
	return n
}

// compareVersions orders dotted numbers.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		i, _ := strconv.Atoi(x)
		j, _ := strconv.Atoi(y)
		if i != j {
			return cmp.Compare(i, j)
		}
	}
	return 0
}
