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
	rejected := e.question.rejected()
	for _, s := range missing {
		list = append(list, e.elsewhere(s, rejected)...)
	}
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
	for i := range e.findings {
		s, f := &e.question.subjects[i], &e.findings[i]
		if f.Verdict == plan.NotKnown && s.Bus == "pci" && s.DeviceID != "" && s.Class == "" && len(s.Modaliases) == 0 {
			list = append(list, plan.Next{Code: "class-needed",
				Text: name(s) + " may be of a class that kernels drive: lspci -nn prints the class"})
		}
	}
	return list
}

// missing lists the devices that matter and that Linux, but not this platform,
// has a driver for.
func (e *evaluation) missing() []*subject {
	var list []*subject
	for i := range e.findings {
		if s := &e.question.subjects[i]; s.matters() && e.findings[i].Verdict == plan.Missing {
			list = append(list, s)
		}
	}
	return list
}

// elsewhere names the other platforms that have a driver for a device, those of
// the same loader first.
func (e *evaluation) elsewhere(s *subject, rejected map[string]bool) []plan.Next {
	var list []plan.Next
	if others := allowed(e.question.servers(s, e.loader), rejected); len(others) > 0 {
		list = append(list, plan.Next{Code: "other-platform", Text: name(s) + ": " + has(others)})
	}
	for _, loader := range e.question.otherLoaders(e.loader) {
		if others := allowed(e.question.servers(s, loader), rejected); len(others) > 0 {
			list = append(list, plan.Next{Code: "other-loader", Text: fmt.Sprintf("%s: with %s, %s", name(s), loader, has(others))})
		}
	}
	return list
}

// rejected returns the platforms that a rule rules out for this machine: a
// driver there helps nobody.
func (q *question) rejected() map[string]bool {
	ids := map[string]bool{}
	for _, s := range q.world.sites {
		if platform.Judge(q.report, &s.platform, s.loader).Rejected != nil {
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

// request is what a maintainer must know to add a driver.
func (e *evaluation) request(s *subject) string {
	parts := []string{"ask for a driver for " + name(s)}
	if s.SubvendorID != "" && s.SubdeviceID != "" {
		parts = append(parts, "subsystem "+s.SubvendorID+":"+s.SubdeviceID)
	}
	if s.Class != "" {
		parts = append(parts, "class "+s.Class)
	}
	parts = append(parts, "platform "+e.platform.ID)
	if kernel := e.kernel(); kernel != "" {
		parts = append(parts, "kernel "+kernel)
	}
	if names := e.world.drivers(s.reference); len(names) > 0 {
		parts = append(parts, "in-tree module "+strings.Join(names, " or "))
	}
	return strings.Join(parts, ", ")
}
