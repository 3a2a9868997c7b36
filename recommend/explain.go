package recommend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Explain returns the story of the device that id names: the id of a plan's
// device, or "8086:15f3" for the first with these ids. The report, catalogues
// and options must be those that the plan was made with.
func Explain(p *plan.Plan, r *report.Report, cats []*catalog.Catalog, opts Options, id string) (*plan.Explanation, error) {
	i := slices.IndexFunc(r.Devices, func(d report.Device) bool {
		return d.ID == id || d.VendorID != "" && d.VendorID+":"+d.DeviceID == strings.ToLower(id)
	})
	if i < 0 || i >= len(p.Devices) {
		return nil, fmt.Errorf("no device %q in the report", id)
	}
	opts.Loader = p.Platform.Loader
	q := ask(r, cats, opts).everywhere()
	s := &q.subjects[i]
	x := &plan.Explanation{
		Device: p.Devices[i], Name: name(s), Keys: notNil(keys(s.Device)), Candidates: []plan.Contender{},
		Reference: notNil(q.world.drivers(s.reference)), Platforms: q.serving(s, p.Platform.Loader),
	}
	x.Next = []plan.Next{}
	if x.Device.Verdict == plan.Missing {
		x.Next = p.Next
	}
	for _, c := range x.Device.Candidates {
		x.Candidates = append(x.Candidates, plan.Contender{Candidate: c, Fields: fields(c.Pattern, x.Keys)})
	}
	return x, nil
}

// serving says which platforms offer a driver for a device, those of one loader
// first.
func (q *question) serving(s *subject, first string) []plan.Server {
	rejected := q.rejected()
	list := []plan.Server{}
	for _, loader := range append([]string{first}, q.otherLoaders(first)...) {
		server := plan.Server{Loader: loader, Serve: notNil(q.drivenBy(s, loader)), Rejected: []string{}, Without: []string{}}
		for _, site := range q.world.sites {
			switch id := site.platform.ID; {
			case site.loader != loader:
			case !slices.Contains(server.Serve, id):
				server.Without = append(server.Without, id)
			case rejected[id]:
				server.Rejected = append(server.Rejected, id)
			}
		}
		list = append(list, server)
	}
	return list
}

// fields lists what a pattern asks for, with what the first of a device's keys
// that it matches has there.
func fields(pattern string, keys []string) []plan.Field {
	list := []plan.Field{}
	i := slices.IndexFunc(keys, func(key string) bool { return modalias.Match(pattern, key) != modalias.No })
	if i < 0 {
		return list
	}
	asked, err := modalias.Parse(pattern)
	have, wrong := modalias.Parse(keys[i])
	if err != nil || wrong != nil {
		return list
	}
	for _, f := range asked.Fields {
		if f.Name == "" || f.IsAny() {
			continue
		}
		value, _ := have.Field(f.Name)
		out := plan.Field{Name: f.Name, Asks: f.Value, Has: value}
		if strings.ContainsRune(value, rune(modalias.Unknown)) {
			out.Has, out.Lacked = "", true
		}
		list = append(list, out)
	}
	return list
}
