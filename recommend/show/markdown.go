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

// markdownLines is the most that a person pastes into a thread.
const markdownLines = 15

// How many stops and next steps a thread gets, and how many characters one may
// have. The others are counted.
const (
	threadStops  = 2
	threadNext   = 2
	threadLength = 300
)

// Markdown writes a plan as at most 15 lines for a forum or an issue: what to
// use, the machine, what to choose, what to change first, what to do about a
// missing driver, each device that matters, and which data that rests on. A
// device without a line of its own is named on the last one.
//
// r is the report that p answers; of an empty one the devices have no names.
func Markdown(w io.Writer, p *plan.Plan, r *report.Report) error {
	head := []string{"**" + threadText(use(p)+asGood(p)) + "**", threadText(machineOf(p, r))}
	if text := steps(p); text != "" && !undecided(p) {
		head = append(head, "DO: "+threadText(text))
	}
	head = append(head, threadList("**STOP**", stops(p, r), threadStops)...)
	head = append(head, threadList("NEXT:", nexts(p), threadNext)...)
	lines := []string{strings.Join(head, "  \n"), ""} // two blanks end a line of Markdown
	foot := fmt.Sprintf("%s, %s, plan %s", sources(p), plural(len(p.Devices)-len(matter(p)), "other device"), abbreviated(p.ID))
	const tableHead, around = 2, 3 // its own lines; the empty ones around it and the foot
	lines = append(lines, "| device | driver | module |", "|---|---|---|")
	lines = append(lines, rows(p, r, markdownLines-len(head)-tableHead-around)...)
	lines = append(lines, "", threadText(foot))
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// threadList words the first few of a list behind a label.
func threadList(label string, items []string, most int) []string {
	var list []string
	for i, item := range items {
		if i == most {
			list[most-1] += fmt.Sprintf(" (and %d more)", len(items)-most)
			break
		}
		list = append(list, label+" "+threadText(item))
	}
	return list
}

// threadText keeps text on its line, out of the table's and of Markdown's own
// signs, and within what a thread bears.
func threadText(text string) string {
	return clip(unmarked(text), threadLength)
}

// unmarked takes the signs out of text that Markdown would act on.
func unmarked(text string) string { return threadSigns.Replace(ascii(text)) }

var threadSigns = strings.NewReplacer("|", "/", "`", "'", "<", "(")

// asGood counts the platforms that do not differ for the machine.
func asGood(p *plan.Plan) string {
	if n := len(p.Platform.Equal); n > 0 && !undecided(p) {
		return fmt.Sprintf(" (%d more as good)", n)
	}
	return ""
}

// rows are the table's lines, at most so many: the devices that matter, equal
// ones together, those without a driver first.
func rows(p *plan.Plan, r *report.Report, room int) []string {
	find := finder(r)
	var cells, names []string
	list := matter(p)
	nameless := namelessOf(list, find)
	for _, d := range list {
		from := find(d.ID)
		label := threadText(clip(ascii(ids(from)+" "+name(from)), 60))
		if nameless[d.ID] {
			label = onlyNamed.name
		}
		module := d.Module
		if d.Verdict == plan.Missing {
			module = cmp.Or(refused(d), d.Why)
		}
		cells = append(cells, fmt.Sprintf("%s | %s%s | %s |", label, threadText(words(d, date(p))),
			strings.TrimRight(" "+doubt(d.Certainty), " "), threadText(module)))
		names = append(names, ids(from))
	}
	shown := distinct(cells)
	if len(shown) <= room {
		return piped(alike(cells))
	}
	shown = shown[:room-1]
	var first, rest []string
	for i, cell := range cells {
		if slices.Contains(shown, cell) {
			first = append(first, cell)
		} else {
			rest = append(rest, names[i])
		}
	}
	last := fmt.Sprintf("| and %s | %d more | |", unmarked(strings.Join(alike(rest), ", ")), len(rest))
	return append(piped(alike(first)), last)
}

func piped(cells []string) []string {
	var list []string
	for _, cell := range cells {
		list = append(list, "| "+cell)
	}
	return list
}

// abbreviated is enough of a hash to tell plans apart.
func abbreviated(id string) string {
	_, hash, _ := strings.Cut(id, ":")
	return hash[:min(12, len(hash))]
}
