package recommend

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// A standing is what platforms are compared by, in the order of its fields.
// The number of modules is not among them: it means something inside one
// platform only.
type standing struct {
	rejected int   // 1 where a rule rejects the platform
	boot     int   // boot devices without a driver; of the network ports one is enough
	ports    int   // boot network ports without a driver, beyond that one
	score    []int // what the loaders state about this machine's features; more is better
	wanted   int   // wanted devices without a driver
	os       []int // OS version; more is better
}

// compare returns a negative number where a is the better one.
func (a standing) compare(b standing) int {
	return cmp.Or(a.compareDrivers(b), slices.Compare(b.os, a.os))
}

func (a standing) compareDrivers(b standing) int {
	return cmp.Or(
		cmp.Compare(a.rejected, b.rejected),
		cmp.Compare(a.boot, b.boot),
		cmp.Compare(a.ports, b.ports),
		slices.Compare(b.score, a.score),
		cmp.Compare(a.wanted, b.wanted))
}

func (e *evaluation) standing() standing {
	st := standing{score: e.judgement.Score, os: version(e.platform.OSVersion)}
	if e.judgement.Rejected != nil {
		st.rejected = 1
	}
	served := false
	for i := range e.findings {
		s, f := &e.question.subjects[i], &e.findings[i]
		switch {
		case f.Importance == plan.Boot && e.question.networkPort(s):
			served = served || f.covered()
			st.ports += count(f.lacking())
		case f.Importance == plan.Boot:
			st.boot += count(f.lacking())
		case f.Importance == plan.Wanted:
			st.wanted += count(f.lacking())
		}
	}
	if st.ports > 0 && !served {
		st.boot++
	}
	return st
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// networkPort says whether a device is a network port, itself or through the
// function that carries it.
func (q *question) networkPort(s *subject) bool {
	return s.network() || s.transport >= 0 && q.subjects[s.transport].network()
}

// version splits "7.2.1" into numbers that compare; what is no number ends it.
func version(text string) []int {
	var list []int
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		list = append(list, n)
	}
	return list
}

// rank sorts evaluations, the best first; equals by platform id.
func rank(list []*evaluation) {
	standings := map[*evaluation]standing{}
	for _, e := range list {
		standings[e] = e.standing()
	}
	slices.SortStableFunc(list, func(a, b *evaluation) int {
		return cmp.Or(standings[a].compare(standings[b]), strings.Compare(a.platform.ID, b.platform.ID))
	})
}

// winner returns the answer among ranked evaluations and why it is the one:
// the kernel that runs, else the best of RR, which most people use today, else
// the best by coverage. A rule may reject all of RR; then coverage decides.
func (q *question) winner(ranked []*evaluation) (*evaluation, plan.Reason) {
	if e := q.running(ranked); e != nil {
		return e, plan.Reason{Code: "running-kernel", Text: "it is the kernel that runs on this machine"}
	}
	if len(ranked) == 1 {
		return ranked[0], plan.Reason{Code: "only-one", Text: "no other platform was in question"}
	}
	packaged := slices.DeleteFunc(slices.Clone(ranked), func(e *evaluation) bool { return e.loader == linux })
	if len(packaged) == 0 {
		packaged = ranked
	}
	best, reason := packaged[0], plan.Reason{Code: "coverage", Text: "no other platform drives more of this machine"}
	i := slices.IndexFunc(packaged, func(e *evaluation) bool { return e.loader == "rr" })
	if i >= 0 && packaged[i].judgement.Rejected == nil {
		best, reason = packaged[i], plan.Reason{Code: "loader", Text: "RR is the loader that most people use today"}
	}
	if !q.decisive() {
		reason = plan.Reason{Code: "undecided", Text: "the report shows no disk controller and no network port, so it cannot decide between platforms; this is the newest that the rules allow"}
	}
	return best, reason
}

// decisive says whether the report has any device of the kind that platforms
// stand or fall by.
func (q *question) decisive() bool {
	return slices.ContainsFunc(q.subjects, func(s subject) bool { return platform.Decisive(s.Device) })
}

// running finds the platform of the kernel that runs: the same release, else
// another build of the same series and flavour.
func (q *question) running(list []*evaluation) *evaluation {
	var sameSeries *evaluation
	for _, e := range list {
		if e.loader != linux || q.options.Running == "" {
			continue
		}
		release := cmp.Or(e.platform.KernelRelease, strings.TrimPrefix(e.platform.ID, "linux:"))
		if release == q.options.Running {
			return e
		}
		if series(release) == series(q.options.Running) {
			sameSeries = e
		}
	}
	return sameSeries
}

// series shortens a Debian release to what stays over ABI changes:
// "6.1.0-56-amd64" to "6.1 amd64", "6.12.117+deb12-cloud-amd64" to "6.12 cloud-amd64".
func series(release string) string {
	version, rest, _ := strings.Cut(release, "-")
	parts := strings.SplitN(version, ".", 3)
	if abi, flavour, found := strings.Cut(rest, "-"); found && len(abi) > 0 && abi[0] >= '0' && abi[0] <= '9' {
		rest = flavour
	}
	return strings.Join(parts[:min(2, len(parts))], ".") + " " + rest
}

// equals returns the other platforms of the winner's loader that do not differ
// from it for this machine.
func equals(winner *evaluation, ranked []*evaluation) []string {
	list := []string{}
	st := winner.standing()
	for _, e := range ranked {
		if e != winner && e.loader == winner.loader && e.standing().compare(st) == 0 {
			list = append(list, e.platform.ID)
		}
	}
	return list
}
