package show

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Screens cuts what show writes into pages of a screen's height; a line that is
// longer than the screen is wide goes on in the next.
func Screens(options Options, show func(io.Writer) error) ([]string, error) {
	var b bytes.Buffer
	if err := show(&b); err != nil {
		return nil, err
	}
	width, height := options.size()
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\n"), "\n") {
		for len(line) > width {
			lines = append(lines, line[:width])
			line = line[width:]
		}
		lines = append(lines, line)
	}
	var pages []string
	for part := range slices.Chunk(lines, height-1) { // the last line says which page it is
		pages = append(pages, strings.Join(part, "\n")+"\n")
	}
	return pages, nil
}

// Others writes the platforms that the plan did not choose: how many devices
// that matter each one drives, which it does not, why it is rejected, and what
// else sets it back. r is the report that p answers; of an empty one the
// devices have no names.
func Others(w io.Writer, p *plan.Plan, r *report.Report) error {
	pg := &page{width: Width}
	pg.line("OTHER PLATFORMS  devices that matter, with a driver of all")
	find := finder(r)
	for i := range p.Alternatives {
		pg.other(&p.Alternatives[i], find)
	}
	if len(p.Alternatives) == 0 {
		pg.line("none was in question")
	}
	return pg.writeTo(w)
}

func (pg *page) other(a *plan.Alternative, find func(id string) *report.Device) {
	const id = 28
	line := fmt.Sprintf("%-*s %d of %d, %s", id, clip(a.Platform, id), a.Covered, a.Covered+len(a.Uncovered), plural(a.Modules, "module"))
	if a.Rejected == "" && len(a.Uncovered) == 0 && len(a.Why) > 0 && len(line)+len(a.Why)+2 <= pg.width {
		pg.line("%s, %s", line, a.Why)
		return
	}
	pg.line("%s", line)
	if a.Rejected != "" {
		pg.labelled("", "NO: "+a.Rejected, 3)
	}
	if len(a.Uncovered) > 0 {
		var names []string
		for _, id := range a.Uncovered {
			names = append(names, label(find(id)))
		}
		pg.labelled("", "lacks "+some(alike(names), 4), 4)
	}
	pg.labelled("", a.Why, 3)
}

// Advice writes a list of warnings, each with what to do and where it is known
// from.
func Advice(w io.Writer, title string, warnings []plan.Warning) error {
	pg := &page{width: Width}
	pg.line("%s", title)
	for _, warning := range warnings {
		pg.line("")
		pg.labelled("-", warning.Text, 4)
		pg.labelled("", warning.Hint, 6)
		pg.labelled("", "("+warning.Source+")", 2)
	}
	return pg.writeTo(w)
}
