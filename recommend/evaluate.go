package recommend

import (
	"slices"
	"sync"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// A question is one report put to one world.
type question struct {
	world    *world
	report   *report.Report
	options  Options
	subjects []subject // of the report
	adapters []subject // that may be bought

	mu     sync.Mutex            // platforms are evaluated in parallel
	served map[servedKey]bool    // answers of offered
	judged map[*site]*evaluation // answers of verdictsOn

	widen sync.Once
	wide  *question // the answer of everywhere
}

type servedKey struct{ device, loader string }

// An evaluation is the answer of one platform: a finding for every device and
// the modules to load.
type evaluation struct {
	*site
	question *question
	findings []finding

	drivenHere []bool // by device: with a module or a kernel that is known to, whatever is chosen then

	needs    map[int][]string // offer -> required modules that the platform offers
	lacks    map[int][]string // offer -> required modules that nobody offers: the kernel is assumed to have them
	unusable map[int]string   // offer -> what is wrong with its dependencies

	chosen []int // offers, by file name; the winner's are brought into load order
	proof  plan.Proof
}

// evaluate finds the verdicts on one platform and the smallest set of modules.
func (q *question) evaluate(s *site) *evaluation {
	e := q.verdictsOn(s)
	e.solve()
	return e
}

// verdicts finds what drives each device on one platform, and chooses nothing.
func (q *question) verdicts(s *site) *evaluation {
	e := &evaluation{
		site: s, question: q,
		findings: make([]finding, len(q.subjects)), drivenHere: make([]bool, len(q.subjects)),
		needs: map[int][]string{}, lacks: map[int][]string{}, unusable: map[int]string{},
	}
	e.resolve()
	for i := range q.subjects {
		e.find(i)
	}
	e.followTransports()
	for i := range e.findings {
		e.drivenHere[i] = e.findings[i].certain()
	}
	return e
}

// find asks the layers about one device.
func (e *evaluation) find(i int) {
	s, f := &e.question.subjects[i], &e.findings[i]
	f.ID, f.Importance = s.ID, s.importance
	for _, layer := range layers {
		if layer(e, s, f) {
			return
		}
	}
}

// followTransports takes back the verdict on devices that never appear,
// because the function they sit behind has no driver.
func (e *evaluation) followTransports() {
	for i := range e.findings {
		s, f := &e.question.subjects[i], &e.findings[i]
		if s.transport < 0 || !f.covered() {
			continue
		}
		if carrier := &e.findings[s.transport]; carrier.Verdict == plan.Missing || carrier.Verdict == plan.Blocked {
			e.lose(f, "it appears only with a driver for "+carrier.ID+", which has none here")
		}
	}
}

// lose turns a device that seemed to have a driver into a missing one.
func (e *evaluation) lose(f *finding, why string) {
	f.Basis, f.choices, f.Module, f.Why = nil, nil, "", ""
	f.decide(plan.Missing, f.Certainty, "catalogue", why, "")
}

// covered says whether the device has a driver here.
func (f *finding) covered() bool { return f.Verdict == plan.Base || f.Verdict == plan.ByModule }

// certain says whether a module, or a kernel that is known to, drives the device.
func (f *finding) certain() bool {
	return f.Verdict == plan.ByModule || f.Verdict == plan.Base && f.Certainty != plan.Assumed && f.Certainty != plan.Possible
}

// lacking says whether the device needs a driver and has none.
func (f *finding) lacking() bool { return !f.covered() && f.Verdict != plan.Inert }

// offered says whether some platform of a loader offers a driver for a device.
func (q *question) offered(s *subject, loader string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	key := servedKey{s.ID, loader}
	answer, known := q.served[key]
	if !known {
		answer = slices.ContainsFunc(q.world.sites, func(site *site) bool { return site.loader == loader && site.serves(s) })
		q.served[key] = answer
	}
	return answer
}

// serves says whether an offer of the platform drives a device, as far as the
// claims alone tell.
func (s *site) serves(device *subject) bool {
	return slices.ContainsFunc(device.certain, func(c claim) bool {
		return (c.kind == modalias.Exact || !device.needsNone() && !device.kernelClass) &&
			slices.ContainsFunc(s.of(c.ref), func(i int) bool { return s.offers[i].bad == "" })
	})
}
