package platform

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// LoaderFacts is how a loader treats drivers.
type LoaderFacts struct {
	Name              string   `json:"name"`
	Title             string   `json:"title"` // as it calls itself
	Bundled           []string `json:"bundled"`
	Runner            string   `json:"runner"` // "stop-at-first-failure", "skip-loaded" or "udev"
	DeletesUnselected bool     `json:"deletes_unselected"`
	Serves            string   `json:"serves"` // the loader whose catalogue it uses, where that is another one
	Source            string   `json:"source"`
}

var loaders = mustLoad[[]LoaderFacts]("loaders.json")

// Loader returns the facts about a loader by its name: "rr", "arc", "arpl",
// "redpill", "tcrp" or "linux".
func Loader(name string) (LoaderFacts, bool) {
	for _, facts := range loaders() {
		if facts.Name == name {
			return facts, true
		}
	}
	return LoaderFacts{}, false
}

// Steps says what to choose in the loader's own menus to get a platform.
func Steps(p plan.Platform, r *report.Report) []plan.Step {
	switch p.Loader {
	case "rr":
		return menuSteps("RR", p, r)
	case "arpl", "arc":
		facts, _ := Loader(p.Loader)
		return menuSteps(facts.Title, p, &report.Report{})
	case "redpill":
		steps := []plan.Step{{Where: "modscout pack PLAN --for redpill", Text: "writes the extension and user_config.json"}}
		if p.Model != "" && p.OSVersion != "" && p.Build != "" {
			build := fmt.Sprintf("./build-loader.sh %s %s-%s", p.Model, p.OSVersion, p.Build)
			steps = append(steps, plan.Step{Where: "redpill-load", Text: build})
		}
		return steps
	case "tcrp":
		return []plan.Step{
			{Where: "modscout pack PLAN --for tcrp", Text: "writes the extension, user_config.json and the commands that add it"},
			{Where: "TCRP", Text: fmt.Sprintf("./rploader.sh build %s manual", tcrpName(p))},
		}
	}
	return nil
}

// tcrpName is a platform as rploader.sh is told (pocopico/tinycore-redpill
// custom_config.json): "ds918p-7.0.1-42218" for ds918p_42218.
func tcrpName(p plan.Platform) string {
	model, _, _ := strings.Cut(p.ID, "_")
	if p.OSVersion == "" || p.Build == "" {
		return "PLATFORM"
	}
	return model + "-" + p.OSVersion + "-" + p.Build
}

// menuSteps are the items of RR's main menu (RROrg/rr@e83ec2b
// files/initrd/opt/rr/menu.sh), which shares them with ARPL, its forerunner.
// Only the custom kernel drives the devices of Hyper-V and Xen.
func menuSteps(title string, p plan.Platform, r *report.Report) []plan.Step {
	steps := []plan.Step{
		{Where: title + " > Choose a model", Text: p.Model},
		{Where: title + " > Choose a version", Text: p.OSVersion},
	}
	if guest := r.Machine.Hypervisor; guest == "microsoft" || guest == "xen" {
		steps = append(steps, plan.Step{Where: title + " > Kernel", Text: "custom"})
	}
	return append(steps, plan.Step{Where: title + " > Build the loader", Text: "then boot it"})
}

// A silence is something other than a driver that keeps a box silent.
type silence struct {
	Code        string `json:"code"`
	Text        string `json:"text"`
	Log         string `json:"log,omitempty"`         // which log to get, and how
	KernelBelow int    `json:"kernel_below,omitzero"` // it is true of older kernels; 0: of all
	Detail      bool   `json:"detail,omitzero"`       // for who looks for the cause, not for every plan
	Source      string `json:"source"`
}

var silences = mustLoad[[]silence]("silent.json")

// Silent says what else keeps a machine silent after the boot when its network
// card has a driver: in short for one platform, or at length, of all platforms,
// where p is nil. Each has the log to get, or what to try, as its hint.
func Silent(p *catalog.Platform) []plan.Warning {
	var list []plan.Warning
	for _, s := range silences() {
		if p == nil || !s.Detail && (s.KernelBelow == 0 || olderThan(p, s.KernelBelow)) {
			list = append(list, plan.Warning{Code: s.Code, Text: s.Text, Hint: s.Log, Source: s.Source})
		}
	}
	return list
}

// olderThan says whether a platform's kernel is known to be older than a major
// version.
func olderThan(p *catalog.Platform, major int) bool {
	has := leading(p.KernelVersion)
	return has > 0 && has < major
}
