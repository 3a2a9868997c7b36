package recommend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// An Explanation is the whole story of one device in a plan.
type Explanation struct {
	Device    plan.Device `json:"device"`
	Name      string      `json:"name"`      // "8086:15f3 Ethernet Controller I225-V"
	Keys      []string    `json:"keys"`      // what it was matched by; "\x00" marks an unknown byte
	Reference []string    `json:"reference"` // modules that drive it in distribution kernels
	Platforms []string    `json:"platforms"` // of the plan's loader that offer a driver
	Without   int         `json:"without"`   // platforms of that loader that do not
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
	q := ask(r, cats, opts)
	s := &q.subjects[i]
	x := &Explanation{
		Device: p.Devices[i], Name: name(s), Keys: notNil(keys(s.Device)),
		Reference: notNil(q.world.drivers(s.reference)), Platforms: notNil(q.servers(s, opts.Loader)),
	}
	x.Without = len(q.world.sites) - len(x.Platforms)
	return x, nil
}
