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
// device that matters, what else to know where there is room, and which data all
// of it rests on. What does not fit of the devices is counted and named, never
// dropped in silence.
//
// r is the report that p answers; of an empty one the devices have no names.
func Plan(w io.Writer, p *plan.Plan, r *report.Report, options Options) error {
	width, height := options.size()
	foot := &page{width: width}
	foot.foot(p)
	devices := deviceTable(p, r)
	var screen *page
	for _, limits := range budgets {
		screen = &page{width: width}
		screen.head(p, r, limits)
		if height-len(screen.lines)-len(foot.lines) >= min(devices.lines(), enoughRows) {
			break
		}
	}
	screen.devices(devices, height-len(screen.lines)-len(foot.lines))
	room := min(height-len(screen.lines)-len(foot.lines), mostNotes)
	screen.list("NOTE", notes(p, r), room, 2, inWarnings)
	screen.lines = append(screen.lines, foot.lines...)
	return screen.writeTo(w)
}

// A budget says how many lines each part of a screen's head may take; stops,
// not and next are for all of them, and one stop takes no more than stop.
type budget struct{ use, equal, why, steps, stops, stop, not, next int }

// budgets are tried in this order, until enough lines are left for devices.
var budgets = []budget{
	{use: 2, equal: 2, why: 3, steps: 3, stops: 6, stop: 2, not: 4, next: 9},
	{use: 2, equal: 2, why: 2, steps: 3, stops: 4, stop: 2, not: 3, next: 5},
	{use: 2, equal: 1, why: 2, steps: 2, stops: 3, stop: 1, not: 2, next: 3},
	{use: 1, equal: 1, why: 1, steps: 2, stops: 2, stop: 1, not: 1, next: 1},
	{use: 1, equal: 0, why: 1, steps: 1, stops: 1, stop: 1, next: 0},
}

// Where the rest of a list is.
const (
	inWarnings = "in the plan's warnings"
	inNext     = "in the plan's next"
)

// mostNotes is how many lines the notes get, however many are left.
const mostNotes = 6

// enoughRows is how many lines of devices the head gives way to.
const enoughRows = 8

func (pg *page) head(p *plan.Plan, r *report.Report, limits budget) {
	pg.line("%s", machineOf(p, r))
	pg.labelled("USE", use(p), limits.use)
	if !undecided(p) {
		if n := len(p.Platform.Equal); n > 0 {
			pg.labelled("", fmt.Sprintf("%d more as good: %s", n, strings.Join(p.Platform.Equal, ", ")), limits.equal)
		}
		pg.labelled("WHY", why(p), limits.why)
		pg.labelled("DO", steps(p), limits.steps)
	}
	pg.list("STOP", stops(p, r), limits.stops, limits.stop, inWarnings)
	pg.list("NOT", refusals(p, r), limits.not, 2, "see --explain")
	pg.list("NEXT", nexts(p), limits.next, 3, inNext)
	pg.line("")
}

// list adds items behind a label, on room lines at most and each lines an item;
// what does not fit is counted, and where says where it is.
func (pg *page) list(label string, items []string, room, each int, where string) {
	for i, item := range items {
		rest := len(items) - i
		limit := min(each, room)
		if rest > 1 {
			limit = min(each, room-1)
		}
		if limit < 1 {
			if room > 0 {
				pg.line("%-*sand %d more, %s", labelWidth, label, rest, where)
			}
			return
		}
		before := len(pg.lines)
		pg.labelled(label, item, limit)
		room -= len(pg.lines) - before
	}
}

// table holds the rows of the devices that matter, and counts the others.
type table struct {
	rows    [][4]string // id, name, words of the verdict, module: equal ones once
	devices []int       // row -> how many devices it is for
	folded  string      // "" where no device is without a row
}

func (t *table) lines() int { return len(t.rows) + min(len(t.folded), 1) }

func deviceTable(p *plan.Plan, r *report.Report) *table {
	find := finder(r)
	list := matter(p)
	t := &table{folded: folded(p, len(p.Devices)-len(list))}
	count := map[[4]string]int{}
	nameless := namelessOf(list, find)
	for _, d := range list {
		from := find(d.ID)
		row := [4]string{ids(from), ascii(name(from)), doubt(d.Certainty) + " " + words(d, date(p)), d.Module}
		if nameless[d.ID] {
			row[0], row[1] = onlyNamed.id, onlyNamed.name
		}
		if count[row]++; count[row] == 1 {
			t.rows = append(t.rows, row)
		}
	}
	t.devices = make([]int, len(t.rows))
	for i, row := range t.rows {
		if t.devices[i] = count[row]; count[row] > 1 {
			t.rows[i][1] = fmt.Sprintf("%d x %s", count[row], row[1])
		}
	}
	return t
}

// mostNameless is how many devices that are known by name only get a line each:
// nothing can be said of them, and more would push out what can.
const mostNameless = 5

// onlyNamed stands in the place of their ids and names.
var onlyNamed = struct{ id, name string }{"by name", "devices without ids"}

// namelessOf returns the ids of the devices that the report has no more of than
// their names, where they are too many for a line each.
func namelessOf(list []*plan.Device, find func(id string) *report.Device) map[string]bool {
	found := map[string]bool{}
	for _, d := range list {
		from := find(d.ID)
		if d.Verdict == plan.NotKnown && ids(from) == d.ID && len(from.Modaliases) == 0 && from.Device != "" {
			found[d.ID] = true
		}
	}
	if len(found) <= mostNameless {
		return nil
	}
	return found
}

// matter lists the devices that get a line, those without a driver first, then
// by importance.
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

// devices writes a table on at most room lines.
func (pg *page) devices(t *table, room int) {
	fold := t.folded != "" && room > 2
	if fold {
		room--
	}
	shown := len(t.rows)
	if shown > room {
		shown = max(room-1, 0)
	}
	pg.columns(t.rows[:shown])
	if shown < len(t.rows) {
		pg.line("and %s", t.rest(shown))
	}
	if fold {
		pg.line("%s", t.folded)
	}
}

// rest counts and names the devices of the rows from one on.
func (t *table) rest(from int) string {
	var names []string
	for i, row := range t.rows[from:] {
		for range t.devices[from+i] {
			names = append(names, row[0])
		}
	}
	return fmt.Sprintf("%d more: %s", len(names), some(alike(names), 4))
}

// alike lists names, equal ones counted: "30 x 8086:1521".
func alike(names []string) []string {
	count := map[string]int{}
	for _, name := range names {
		count[name]++
	}
	list := distinct(names)
	for i, name := range list {
		if n := count[name]; n > 1 {
			list[i] = fmt.Sprintf("%d x %s", n, name)
		}
	}
	return list
}

// distinct lists each name once, in the order of their first.
func distinct(names []string) []string {
	var list []string
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list
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
		pg.line("%-*s %-*s %-*s %s", longest[0], clip(row[0], longest[0]), room, clip(row[1], room),
			longest[2], clip(row[2], longest[2]), clip(row[3], longest[3]))
	}
}

func (pg *page) foot(p *plan.Plan) {
	pg.line("")
	pg.line("%s. %s.", sources(p), proof(p))
	pg.line("~ inferred  ? depends on a field that the report lacks")
	if p.Platform.Loader != "linux" {
		pg.line("This scan's own Linux is not the target's: a driver here proves nothing there.")
	}
}
