package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// use is the headline. It says "probably" where a device that the boot needs,
// or may need, rests on less than a statement.
func use(p *plan.Plan) string {
	if undecided(p) {
		return "undecided: no disk controller and no network port is known here by its ids, so every platform is as good"
	}
	text := p.Platform.ID
	if p.Platform.Model != "" {
		text = fmt.Sprintf("%s %s (%s)", p.Platform.Model, p.Platform.OSVersion, p.Platform.ID)
	}
	if probably(p) {
		text = "probably " + text
	}
	return fmt.Sprintf("%s, kernel %s, %s", text, cmp.Or(p.Platform.Kernel, "unknown"), modules(p))
}

func probably(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Devices, func(d plan.Device) bool {
		boot := d.Importance == plan.Boot || d.Importance == plan.Wanted && d.Verdict == plan.NotKnown
		return boot && d.Certainty != plan.Known && d.Certainty != plan.Stated
	})
}

// undecided says whether nothing speaks for any platform: a list of names only,
// or of ids that nobody knows, or of no device that decides.
func undecided(p *plan.Plan) bool {
	if r := p.Platform.Reasons; len(r) > 0 && r[0].Code == "undecided" {
		return true
	}
	unknown := false
	for i := range p.Devices {
		switch p.Devices[i].Verdict {
		case plan.NotKnown:
			unknown = unknown || p.Devices[i].Importance != plan.Optional
		case plan.Inert:
		default:
			return false
		}
	}
	return unknown
}

// modules counts what is to be added; a pack or a kernel package is there
// anyway.
func modules(p *plan.Plan) string {
	switch {
	case len(p.Modules) == 0:
		return "no module to add"
	case isPack(p.Modules[0].Extension):
		return plural(len(p.Modules), "module")
	}
	return plural(len(p.Modules), "module") + " to add"
}

// isPack says whether an extension is all that a platform ships: its id is
// that platform's, "rr:geminilakenk-7.2".
func isPack(extension string) bool { return strings.Contains(extension, ":") }

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func why(p *plan.Plan) string {
	var texts []string
	for _, reason := range p.Platform.Reasons {
		texts = append(texts, reason.Text)
	}
	return strings.Join(texts, "; ")
}

// steps joins the steps; a menu that the step before was in is not repeated.
func steps(p *plan.Plan) string {
	var texts []string
	last := ""
	for _, step := range p.Steps {
		menu, item, found := strings.Cut(step.Where, " > ")
		if !found || menu != last {
			item = step.Where
		}
		last = menu
		texts = append(texts, item+": "+step.Text)
	}
	return strings.Join(texts, " | ")
}

// stopCodes are the warnings about what must be changed before anything can
// work.
var stopCodes = []string{"raid-remap", "vmd", "platform-rejected", "hyperv-custom", "xen-custom", "bromolow-bios", "cmdline"}

// stops lists what a person must change before the platform works, of each
// device once.
func stops(p *plan.Plan, r *report.Report) []string {
	var list []string
	said := map[string]bool{}
	find := finder(r)
	for i := range p.Warnings {
		if w := &p.Warnings[i]; slices.Contains(stopCodes, w.Code) {
			list = append(list, about(w, find))
			said[w.Device] = true
		}
	}
	for _, d := range p.Devices {
		if d.Verdict == plan.Blocked && !said[d.ID] {
			list = append(list, ids(find(d.ID))+": "+d.Why)
		}
	}
	return list
}

// notes lists the other warnings, but for what a device's line says already.
func notes(p *plan.Plan, r *report.Report) []string {
	var list []string
	find := finder(r)
	for i := range p.Warnings {
		w := &p.Warnings[i]
		if !slices.Contains(stopCodes, w.Code) && w.Code != "boot-device-assumed" && w.Code != "possible-match" {
			list = append(list, about(w, find))
		}
	}
	if text := firmwarePackages(p); text != "" {
		list = append(list, text)
	}
	return list
}

// firmwarePackages names the distribution's packages that the drivers' firmware
// is in, "" where none is needed; a loader brings its own.
func firmwarePackages(p *plan.Plan) string {
	if p.Platform.Loader != "linux" {
		return ""
	}
	var packages []string
	for _, f := range p.Firmware {
		if f.Package != "" {
			packages = append(packages, fmt.Sprintf("%s (%s)", f.Package, f.Module))
		}
	}
	if len(packages) == 0 {
		return ""
	}
	return "firmware that the drivers may ask for is in " + some(distinct(packages), 4)
}

// refusals lists the drivers that there are and that cannot be used.
func refusals(p *plan.Plan, r *report.Report) []string {
	var list []string
	find := finder(r)
	for _, d := range matter(p) {
		if text := refused(d); text != "" {
			list = append(list, ids(find(d.ID))+": "+text)
		}
	}
	return distinct(list)
}

// refused says why the first module that claims a device is no driver for it
// here, "" where it has one or nothing claims it.
func refused(d *plan.Device) string {
	if d.Verdict != plan.Missing || len(d.Candidates) == 0 || d.Candidates[0].Why == d.Why {
		return ""
	}
	c := &d.Candidates[0]
	return fmt.Sprintf("%s of %s is no driver here: %s", c.Module, c.Extension, c.Why)
}

// about is the text of a warning, with the device that it is about and what to
// do.
func about(w *plan.Warning, find func(id string) *report.Device) string {
	text := w.Text
	if w.Device != "" {
		text = ids(find(w.Device)) + ": " + text
	}
	if w.Hint != "" {
		text += ": " + w.Hint
	}
	return text
}

// nexts lists the steps that a person can take.
func nexts(p *plan.Plan) []string {
	var list []string
	for _, next := range p.Next {
		list = append(list, next.Text)
	}
	return list
}

// folded counts the devices without a line.
func folded(p *plan.Plan, n int) string {
	if n == 0 {
		return ""
	}
	lacking := 0
	for i := range p.Devices {
		if d := &p.Devices[i]; d.Importance == plan.Optional && rank(d) == 0 {
			lacking++
		}
	}
	text := plural(n, "other device")
	if lacking > 0 {
		text += fmt.Sprintf(", %d without a driver", lacking)
	}
	return text
}

func proof(p *plan.Plan) string {
	if p.Proof.Optimal {
		return "Smallest set of modules, proven"
	}
	return fmt.Sprintf("Not proven to be the smallest set: at least %d", p.Proof.LowerBound)
}

func date(p *plan.Plan) string {
	if len(p.Catalogs) == 0 {
		return "?"
	}
	return p.Catalogs[0].Date
}

// sources names the data that a plan rests on.
func sources(p *plan.Plan) string {
	var data []string
	for _, c := range p.Catalogs {
		data = append(data, fmt.Sprintf("%s of %s", c.Name, c.Date))
	}
	return "Data: " + some(data, 2)
}

// some joins the first few of a list and counts the rest.
func some(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// machineOf is the first line of a plan, which does not hold the machine.
func machineOf(p *plan.Plan, r *report.Report) string {
	if len(r.Devices) == 0 && len(p.Devices) > 0 {
		return "a machine of " + plural(len(p.Devices), "device") + ", plan " + abbreviated(p.ID)
	}
	return Machine(r)
}

// Machine describes the machine of a report in one line.
func Machine(r *report.Report) string {
	m := &r.Machine
	board := strings.TrimSpace(cmp.Or(m.DMI.BoardVendor, m.DMI.SysVendor) + " " + cmp.Or(m.DMI.BoardName, m.DMI.ProductName))
	parts := []string{cmp.Or(clip(board, boardWidth), "Unnamed machine")}
	if m.CPU.ModelName != "" {
		parts = append(parts, cpuName(m.CPU.ModelName))
	}
	if m.CPU.Threads != nil {
		parts = append(parts, plural(*m.CPU.Threads, "thread"))
	}
	if m.MemoryBytes != nil {
		parts = append(parts, fmt.Sprintf("%.1f GB", float64(*m.MemoryBytes)/(1<<30)))
	}
	if m.Firmware != "" {
		parts = append(parts, strings.ToUpper(m.Firmware))
	}
	if m.Hypervisor != "" && m.Hypervisor != "none" {
		parts = append(parts, "guest of "+m.Hypervisor)
	}
	return strings.Join(parts, ", ")
}

// boardWidth leaves room for the rest of the machine on its line.
const boardWidth = 30

// cpuName leaves out what tells nobody anything: "Intel Core i5-2500" of
// "Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz".
func cpuName(model string) string {
	model, _, _ = strings.Cut(model, "@")
	model = strings.NewReplacer("(R)", "", "(TM)", "", "(tm)", "", " CPU", "").Replace(model)
	return strings.Join(strings.Fields(model), " ")
}
