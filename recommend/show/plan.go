package show

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Plan writes the answer as one screen: the machine, what to use and why, what
// to choose in the loader's menus, what must be changed first, a line for each
// device that matters, and which data all of it rests on. What does not fit is
// counted and named, never dropped in silence.
func Plan(w io.Writer, p *plan.Plan, r *report.Report, options Options) error {
	width, height := options.size()
	top, bottom := &page{width: width}, &page{width: width}
	top.head(p, r)
	bottom.foot(p)
	middle := &page{width: width}
	middle.devices(p, r, height-1-len(top.lines)-len(bottom.lines))
	top.lines = slices.Concat(top.lines, middle.lines, bottom.lines)
	return top.writeTo(w)
}

func (pg *page) head(p *plan.Plan, r *report.Report) {
	pg.line("%s", Machine(r))
	pg.labelled("USE", use(p), 2)
	if len(p.Platform.Equal) > 0 {
		pg.labelled("", fmt.Sprintf("as good: %s", some(p.Platform.Equal, 4)), 2)
	}
	if text := why(p); text != "" {
		pg.labelled("WHY", text, 3)
	}
	if len(p.Steps) > 0 {
		pg.labelled("DO", steps(p), 3)
	}
	list := stops(p, r)
	for i, stop := range list {
		if i == 3 {
			pg.labelled("STOP", fmt.Sprintf("and %d more, in the plan's warnings", len(list)-i), 1)
			break
		}
		pg.labelled("STOP", stop, 2)
	}
	pg.line("")
}

// use is the headline. It says "probably" where a device that the boot needs
// rests on less than a statement.
func use(p *plan.Plan) string {
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
		return d.Importance == plan.Boot && d.Certainty != plan.Known && d.Certainty != plan.Stated
	})
}

func modules(p *plan.Plan) string {
	switch n := len(p.Modules); n {
	case 0:
		return "no module to add"
	case 1:
		return "1 module"
	default:
		return fmt.Sprintf("%d modules", n)
	}
}

func why(p *plan.Plan) string {
	var texts []string
	for _, reason := range p.Platform.Reasons {
		texts = append(texts, reason.Text)
	}
	return strings.Join(texts, "; ")
}

func steps(p *plan.Plan) string {
	var texts []string
	for _, step := range p.Steps {
		texts = append(texts, step.Where+": "+step.Text)
	}
	return strings.Join(texts, " | ")
}

// stopCodes are the warnings about what must be changed before anything can
// work: of the report, and of the plan.
var stopCodes = []string{"raid-remap", "vmd", "platform-rejected", "hyperv-custom", "cmdline"}

// stops lists what a person must change before the platform works.
func stops(p *plan.Plan, r *report.Report) []string {
	var list []string
	for _, w := range r.Source.Warnings {
		if slices.Contains(stopCodes, w.Code) {
			list = append(list, w.Text)
		}
	}
	for _, w := range p.Warnings {
		if slices.Contains(stopCodes, w.Code) {
			list = append(list, w.Text)
		}
	}
	for _, d := range p.Devices {
		if d.Verdict == plan.Blocked {
			list = append(list, d.ID+": "+d.Why)
		}
	}
	return list
}

// devices writes a line for each device that matters, on at most room lines:
// those without a driver first, then by importance.
func (pg *page) devices(p *plan.Plan, r *report.Report, room int) {
	list := matter(p)
	byID := map[string]*report.Device{}
	for i := range r.Devices {
		byID[r.Devices[i].ID] = &r.Devices[i]
	}
	counted := len(p.Devices) - len(list)
	if counted > 0 {
		room--
	}
	rows := make([][4]string, len(list))
	for i, d := range list {
		from := cmp.Or(byID[d.ID], &report.Device{ID: d.ID})
		rows[i] = [4]string{ids(from), name(from), doubt(d.Certainty) + " " + words(d, date(p)), d.Module}
	}
	shown := len(rows)
	if shown > room {
		shown = max(room-1, 0)
	}
	pg.columns(rows[:shown])
	if shown < len(rows) {
		pg.line("and %d more: %s", len(rows)-shown, some(deviceIDs(list[shown:]), 4))
	}
	if counted > 0 {
		pg.line("%s", folded(p, counted))
	}
}

// matter lists the devices that get a line: what is not optional, or the user
// would not learn otherwise.
func matter(p *plan.Plan) []*plan.Device {
	var list []*plan.Device
	for i := range p.Devices {
		if d := &p.Devices[i]; d.Importance != plan.Optional && d.Verdict != plan.Inert {
			list = append(list, d)
		}
	}
	slices.SortStableFunc(list, func(a, b *plan.Device) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Importance, b.Importance)) // "boot" < "wanted"
	})
	return list
}

func rank(d *plan.Device) int {
	switch d.Verdict {
	case plan.Missing, plan.Blocked, plan.NotKnown:
		return 0
	}
	return 1
}

// columns writes rows as wide as they need to be; the name, in the second
// column, gets what is left.
func (pg *page) columns(rows [][4]string) {
	longest := [4]int{9, 0, 10, 6}
	limits := [4]int{18, 0, 34, 16}
	for _, row := range rows {
		for i, limit := range limits {
			longest[i] = min(max(longest[i], len(row[i])), limit)
		}
	}
	room := max(pg.width-longest[0]-longest[2]-longest[3]-4, 4)
	for _, row := range rows {
		pg.line("%-*s %-*s %-*s %s", longest[0], clip(row[0], longest[0]), room, clip(ascii(row[1]), room),
			longest[2], clip(row[2], longest[2]), row[3])
	}
}

func deviceIDs(list []*plan.Device) []string {
	var ids []string
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids
}

// folded counts the devices without a line.
func folded(p *plan.Plan, n int) string {
	lacking := 0
	for _, d := range p.Devices {
		if d.Importance == plan.Optional && rank(&d) == 0 {
			lacking++
		}
	}
	text := fmt.Sprintf("%d other devices", n)
	if lacking > 0 {
		text += fmt.Sprintf(", %d of them without a driver", lacking)
	}
	return text
}

func (pg *page) foot(p *plan.Plan) {
	pg.line("")
	var data []string
	for _, c := range p.Catalogs {
		data = append(data, fmt.Sprintf("%s of %s", c.Name, c.Date))
	}
	proof := "smallest set, proven"
	if !p.Proof.Optimal {
		proof = fmt.Sprintf("not proven smallest, at least %d", p.Proof.LowerBound)
	}
	pg.line("Data: %s. %s.", some(data, 2), proof)
	pg.line("~ inferred  ? depends on a field that the report lacks")
	if p.Platform.Loader != "linux" {
		pg.line("This scan's own Linux is not the target's: a driver here proves nothing there.")
	}
}

func date(p *plan.Plan) string {
	if len(p.Catalogs) == 0 {
		return "?"
	}
	return p.Catalogs[0].Date
}

// some joins the first few of a list and counts the rest.
func some(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// Machine describes the machine of a report in one line.
func Machine(r *report.Report) string {
	m := &r.Machine
	board := strings.TrimSpace(cmp.Or(m.DMI.BoardVendor, m.DMI.SysVendor) + " " + cmp.Or(m.DMI.BoardName, m.DMI.ProductName))
	parts := []string{cmp.Or(board, "this machine")}
	if m.CPU.ModelName != "" {
		parts = append(parts, strings.Join(strings.Fields(m.CPU.ModelName), " "))
	}
	if m.CPU.Threads != nil {
		parts = append(parts, fmt.Sprintf("%d threads", *m.CPU.Threads))
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
