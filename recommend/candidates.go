package recommend

import (
	"cmp"
	"slices"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
)

// A candidate is an offer whose module claims a device.
type candidate struct {
	offer  int
	claim  claim
	tier   tier
	reject string // why it is no driver here, or ""
	worse  string // why a better candidate keeps it out, or ""
}

func (c candidate) competes() bool { return c.reject == "" && c.worse == "" }

// A tier ranks candidates; only the best one that is there competes. The
// smaller number is the better one in every field, the first field that
// differs decides.
type tier struct {
	possible  int // not certain, because the report lacks a field of the pattern
	kind      int // exact ids, then a class, then anything
	unnamed   int // possible, and the system that the report is from names other modules
	unlikely  int // possible, and for another kind of USB host
	unlisted  int // in an archive, but its recipe does not load it
	outOfTree int
}

func (t tier) compare(other tier) int {
	return cmp.Or(
		cmp.Compare(t.possible, other.possible),
		cmp.Compare(t.kind, other.kind),
		cmp.Compare(t.unnamed, other.unnamed),
		cmp.Compare(t.unlikely, other.unlikely),
		cmp.Compare(t.unlisted, other.unlisted),
		cmp.Compare(t.outOfTree, other.outOfTree))
}

// The names of what makes a tier worse, in the order of its fields.
func (t tier) worse(best tier) string {
	switch {
	case t.possible > best.possible:
		return "possible only: the report lacks a field of its pattern"
	case t.kind > best.kind:
		return "its pattern is wider, another one names the ids"
	case t.unnamed > best.unnamed:
		return "possible only, and the report's own system names another one"
	case t.unlikely > best.unlikely:
		return "possible only, for another kind of USB host than this probably is"
	case t.unlisted > best.unlisted:
		return "its recipe does not load it"
	case t.outOfTree > best.outOfTree:
		return "out of tree, another one is the kernel's own"
	}
	return ""
}

// candidates returns what the platform offers for a device, whether it
// competes or not, in the order of the offers.
func (e *evaluation) candidates(s *subject) []candidate {
	var list []candidate
	for _, c := range s.claims {
		for _, i := range e.of(c.ref) {
			list = append(list, candidate{offer: i, claim: c, tier: e.tier(s, i, c), reject: e.refusal(s, i, c)})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int { return cmp.Compare(a.offer, b.offer) })
	keepBest(list)
	return list
}

func (e *evaluation) tier(s *subject, offer int, c claim) tier {
	var t tier
	if c.verdict != modalias.Certain {
		t.possible = 1
		if named := internal(s.Modules); len(named) > 0 && !slices.Contains(named, e.module(offer).Name) {
			t.unnamed = 1
		}
		t.unlikely = count(s.unlikely(c))
	}
	t.kind = int(c.kind)
	if listed := e.offers[offer].kmod.Listed; listed != nil && !*listed {
		t.unlisted = 1
	}
	if e.module(offer).OutOfTree {
		t.outOfTree = 1
	}
	return t
}

// refusal says why an offer is no driver for the device here, however good the
// others are.
func (e *evaluation) refusal(s *subject, offer int, c claim) string {
	switch {
	case e.offers[offer].bad != "":
		return e.offers[offer].bad
	case e.unusable[offer] != "":
		return e.unusable[offer]
	case e.hasOther(c):
		return "the platform has a module of this name, which does not know the device"
	case s.onBoard && !e.knows(s.Bus):
		return "it claims a node of the board, which platforms drive themselves"
	case c.kind == modalias.Exact:
		return ""
	case s.needsNone():
		return "it claims a whole class that needs no driver"
	case s.kernelClass && !e.knows(s.Bus):
		return "it claims a whole class that platforms drive themselves"
	}
	return ""
}

// keepBest leaves only the best tier in the competition.
func keepBest(list []candidate) {
	best, found := tier{}, false
	for _, c := range list {
		if c.reject == "" && (!found || c.tier.compare(best) < 0) {
			best, found = c.tier, true
		}
	}
	for i := range list {
		if list[i].reject == "" {
			list[i].worse = list[i].tier.worse(best)
		}
	}
}

// competing returns the offers of the best tier.
func competing(list []candidate) []int {
	var offers []int
	for _, c := range list {
		if c.competes() {
			offers = append(offers, c.offer)
		}
	}
	return offers
}

// record writes a device's candidates into the plan: each module of each
// extension with what became of it.
func (e *evaluation) record(d *plan.Device, list []candidate) {
	for _, c := range list {
		o := &e.offers[c.offer]
		name := e.module(c.offer).Name
		out := plan.Candidate{Module: name, Extension: o.ext.ID, Pattern: c.claim.pattern, Why: cmp.Or(c.reject, c.worse)}
		switch {
		case name == d.Module && o.ext.ID == d.Extension && c.competes():
			out.Chosen, out.Why = true, "chosen"
		case !c.competes():
		case name == d.Module:
			out.Why = "the same module, taken from " + d.Extension
		case d.Verdict == plan.Base:
			out.Why = "not needed: " + d.Why
		case d.Verdict != plan.ByModule:
			out.Why = d.Why
		default:
			out.Why = "as good, but the plan is no smaller with it"
		}
		d.Candidates = append(d.Candidates, out)
	}
}
