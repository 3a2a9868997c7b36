package recommend

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
)

// adapter names the first USB network adapters that the platform has a driver
// for: a network port that can be bought where the machine's own has none. It
// returns false where it has none for any.
func (e *evaluation) adapter() (plan.Next, bool) {
	const few = 2
	var texts []string
	for i := range e.question.adapters {
		s := &e.question.adapters[i]
		if source := e.driverOf(s); source != "" && len(texts) < few {
			texts = append(texts, s.Device.Device+" ("+s.VendorID+":"+s.DeviceID+", "+source+")")
		}
	}
	text := "a USB network adapter works there: one with " + strings.Join(texts, " or ")
	return plan.Next{Code: "usb-adapter", Text: text}, len(texts) > 0
}

// driverOf words where the platform has the driver for the ids of a device: "r8152
// of pocopico.r8152", or "r8152" of the platform itself; "" where it has none.
func (e *evaluation) driverOf(s *subject) string {
	for _, c := range s.certain {
		if c.verdict == modalias.Certain && c.kind == modalias.Exact && e.drives(c) {
			return e.world.module(c.ref).Name
		}
	}
	list := e.candidates(s)
	i := slices.IndexFunc(list, func(c candidate) bool {
		return c.competes() && c.claim.verdict == modalias.Certain && c.claim.kind == modalias.Exact
	})
	if i < 0 {
		return ""
	}
	return e.module(list[i].offer).Name + " of " + e.offers[list[i].offer].ext.ID
}
