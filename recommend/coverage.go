package recommend

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// A Machine is a report whose devices are counted; or a list of ids in the
// form of one, with how many machines have each.
type Machine struct {
	Name   string
	Report *report.Report
	Counts []int // by device; nil for one each, and then the machine itself counts
}

// Coverage says what platforms do for many machines.
type Coverage struct {
	Machines  int                `json:"machines"` // those that are reports
	Platforms []PlatformCoverage `json:"platforms"`
	Missing   []*MissingDevice   `json:"missing"` // worst first: by machines and by platforms without a driver
}

// PlatformCoverage counts devices by how sure it is that the platform drives
// them. Certain and possible are never added up.
type PlatformCoverage struct {
	Platform string   `json:"platform"`
	Loader   string   `json:"loader"`
	Kernel   string   `json:"kernel,omitempty"`
	Serves   []string `json:"serves"`   // machines whose devices that matter all have a driver
	Known    int      `json:"known"`    // devices whose driver is known or stated to be there
	Assumed  int      `json:"assumed"`  // whose driver is inferred
	Possible int      `json:"possible"` // whose driver depends on what the list lacks
	Missing  int      `json:"missing"`  // that Linux drives and the platform does not
	Blocked  int      `json:"blocked"`  // that a setting or a rule of the loader hides
	Unknown  int      `json:"unknown"`  // that no known driver claims
}

// MissingDevice is a device that some platforms do not drive.
type MissingDevice struct {
	ID      string   `json:"id"` // "8086:15f3"
	Count   int      `json:"count"`
	Modules []string `json:"modules"` // that claim it anywhere
	Without []string `json:"without"` // platforms that were asked about and lack it
	Have    []string `json:"have"`    // platforms of all catalogues that have such a module
	Kernels []string `json:"kernels"` // theirs
}

// Cover says for every platform that the options leave what it does for the
// machines. Devices that need no driver and those that do not matter are left
// out of machines, but not out of lists of ids.
func Cover(machines []Machine, cats []*catalog.Catalog, opts Options) (*Coverage, error) {
	var out Coverage
	missing := map[string]*MissingDevice{}
	everywhere := newWorld(cats, opts.Reference)
	everywhere.open("", nil) // who else has a driver does not depend on who was asked about
	for _, m := range machines {
		q := ask(m.Report, cats, opts)
		sites := q.selected()
		if len(sites) == 0 {
			return nil, q.noPlatform(cats)
		}
		if out.Platforms == nil {
			out.Platforms = platformsOf(sites)
		}
		if m.Counts == nil {
			out.Machines++
		}
		lost := map[string]int{}
		for i, e := range q.allVerdicts(sites) {
			out.Platforms[i].count(&m, e)
			noteMissing(missing, lost, everywhere, &m, e)
		}
		for id, n := range lost {
			missing[id].Count += n
		}
	}
	out.Missing = slices.SortedFunc(maps.Values(missing), func(a, b *MissingDevice) int {
		return cmp.Or(cmp.Compare(b.Count*len(b.Without), a.Count*len(a.Without)), cmp.Compare(a.ID, b.ID))
	})
	return &out, nil
}

func platformsOf(sites []*site) []PlatformCoverage {
	list := make([]PlatformCoverage, len(sites))
	for i, s := range sites {
		list[i] = PlatformCoverage{Platform: s.platform.ID, Loader: s.loader, Kernel: s.kernel(), Serves: []string{}}
	}
	return list
}

func (q *question) allVerdicts(sites []*site) []*evaluation {
	list := make([]*evaluation, len(sites))
	var all sync.WaitGroup
	for i, s := range sites {
		all.Go(func() { list[i] = q.verdicts(s) })
	}
	all.Wait()
	return list
}

// counts is how often the machine has a device, or 0 where it does not matter.
func (m *Machine) counts(f *finding, i int) int {
	switch {
	case m.Counts != nil:
		return m.Counts[i]
	case f.Importance == plan.Optional:
		return 0
	}
	return 1
}

// count adds what a platform does for one machine.
func (c *PlatformCoverage) count(m *Machine, e *evaluation) {
	served := m.Counts == nil
	for i := range e.findings {
		f := &e.findings[i]
		n := m.counts(f, i)
		served = served && (n == 0 || !f.lacking())
		switch {
		case f.covered() && f.Certainty == plan.Assumed:
			c.Assumed += n
		case f.covered() && f.Certainty == plan.Possible:
			c.Possible += n
		case f.covered():
			c.Known += n
		case f.Verdict == plan.Missing:
			c.Missing += n
		case f.Verdict == plan.Blocked:
			c.Blocked += n
		case f.Verdict == plan.NotKnown:
			c.Unknown += n
		}
	}
	if served {
		c.Serves = append(c.Serves, m.Name)
	}
}

// noteMissing notes the devices that a platform does not drive, with the
// platforms that do, and in lost how often this machine has them.
func noteMissing(missing map[string]*MissingDevice, lost map[string]int, everywhere *world, m *Machine, e *evaluation) {
	for i := range e.findings {
		f, s := &e.findings[i], &e.question.subjects[i]
		n := m.counts(f, i)
		if n == 0 || f.Verdict != plan.Missing || s.VendorID == "" || s.DeviceID == "" {
			continue
		}
		id := s.VendorID + ":" + s.DeviceID
		lost[id] = max(lost[id], n)
		if missing[id] == nil {
			missing[id] = everywhere.missing(id, s)
		}
		if d := missing[id]; !slices.Contains(d.Without, e.platform.ID) {
			d.Without = append(d.Without, e.platform.ID)
		}
	}
}

// missing describes a device that some platform does not drive.
func (w *world) missing(id string, s *subject) *MissingDevice {
	d := &MissingDevice{ID: id, Modules: []string{}, Have: []string{}, Kernels: []string{}}
	for _, c := range s.certain {
		d.Modules = append(d.Modules, w.module(c.ref).Name)
	}
	kernels := map[string]bool{}
	for _, site := range w.sites {
		if site.serves(s) {
			d.Have = append(d.Have, site.platform.ID)
			kernels[site.kernel()] = true
		}
	}
	delete(kernels, "")
	slices.Sort(d.Modules)
	d.Modules, d.Kernels = slices.Compact(d.Modules), slices.AppendSeq(d.Kernels, maps.Keys(kernels))
	slices.Sort(d.Kernels)
	return d
}
