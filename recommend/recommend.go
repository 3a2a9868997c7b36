// Package recommend answers which platform a machine needs, and which modules
// on it: a report and catalogues go in, a plan with its evidence and its proof
// comes out. It is a pure function: no network, no files, no clock.
//
// Every platform is evaluated. A list of layers gives each device its verdict
// (layers.go); the catalogue's modules for it compete in tiers
// (candidates.go); the smallest set of modules that leaves no device of the
// platform without its driver is found exactly (problem.go); then the
// platforms are compared (choose.go) and the best one is written down
// (assemble.go).
package recommend

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
	"github.com/modscout/modscout/scan/report"
)

// Options narrow the choice down and correct what the catalogue says.
type Options struct {
	Loader    string   // only platforms that this loader boots; "" for all
	Platforms []string // only these ids; nil for all
	OS        string   // only this OS version, or those that it is a prefix of: "7.2" has "7.2.1"
	Want      []string // "gpu", "sound", "wifi", …: device kinds that count as wanted
	Base      []string // modules that the platform has, whatever the catalogue says
	Without   []string // modules that must not be used
	Running   string   // kernel release of the plain distribution that asks, or ""

	// Reference are further catalogues that only tell whether Linux has a
	// driver at all; their platforms are not recommended.
	Reference []*catalog.Catalog
}

// NoPlatformError is returned by [Recommend] where no platform of the
// catalogues is one that the options ask for.
type NoPlatformError struct {
	Asked   string   // what the options ask for
	Loaders []string // that the catalogues have platforms for
	Near    []string // ids that resemble the one asked for
}

// Error says what was asked for.
func (e *NoPlatformError) Error() string {
	return "no platform in the catalogue for " + e.Asked
}

// Hint returns what can be asked for.
func (e *NoPlatformError) Hint() string {
	if len(e.Near) > 0 {
		return "the catalogue has " + strings.Join(e.Near, ", ")
	}
	return "the catalogue has platforms of " + strings.Join(e.Loaders, ", ")
}

// Recommend returns the plan for the machine of a report: the best platform of
// the catalogues and what it needs there. Of an id that is in two catalogues
// the first counts.
//
// It returns a [*NoPlatformError] where the options leave no platform.
func Recommend(r *report.Report, cats []*catalog.Catalog, opts Options) (*plan.Plan, error) {
	q := ask(r, cats, opts)
	evaluations, err := q.evaluateAll(cats)
	if err != nil {
		return nil, err
	}
	return q.assemble(evaluations)
}

// Each returns the plan for every platform that the options leave, in the
// order of the catalogues: what [Recommend] answers where it is asked for that
// one alone.
func Each(r *report.Report, cats []*catalog.Catalog, opts Options) ([]*plan.Plan, error) {
	q := ask(r, cats, opts)
	evaluations, err := q.evaluateAll(cats)
	if err != nil {
		return nil, err
	}
	plans := make([]*plan.Plan, len(evaluations))
	for i := range evaluations {
		if plans[i], err = q.assemble(evaluations[i : i+1 : i+1]); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// evaluateAll evaluates the platforms that the options leave.
func (q *question) evaluateAll(cats []*catalog.Catalog) ([]*evaluation, error) {
	sites := q.selected()
	if len(sites) == 0 {
		return nil, q.noPlatform(cats)
	}
	evaluations := make([]*evaluation, len(sites))
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0)) // what a platform is solved with is let go before the next one
	for i, s := range sites {
		all.Go(func() error { evaluations[i] = q.evaluate(s); return nil })
	}
	return evaluations, all.Wait()
}

// ask prepares everything that does not depend on a platform.
func ask(r *report.Report, cats []*catalog.Catalog, opts Options) *question {
	opts.Base, opts.Without = internal(opts.Base), internal(opts.Without)
	w := newWorld(cats, opts.Reference)
	q := &question{world: w, report: r, options: opts, served: map[servedKey]bool{}, judged: map[*site]*evaluation{}}
	q.subjects = w.subjects(r, opts.Want)
	q.adapters = w.subjects(&report.Report{Devices: platform.USBAdapters()}, nil)
	w.open(opts.Loader, w.related(slices.Concat(q.subjects, q.adapters)))
	for _, s := range w.sites {
		s.believe(opts.Base)
		s.refuse(opts.Without)
		s.judgement = platform.Judge(r, &s.platform, s.loader)
	}
	return q
}

// internal spells module names as the kernel does inside.
func internal(names []string) []string {
	var list []string
	for _, name := range names {
		list = append(list, modalias.NameOf(name))
	}
	return list
}

// selected returns the platforms that the options leave.
func (q *question) selected() []*site {
	var list []*site
	for _, s := range q.world.sites {
		if len(q.options.Platforms) > 0 && !slices.Contains(q.options.Platforms, s.platform.ID) {
			continue
		}
		if q.options.OS != "" && !versionHas(q.options.OS, s.platform.OSVersion) {
			continue
		}
		list = append(list, s)
	}
	return list
}

// versionHas says whether version is want or a part release of it.
func versionHas(want, version string) bool {
	return version == want || strings.HasPrefix(version, want+".")
}

func (q *question) noPlatform(cats []*catalog.Catalog) error {
	err := &NoPlatformError{Asked: "these options"}
	opts := q.options
	switch {
	case len(opts.Platforms) > 0:
		err.Asked = strings.Join(opts.Platforms, ", ")
	case opts.OS != "":
		err.Asked = "OS version " + opts.OS
	case opts.Loader != "":
		err.Asked = "loader " + opts.Loader
	}
	if opts.Loader != "" && len(q.world.sites) > 0 {
		err.Asked += fmt.Sprintf(" (loader %s)", opts.Loader)
	}
	for _, c := range cats {
		for _, p := range c.Platforms {
			err.Loaders = append(err.Loaders, p.Loader)
			if slices.ContainsFunc(opts.Platforms, func(id string) bool { return near(id, p.ID) }) && len(err.Near) < 8 {
				err.Near = append(err.Near, p.ID)
			}
		}
	}
	slices.Sort(err.Loaders)
	err.Loaders = slices.Compact(err.Loaders)
	return err
}

// near says whether two ids are of one model.
func near(a, b string) bool { return plan.ModelOf(a) == plan.ModelOf(b) }
