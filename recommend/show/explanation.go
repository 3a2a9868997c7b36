package show

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Device writes all that is known of the device of a report with this id: what
// the report says of it and, where there is a plan, the story of its verdict. p
// and x are nil without a plan.
func Device(w io.Writer, r *report.Report, id string, p *plan.Plan, x *plan.Explanation) error {
	d := finder(r)(id)
	story := NewList(w, 12)
	head := d.ID + " " + name(d)
	if ids(d) != d.ID {
		head = fmt.Sprintf("%s %s (%s)", ids(d), name(d), d.ID)
	}
	if p == nil || x == nil {
		story.Line(head)
		story.Line("")
		story.facts(d)
		return story.Err()
	}
	story.Line(head + " on " + p.Platform.ID)
	story.Line("")
	story.verdict(&x.Device)
	story.facts(d)
	if !slices.Equal(x.Keys, d.Modaliases) {
		story.entries("matched by", x.Keys)
	}
	if len(x.Reference) > 0 {
		story.Entry("Linux has", strings.Join(x.Reference, ", "))
	}
	story.candidates(x.Candidates)
	story.servers(x.Platforms)
	for _, next := range x.Next {
		story.Entry("next", next.Text)
	}
	return story.Err()
}

// entries adds texts behind one label.
func (l *List) entries(label string, texts []string) {
	for _, text := range texts {
		l.Entry(label, text)
		label = ""
	}
}

// verdict tells what the plan says of a device, and what that rests on.
func (l *List) verdict(d *plan.Device) {
	l.Entry("verdict", fmt.Sprintf("%s, %s, %s", d.Verdict, d.Certainty, d.Importance))
	if d.Module != "" {
		l.Entry("module", strings.TrimSpace(d.Module+inBrackets(d.Extension)))
	}
	if d.Why != "" {
		l.Entry("why", d.Why)
	}
	for _, b := range d.Basis {
		if b.Text != d.Why || b.Source != "" {
			l.Entry("basis", b.Layer+": "+b.Text+inBrackets(b.Source))
		}
	}
}

// facts tells what the report says of a device.
func (l *List) facts(d *report.Device) {
	for _, fact := range []struct{ label, text string }{
		{"class", strings.TrimSpace(d.ClassName + " " + d.Class)},
		{"subsystem", strings.TrimSpace(subsystemIDs(d) + " " + d.Subsystem)},
		{"revision", d.Revision},
		{"driver here", d.Driver},
		{"state", details(d)},
		{"wired", wiring(d)},
	} {
		if fact.text != "" {
			l.Entry(fact.label, fact.text)
		}
	}
	l.entries("modalias", d.Modaliases)
}

// subsystemIDs returns "1043:87d2", or "" where the report does not have them.
func subsystemIDs(d *report.Device) string {
	if d.SubvendorID == "" || d.SubdeviceID == "" {
		return ""
	}
	return d.SubvendorID + ":" + d.SubdeviceID
}

// wiring says how a device is connected: its interrupt line, and with whom it
// shares that, and its IOMMU group.
func wiring(d *report.Device) string {
	var parts []string
	if d.IRQ != nil {
		parts = append(parts, fmt.Sprintf("IRQ %d", *d.IRQ))
	}
	if len(d.SharedIRQ) > 0 {
		parts = append(parts, "shared with "+some(d.SharedIRQ, 4))
	}
	if d.IOMMUGroup != "" {
		parts = append(parts, "IOMMU group "+d.IOMMUGroup)
	}
	if d.Parent != "" {
		parts = append(parts, "behind "+d.Parent)
	}
	return strings.Join(parts, ", ")
}

// candidates lists the modules that claim a device, and what each asks for.
func (l *List) candidates(candidates []plan.Contender) {
	if len(candidates) == 0 {
		l.Entry("candidates", "none: no module of this platform claims it")
	}
	for _, c := range candidates {
		l.Entry("candidate", fmt.Sprintf("%s of %s: %s", c.Module, c.Extension, c.Why))
		l.Entry("", c.Pattern)
		l.Entry("", matchedFields(c.Fields))
	}
}

// servers names the platforms that would serve a device.
func (l *List) servers(servers []plan.Server) {
	for _, s := range servers {
		all := len(s.Serve) + len(s.Without)
		if len(s.Serve) == 0 {
			l.Entry("offered by", fmt.Sprintf("%s: on none of %d platforms", s.Loader, all))
			continue
		}
		text := fmt.Sprintf("%s: on %d of %d platforms: %s", s.Loader, len(s.Serve), all, Platforms(s.Serve, s.Without))
		l.Entry("offered by", text)
		if len(s.Without) > 0 {
			l.Entry("", "not on "+Platforms(s.Without, s.Serve))
		}
		if len(s.Rejected) > 0 {
			l.Entry("", "ruled out for this machine: "+Platforms(s.Rejected, nil))
		}
	}
}

// matchedFields words the fields of a device that a pattern asks for: "vendor
// 00008086, device 000015F3, subvendor 00001043 (not in the report)".
func matchedFields(fields []plan.Field) string {
	var list []string
	for _, f := range fields {
		text := f.Name + " " + f.Asks
		switch {
		case f.Lacked:
			text += " (not in the report)"
		case f.Has != f.Asks:
			text += " (" + f.Has + ")"
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		return "asks for no field"
	}
	return "asks for " + strings.Join(list, ", ")
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
