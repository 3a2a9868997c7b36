package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/show"
)

// printExplanation tells the whole story of one device, for a person.
func printExplanation(w io.Writer, x *recommend.Explanation, p *plan.Plan) error {
	d := x.Device
	story := show.NewList(w, 12)
	story.Line(fmt.Sprintf("%s (%s) on %s", x.Name, d.ID, p.Platform.ID))
	story.Line("")
	story.Entry("verdict", fmt.Sprintf("%s, %s, %s", d.Verdict, d.Certainty, d.Importance))
	if d.Module != "" {
		story.Entry("module", strings.TrimSpace(d.Module+" "+inBrackets(d.Extension)))
	}
	if d.Why != "" {
		story.Entry("why", d.Why)
	}
	for _, b := range d.Basis {
		if b.Text != d.Why || b.Source != "" {
			story.Entry("basis", b.Layer+": "+b.Text+inBrackets(b.Source))
		}
	}
	for _, key := range x.Keys {
		story.Entry("matched by", strings.ReplaceAll(key, string(rune(modalias.Unknown)), "?"))
	}
	if len(x.Reference) > 0 {
		story.Entry("Linux has", strings.Join(x.Reference, ", "))
	}
	explainCandidates(story, x.Candidates)
	explainPlatforms(story, x.Platforms)
	for _, next := range x.Next {
		story.Entry("next", next.Text)
	}
	return story.Err()
}

func explainCandidates(story *show.List, candidates []recommend.Contender) {
	if len(candidates) == 0 {
		story.Entry("candidates", "none: no module of this platform claims it")
	}
	for _, c := range candidates {
		story.Entry("candidate", fmt.Sprintf("%s of %s: %s", c.Module, c.Extension, c.Why))
		story.Entry("", c.Pattern)
		story.Entry("", matchedFields(c.Fields))
	}
}

// explainPlatforms names the platforms that would serve a device.
func explainPlatforms(story *show.List, servers []recommend.Server) {
	for _, s := range servers {
		all := len(s.Serve) + len(s.Without)
		if len(s.Serve) == 0 {
			story.Entry("offered by", fmt.Sprintf("%s: on none of %d platforms", s.Loader, all))
			continue
		}
		text := fmt.Sprintf("%s: on %d of %d platforms: %s", s.Loader, len(s.Serve), all, recommend.Summary(s.Serve, s.Without))
		story.Entry("offered by", text)
		if len(s.Without) > 0 {
			story.Entry("", "not on "+recommend.Summary(s.Without, s.Serve))
		}
		if len(s.Rejected) > 0 {
			story.Entry("", "ruled out for this machine: "+recommend.Summary(s.Rejected, nil))
		}
	}
}

// matchedFields words the fields of a device that a pattern asks for: "vendor
// 00008086, device 000015F3, subvendor 00001043 (not in the report)".
func matchedFields(fields []recommend.Field) string {
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

func inBrackets(source string) string {
	if source == "" {
		return ""
	}
	return " (" + source + ")"
}
