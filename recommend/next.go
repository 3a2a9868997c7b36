package recommend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// next says what a person can do about the devices that matter and have no
// driver: tell their ids, or their class, where they are not known; another
// platform first, then newer data, then a network adapter that works, the text
// of a request last.
func (e *evaluation) next() []plan.Next {
	list := e.unidentified()
	missing := e.missing()
	if len(missing) == 0 {
		return list
	}
	list = append(list, e.elsewhere(missing)...)
	if e.loader != linux {
		list = append(list, plan.Next{Code: "newer-catalogue",
			Text: "this is the data of " + e.world.cats[0].Date + ": modscout catalog update fetches newer data, which may have the driver"})
	}
	if slices.ContainsFunc(missing, e.question.networkPort) {
		if adapter, found := e.adapter(); found {
			list = append(list, adapter)
		}
	}
	for _, s := range missing {
		list = append(list, plan.Next{Code: "request", Text: e.request(s)})
	}
	return list
}

// unidentified asks for what the report does not tell of some devices.
func (e *evaluation) unidentified() []plan.Next {
	list := []plan.Next{}
	withoutIDs := func(s subject) bool { return s.matters() && s.DeviceID == "" && len(s.Modaliases) == 0 }
	if slices.ContainsFunc(e.question.subjects, withoutIDs) {
		list = append(list, plan.Next{Code: "ids-needed", Text: "some devices are known by name only: lspci -nn prints the ids that decide"})
	}
	var asked []*subject
	for i := range e.findings {
		s, f := &e.question.subjects[i], &e.findings[i]
		if f.Verdict == plan.NotKnown && s.Bus == "pci" && s.DeviceID != "" && s.Class == "" && len(s.Modaliases) == 0 && !slices.ContainsFunc(asked, s.alike) {
			asked = append(asked, s)
			list = append(list, plan.Next{Code: "class-needed",
				Text: name(s) + " may be of a class that kernels drive: lspci -nn prints the class"})
		}
	}
	return list
}

// missing lists the devices that matter and that Linux, but not this platform,
// has a driver for: of those that are alike, as the ports of one card, one.
func (e *evaluation) missing() []*subject {
	var list []*subject
	for i := range e.findings {
		s := &e.question.subjects[i]
		if !s.matters() || e.findings[i].Verdict != plan.Missing {
			continue
		}
		if !slices.ContainsFunc(list, s.alike) {
			list = append(list, s)
		}
	}
	return list
}

// alike says whether two devices have the same ids.
func (s *subject) alike(other *subject) bool {
	return s.DeviceID != "" && s.VendorID == other.VendorID && s.DeviceID == other.DeviceID &&
		s.SubvendorID == other.SubvendorID && s.SubdeviceID == other.SubdeviceID && s.Bus == other.Bus
}

// elsewhere names the platforms that have a driver for what is missing, those of
// the same loader first: where some have all of it, only those.
func (e *evaluation) elsewhere(missing []*subject) []plan.Next {
	var list []plan.Next
	asked := e.question.everywhere()
	rejected := asked.rejected()
	for _, loader := range append([]string{e.loader}, asked.otherLoaders(e.loader)...) {
		code, with := "other-platform", ""
		if loader != e.loader {
			code, with = "other-loader", "with "+loader+", "
		}
		var all []string
		var each []plan.Next
		for i, s := range missing {
			others := allowed(asked.drivenBy(s, loader), rejected)
			if len(others) > 0 {
				each = append(each, plan.Next{Code: code, Text: name(s) + ": " + with + has(newest(others))})
			}
			if i == 0 {
				all = others
			}
			all = slices.DeleteFunc(all, func(id string) bool { return !slices.Contains(others, id) })
		}
		if len(missing) > 1 && len(all) > 0 {
			each = []plan.Next{{Code: code, Text: fmt.Sprintf("for all %d that lack one: %s%s", len(missing), with, has(newest(all)))}}
		}
		list = append(list, each...)
	}
	return list
}

// everywhere is the question put to the platforms of all loaders, where it was
// for one only: another loader may have what that one lacks. A loader that boots
// another's platforms keeps them as its own.
func (q *question) everywhere() *question {
	facts, _ := platform.Loader(q.options.Loader)
	if q.options.Loader == "" || facts.Serves != "" {
		return q
	}
	q.widen.Do(func() {
		opts := q.options
		opts.Loader = ""
		q.wide = ask(q.report, q.world.cats[:q.world.usable], opts)
	})
	return q.wide
}

// drivenBy returns the platforms of a loader that drive a device, with a module
// or with a kernel that is known to: in the order of the catalogues. Other than
// offered, it asks each for its verdict, with the dependencies of its modules.
func (q *question) drivenBy(s *subject, loader string) []string {
	i := slices.IndexFunc(q.subjects, func(other subject) bool { return other.ID == s.ID })
	var list []string
	for _, site := range q.world.sites {
		if site.loader == loader && q.verdictsOn(site).drivenHere[i] {
			list = append(list, site.platform.ID)
		}
	}
	return list
}

// verdictsOn is verdicts, found once a platform; the modules may be chosen since.
func (q *question) verdictsOn(s *site) *evaluation {
	q.mu.Lock()
	e, known := q.judged[s]
	q.mu.Unlock()
	if known {
		return e
	}
	e = q.verdicts(s)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.judged[s] = e
	return e
}

// newest keeps of each model the last platform, in the order of the models.
func newest(ids []string) []string {
	var list []string
	at := map[string]int{}
	for _, id := range ids {
		if i, seen := at[plan.ModelOf(id)]; seen {
			list[i] = id
			continue
		}
		at[plan.ModelOf(id)] = len(list)
		list = append(list, id)
	}
	return list
}

// rejected returns the platforms that a rule rules out for this machine: a
// driver there helps nobody.
func (q *question) rejected() map[string]bool {
	ids := map[string]bool{}
	for _, s := range q.world.sites {
		if s.judgement.Rejected != nil {
			ids[s.platform.ID] = true
		}
	}
	return ids
}

func allowed(ids []string, rejected map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return rejected[id] })
}

// otherLoaders lists the loaders of the catalogues but one, and without the
// distribution kernels, in their order.
func (q *question) otherLoaders(but string) []string {
	var list []string
	seen := map[string]bool{but: true, linux: true}
	for _, s := range q.world.sites {
		if !seen[s.loader] {
			seen[s.loader] = true
			list = append(list, s.loader)
		}
	}
	return list
}

// name is how people look a device up: its ids and its name.
func name(s *subject) string {
	id := s.ID
	if s.VendorID != "" && s.DeviceID != "" {
		id = s.VendorID + ":" + s.DeviceID
	}
	return strings.TrimSpace(id + " " + s.Device.Device)
}

// request is what a maintainer must know to add a driver, ready to paste.
func (e *evaluation) request(s *subject) string {
	var facts []string
	if s.SubvendorID != "" && s.SubdeviceID != "" {
		facts = append(facts, "subsystem "+s.SubvendorID+":"+s.SubdeviceID)
	}
	if s.Class != "" {
		facts = append(facts, "class "+s.Class)
	}
	text := "to paste for the maintainer: Please add a driver for " + name(s)
	if len(facts) > 0 {
		text += " (" + strings.Join(facts, ", ") + ")"
	}
	text += " on " + e.platform.ID
	if kernel := e.kernel(); kernel != "" {
		text += ", kernel " + kernel
	}
	if names := e.world.drivers(s.reference); len(names) > 0 {
		text += "; Linux has it in its tree as " + strings.Join(names, " or ")
	}
	return text
}
