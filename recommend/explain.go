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

// An Explanation is the whole story of one device in a plan.
type Explanation struct {
	Device     plan.Device `json:"device"`
	Name       string      `json:"name"`       // "8086:15f3 Ethernet Controller I225-V"
	Keys       []string    `json:"keys"`       // what it was matched by; "\x00" marks an unknown byte
	Candidates []Contender `json:"candidates"` // the device's, with what their patterns ask for
	Reference  []string    `json:"reference"`  // modules that drive it in distribution kernels
	Platforms  []Server    `json:"platforms"`  // by loader, that of the plan first
	Next       []plan.Next `json:"next"`       // the plan's, where the device has no driver
}

// A Contender is a candidate with the fields that its pattern asks for.
type Contender struct {
	plan.Candidate
	Fields []Field `json:"fields"`
}

// A Field is one part of a pattern beside what the device has there.
type Field struct {
	Name   string `json:"name"`            // as the kernel calls it: "subvendor"
	Asks   string `json:"asks"`            // of the pattern, "00001043"
	Has    string `json:"has,omitempty"`   // of the device
	Lacked bool   `json:"lacked,omitzero"` // the report does not have it
}

// A Server is what one loader's platforms offer for a device.
type Server struct {
	Loader   string   `json:"loader"`
	Serve    []string `json:"serve"`    // platforms that drive it
	Rejected []string `json:"rejected"` // of those, the ones that a rule rules out for this machine
	Without  []string `json:"without"`  // platforms that do not
}

// Explain returns the story of the device that id names: the id of a plan's
// device, or "8086:15f3" for the first with these ids. The report, catalogues
// and options must be those that the plan was made with.
func Explain(p *plan.Plan, r *report.Report, cats []*catalog.Catalog, opts Options, id string) (*Explanation, error) {
	i := slices.IndexFunc(r.Devices, func(d report.Device) bool {
		return d.ID == id || d.VendorID != "" && d.VendorID+":"+d.DeviceID == strings.ToLower(id)
	})
	if i < 0 || i >= len(p.Devices) {
		return nil, fmt.Errorf("no device %q in the report", id)
	}
	opts.Loader = p.Platform.Loader
	q := ask(r, cats, opts).everywhere()
	s := &q.subjects[i]
	x := &Explanation{
		Device: p.Devices[i], Name: name(s), Keys: notNil(keys(s.Device)), Candidates: []Contender{},
		Reference: notNil(q.world.drivers(s.reference)), Platforms: q.serving(s, p.Platform.Loader),
	}
	x.Next = []plan.Next{}
	if x.Device.Verdict == plan.Missing {
		x.Next = p.Next
	}
	for _, c := range x.Device.Candidates {
		x.Candidates = append(x.Candidates, Contender{c, fields(c.Pattern, x.Keys)})
	}
	return x, nil
}

// serving says which platforms offer a driver for a device, those of one loader
// first.
func (q *question) serving(s *subject, first string) []Server {
	rejected := q.rejected()
	list := []Server{}
	for _, loader := range append([]string{first}, q.otherLoaders(first)...) {
		server := Server{Loader: loader, Serve: notNil(q.drivenBy(s, loader)), Rejected: []string{}, Without: []string{}}
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
func fields(pattern string, keys []string) []Field {
	list := []Field{}
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
		out := Field{Name: f.Name, Asks: f.Value, Has: value}
		if strings.ContainsRune(value, rune(modalias.Unknown)) {
			out.Has, out.Lacked = "", true
		}
		list = append(list, out)
	}
	return list
}
