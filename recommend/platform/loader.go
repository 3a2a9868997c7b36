package platform

import (
	"fmt"

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
	case "rr", "arpl", "arc":
		facts, _ := Loader(p.Loader)
		return []plan.Step{
			{Where: facts.Title + " > Choose a model", Text: p.Model},
			{Where: facts.Title + " > Choose a version", Text: p.OSVersion},
			{Where: facts.Title + " > Build the loader", Text: "then boot it"},
		}
	case "redpill":
		return []plan.Step{
			{Where: "modscout pack PLAN --for redpill", Text: "writes the extension and user_config.json"},
			{Where: "redpill-load", Text: fmt.Sprintf("./build-loader.sh %s %s-%s", p.Model, p.OSVersion, p.Build)},
		}
	case "tcrp":
		return []plan.Step{
			{Where: "TCRP", Text: fmt.Sprintf("./rploader.sh ext %s add INDEX-URL for each extension", p.ID)},
			{Where: "TCRP", Text: "./rploader.sh build " + p.ID},
		}
	}
	return nil
}

var silent = mustLoad[[]plan.Reason]("silent.json")

// SilentAfterBoot lists what else keeps a machine silent after the boot when
// its network card has a driver.
func SilentAfterBoot() []plan.Reason { return silent() }
