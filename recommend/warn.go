package recommend

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// warnings says what a person should read before acting: what the report
// says itself, what the rules say, then each doubtful device, then each
// doubtful module.
func (e *evaluation) warnings() []plan.Warning {
	list := append(e.repeat(), e.judgement.Warnings...)
	if r := e.judgement.Rejected; r != nil {
		list = append(list, plan.Warning{Code: "platform-rejected", Text: r.Text, Source: r.Source})
	}
	if !e.question.decisive() {
		list = append(list, plan.Warning{Code: "no-pci-devices", Hint: "lspci -nn, or a scan of the machine, shows them",
			Text: "the report shows no PCI device: what disks and network need is not known here"})
	}
	if w, other := e.otherKernelRuns(); other {
		list = append(list, w)
	}
	if e.reachable() {
		list = append(list, e.silent()...)
	}
	for i := range e.findings {
		list = e.doubts(list, i)
	}
	for _, offer := range e.chosen {
		list = e.moduleDoubts(list, offer)
	}
	return list
}

// reachable says whether a network port of the machine gets a module of the
// plan, or has its driver in the platform.
func (e *evaluation) reachable() bool {
	for i := range e.findings {
		if s := &e.question.subjects[i]; e.findings[i].covered() && s.Class != "" && e.question.networkPort(s) {
			return true
		}
	}
	return false
}

// silent says what else keeps a box silent whose network card has a driver, and
// which log tells. A distribution's kernel shows on a screen what it does.
func (e *evaluation) silent() []plan.Warning {
	if _, known := platform.Loader(e.loader); !known || e.loader == linux {
		return nil
	}
	return platform.Silent(&e.platform)
}

// otherKernelRuns warns where the platform stands for another build of the
// kernel that runs.
func (e *evaluation) otherKernelRuns() (plan.Warning, bool) {
	running := e.question.options.Running
	if e.loader != linux || running == "" || e.kernel() == running {
		return plan.Warning{}, false
	}
	return plan.Warning{
		Code: "other-kernel-runs",
		Text: fmt.Sprintf("this machine runs %s; the answer is for %s", running, e.kernel()),
	}, true
}

func (e *evaluation) doubts(list []plan.Warning, i int) []plan.Warning {
	f := &e.findings[i]
	switch {
	case f.Importance != plan.Boot || !f.covered():
	case f.Certainty == plan.Assumed:
		list = append(list, plan.Warning{Code: "boot-device-assumed", Device: f.ID, Text: f.Why,
			Hint: "import the platform's own kernel and initrd to be sure"})
	case f.Certainty == plan.Possible:
		list = append(list, plan.Warning{Code: "possible-match", Device: f.ID,
			Text: f.Module + " drives some devices with these ids; the report lacks the field that decides",
			Hint: "a scan of the machine, or lspci -nnv, has it"})
	}
	return list
}

func (e *evaluation) moduleDoubts(list []plan.Warning, offer int) []plan.Warning {
	name := e.module(offer).Name
	for _, i := range e.alsoClaims(offer) {
		f := &e.findings[i]
		text := fmt.Sprintf("%s also claims this device, which %s", name, e.driver(f))
		list = append(list, plan.Warning{Code: "also-claimed", Device: f.ID, Text: text})
	}
	if w, doubtful := e.firmwareDoubt(offer); doubtful {
		list = append(list, w)
	}
	if lacks := e.lacks[offer]; len(lacks) > 0 {
		list = append(list, plan.Warning{Code: "dependency-assumed",
			Text: fmt.Sprintf("%s needs %s, which no package for this platform has: its kernel should", name, strings.Join(lacks, ", "))})
	}
	return list
}

// driver words what is meant to drive a device.
func (e *evaluation) driver(f *finding) string {
	if f.Verdict == plan.ByModule {
		return f.Module + " is chosen for"
	}
	return "the platform drives itself"
}
