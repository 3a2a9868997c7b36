package show

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

const tableHead = `<h2 id="devices-title">Devices</h2>
<p id="searching" hidden><label>Look for <input id="search" type="search"></label> <span id="found" role="status"></span></p>
<table aria-labelledby="devices-title">
<thead><tr><th scope="col">Device</th><th scope="col">Ids</th><th scope="col">%s</th><th scope="col">Module</th><th scope="col">Why, and what hangs on it</th></tr></thead>
<tbody id="devices">
`

// devicesTable writes a row for each device: as the plan sees it, those that
// matter first, or without a plan as the scanned system does.
func devicesTable(b *strings.Builder, p *plan.Plan, r *report.Report) {
	if p == nil {
		fmt.Fprintf(b, tableHead, "Driver of the scanned system")
		for i := range r.Devices {
			d := &r.Devices[i]
			tableRow(b, "", d, d.Driver, strings.Join(d.Modules, " "), details(d))
		}
	} else {
		fmt.Fprintf(b, tableHead, "Driver")
		find := finder(r)
		for _, d := range ranked(p) {
			class := ""
			if rank(d) == 0 && d.Importance != plan.Optional {
				class = ` class="lacks"`
			}
			from := find(d.ID)
			more := strings.Trim(d.Why+"; "+details(from), "; ")
			tableRow(b, class, from, strings.TrimSpace(certain(d)+" "+words(d, date(p))), d.Module, more)
		}
	}
	b.WriteString("</tbody>\n</table>\n")
}

func tableRow(b *strings.Builder, class string, d *report.Device, cells ...string) {
	fmt.Fprintf(b, "<tr%s><th scope=\"row\">%s</th><td>%s</td>", class, text(name(d)), text(ids(d)))
	for _, cell := range cells {
		fmt.Fprintf(b, "<td>%s</td>", text(cell))
	}
	b.WriteString("</tr>\n")
}

// ranked lists all devices that need a driver, those that matter first.
func ranked(p *plan.Plan) []*plan.Device {
	list := matter(p)
	for i := range p.Devices {
		if d := &p.Devices[i]; d.Importance == plan.Optional && d.Verdict != plan.Inert {
			list = append(list, d)
		}
	}
	return list
}

// certain says in a word what ~ and ? say on a screen.
func certain(d *plan.Device) string {
	return map[string]string{plan.Assumed: "probably", plan.Possible: "perhaps"}[d.Certainty]
}
