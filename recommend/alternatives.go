package recommend

import (
	"cmp"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// alternatives lists the other platforms, in the order of their standing: of
// every loader and flavour the best one, and one for each reason to reject
// others of them.
func alternatives(best *evaluation, ranked []*evaluation) []plan.Alternative {
	list := []plan.Alternative{}
	seen := map[[3]string]bool{best.family(): true}
	for _, e := range ranked {
		if key := e.family(); !seen[key] {
			seen[key] = true
			list = append(list, e.alternative(best))
		}
	}
	return list
}

// family is loader and flavour, or the model where the flavour is not known,
// and why the platform is rejected.
func (e *evaluation) family() [3]string {
	return [3]string{e.loader, cmp.Or(e.platform.Flavour, plan.ModelOf(e.platform.ID)), e.rejected()}
}

// rejected is the reason to reject the platform, or "".
func (e *evaluation) rejected() string {
	if r := e.judgement.Rejected; r != nil {
		return r.Text
	}
	return ""
}

func (e *evaluation) alternative(best *evaluation) plan.Alternative {
	a := plan.Alternative{Platform: e.platform.ID, Loader: e.loader, Uncovered: []string{},
		Modules: len(e.chosen), Rejected: e.rejected()}
	exts := map[string]bool{}
	for _, offer := range e.chosen {
		exts[e.offers[offer].ext.ID] = true
	}
	a.Extensions = len(exts)
	for i := range e.findings {
		f := &e.findings[i]
		switch {
		case f.Importance == plan.Optional:
		case f.covered():
			a.Covered++
		case f.lacking():
			a.Uncovered = append(a.Uncovered, f.ID)
		}
	}
	a.Why = e.setBack(best)
	if a.Why == "" && a.Rejected == "" && e.standing().compare(best.standing()) == 0 {
		a.Why = "as good"
	}
	return a
}

// setBack says what sets a platform back against the best one besides drivers
// and a rejection: a feature that nobody states, an older system.
func (e *evaluation) setBack(best *evaluation) string {
	var list []string
	for _, feature := range best.judgement.Reasons {
		same := func(r plan.Reason) bool { return r.Code == feature.Code }
		if !slices.ContainsFunc(e.judgement.Reasons, same) {
			list = append(list, "nobody states that "+feature.Text)
		}
	}
	mine, theirs := e.standing(), best.standing()
	if len(list) == 0 && slices.Compare(mine.score, theirs.score) < 0 {
		list = append(list, "its loader warns of more")
	}
	switch {
	case e.loader == linux || slices.Compare(mine.os, theirs.os) >= 0:
	case e.platform.OSVersion == "":
		list = append(list, "the version of its system is not known")
	default:
		list = append(list, "its system is older, "+e.platform.OSVersion)
	}
	return strings.Join(list, "; ")
}
