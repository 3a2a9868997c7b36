package packer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// menuLoader is what differs between ARPL and the loaders that grew out of it,
// RR and ARC. All three take model and version from their menus or from
// user-config.yml, and delete every module of their pack that the file's map
// "modules" does not name. So by default the pack stays whole, and where two
// modules claim one device the other one goes on modprobe's blacklist.
type menuLoader struct {
	title      string   // as its own screens say it
	plans      []string // loaders whose plans it can take
	everything string   // the menu that takes the whole pack back
	blacklist  string   // the menu of the blacklist

	// chosen are the keys that say what the plan chose; none where the plan
	// does not say enough.
	chosen func(p plan.Platform) []setting
	// forget are the keys that belong to the model that was chosen before: the
	// loader would boot or download the wrong system.
	forget func(old *yamlFile) ([]setting, error)
	// bar puts the losers on the blacklist.
	bar func(old *yamlFile, losers []loser) (setting, error)
	odp bool // it knows "odp", which keeps the system's own modules
	// more makes further files and warnings; may be nil.
	more func(in Input, losers []loser) ([]File, []plan.Warning, error)
}

// pack makes user-config.yml and README.txt.
func (l menuLoader) pack(in Input) ([]File, []plan.Warning, error) {
	losers, err := l.check(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	old, err := parseYAML(in.UserConfig)
	if err != nil {
		return nil, nil, fmt.Errorf("user-config.yml: %w", err)
	}
	settings, warnings, err := l.settings(in, old, losers)
	if err != nil {
		return nil, nil, fmt.Errorf("user-config.yml: %w", err)
	}
	config, err := old.set(settings)
	if err != nil {
		return nil, nil, fmt.Errorf("user-config.yml: %w", err)
	}
	files := []File{
		{Name: "user-config.yml", Data: config, Backup: true},
		{Name: "README.txt", Data: []byte(l.readme(in, losers))},
	}
	if l.more == nil {
		return files, warnings, nil
	}
	extra, more, err := l.more(in, losers)
	return append(files, extra...), append(warnings, more...), err
}

// check refuses plans of another loader, and names that the loader's scripts
// would not take for names.
func (l menuLoader) check(p *plan.Plan) ([]loser, error) {
	if !slices.Contains(l.plans, p.Platform.Loader) {
		return nil, wrongLoader(p)
	}
	if len(l.chosen(p.Platform)) == 0 {
		return nil, fmt.Errorf("the plan does not name model, version and flavour of %s", p.Platform.ID)
	}
	if err := checkWords(p); err != nil {
		return nil, err
	}
	for _, m := range p.Modules {
		// The folder update of the packs is part of a file's name.
		if err := check("module file", strings.TrimPrefix(m.File, "update/"), moduleFile); err != nil {
			return nil, err
		}
	}
	losers := blacklist(p)
	for _, l := range losers {
		if err := cmp.Or(checkName("module name", l.module), checkName("module name", l.winner)); err != nil {
			return nil, err
		}
	}
	return losers, nil
}

// settings is what changes in user-config.yml.
func (l menuLoader) settings(in Input, old *yamlFile, losers []loser) ([]setting, []plan.Warning, error) {
	settings := l.chosen(in.Plan.Platform)
	var warnings []plan.Warning
	moved := l.moved(old, in.Plan.Platform)
	if moved && old.has("model") {
		forget, err := l.forget(old)
		if err != nil {
			return nil, nil, err
		}
		settings = append(settings, forget...)
		before := strings.TrimSpace(old.text("model") + " " + cmp.Or(old.text("productver"), old.text("build")))
		warnings = append(warnings, plan.Warning{
			Code: "model-changed",
			Text: fmt.Sprintf("your user-config.yml is for %s; its serial number and download belong to that", before),
			Hint: "choose model and version in " + l.title + "'s menus, which renew both",
		})
	}
	if kernel := old.text("kernel"); kernel != "" && kernel != "official" {
		warnings = append(warnings, plan.Warning{
			Code: "kernel-not-official",
			Text: fmt.Sprintf("your user-config.yml chooses the kernel %q, whose pack has other modules than the plan's", report.OneLine(kernel)),
			Hint: "make the plan with a catalogue of that pack, or choose the official kernel in " + l.title + "'s menu",
		})
	}
	if len(losers) > 0 {
		s, err := l.bar(old, losers)
		if err != nil {
			return nil, nil, err
		}
		settings = append(settings, s)
	}
	modules, more := l.modules(in, moved)
	return append(settings, modules...), append(warnings, more...), nil
}

// moved reports whether the file is for another model or version.
func (l menuLoader) moved(old *yamlFile, p plan.Platform) bool {
	return slices.ContainsFunc(l.chosen(p), func(s setting) bool {
		return (s.key == "model" || s.key == "productver" || s.key == "build") && old.text(s.key) != s.value
	})
}

// modules decides on the "modules" map.
func (l menuLoader) modules(in Input, moved bool) ([]setting, []plan.Warning) {
	if in.Minimal {
		return l.minimal(baseNames(in.Plan))
	}
	if !moved {
		return nil, nil // the list in the file is the one that the loader or its user made
	}
	if names, date := packNames(in); len(names) > 0 {
		comment := "the whole pack, as of " + date + "; choosing the version in " + l.title + "'s menu lists it anew"
		return []setting{{key: "modules", names: names, comment: comment}}, nil
	}
	return nil, []plan.Warning{{
		Code: "modules-not-listed",
		Text: "user-config.yml does not list the pack's modules, and " + l.title + " deletes those that are not listed",
		Hint: "choose the version once in " + l.title + "'s menu: it fills in the list",
	}}
}

// minimal cuts the pack down to the plan's modules.
func (l menuLoader) minimal(names []string) (settings []setting, warnings []plan.Warning) {
	if l.odp {
		settings = append(settings, setting{key: "odp", value: "true", comment: "true keeps the system's own modules, which " + l.title + " deletes otherwise"})
	} else {
		warnings = append(warnings, plan.Warning{
			Code: "own-modules-deleted",
			Text: l.title + " has no odp: it also deletes the system's own modules where its pack has one of that name",
			Hint: "leave --minimal out",
		})
	}
	settings = append(settings, setting{key: "modules", names: names, comment: "only what this machine needs: " + l.title + " deletes the rest of its pack"})
	return settings, append(warnings, plan.Warning{
		Code: "minimal-pack",
		Text: fmt.Sprintf("only %d modules stay in the image: a card, a disk controller or a USB adapter that is added later has no driver until the loader is built again with it", len(names)),
		Hint: l.everything + " takes it back",
	})
}

// forgetKeys empties keys, those that the file has.
func forgetKeys(keys ...string) func(old *yamlFile) ([]setting, error) {
	return func(old *yamlFile) (settings []setting, err error) {
		for _, key := range keys {
			if old.has(key) {
				settings = append(settings, setting{key: key})
			}
		}
		return settings, nil
	}
}

// usualBlacklist is what RR and ARC put into a new user-config.yml (init.sh).
const usualBlacklist = "evbug,cdc_ether"

// modblacklist adds losers to the list that RR and ARC pass to modprobe.
func modblacklist(old *yamlFile, losers []loser) (setting, error) {
	return barred("modblacklist", cmp.Or(old.text("modblacklist"), usualBlacklist), losers), nil
}

// barred adds losers to a list with commas, and says why in a comment.
func barred(key, text string, losers []loser) setting {
	var list, why []string
	if text != "" {
		list = strings.Split(text, ",")
	}
	for _, l := range losers {
		if !slices.Contains(list, l.module) {
			list = append(list, l.module)
		}
		why = append(why, fmt.Sprintf("%s because %s drives %s", l.module, l.winner, l.device))
	}
	comment := strings.Join(strings.Fields(strings.Join(why, "; ")), " ")
	return setting{key: key, value: strings.Join(list, ","), comment: comment}
}
