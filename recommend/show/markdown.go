package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// markdownLines is the most that a person pastes into a thread.
const markdownLines = 15

// Markdown writes a plan as at most 15 lines for a forum or an issue.
func Markdown(w io.Writer, p *plan.Plan, r *report.Report) error {
	lines := []string{
		"**" + use(p) + "**  ",
		machineOf(p, r),
	}
	for _, stop := range firstStops(p, r) {
		lines = append(lines, "", "**STOP** "+strings.ReplaceAll(stop, "|", "/"))
	}
	lines = append(lines, "", "| device | driver | module |", "|---|---|---|")
	list, find := matter(p), finder(r)
	const after = 2
	for i, d := range list {
		if room := markdownLines - after - len(lines); room == 1 && len(list)-i > 1 {
			lines = append(lines, fmt.Sprintf("| and %d more | | |", len(list)-i))
			break
		}
		lines = append(lines, row(d, find(d.ID), date(p)))
	}
	lines = append(lines, "", "data of "+date(p)+", plan "+abbreviated(p.ID))
	for i := range lines {
		lines[i] = ascii(lines[i])
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// firstStops are as many of the stops as leave room for devices.
func firstStops(p *plan.Plan, r *report.Report) []string {
	const most = 2
	list := stops(p, r)
	return list[:min(most, len(list))]
}

func row(d *plan.Device, from *report.Device, date string) string {
	label := ids(from) + " " + name(from)
	label = strings.ReplaceAll(clip(ascii(label), 60), "|", "/")
	return fmt.Sprintf("| %s | %s%s | %s |", label, words(d, date), strings.TrimRight(" "+doubt(d.Certainty), " "), d.Module)
}

// abbreviated is enough of a hash to tell plans apart.
func abbreviated(id string) string {
	_, hash, _ := strings.Cut(id, ":")
	return hash[:min(12, len(hash))]
}
