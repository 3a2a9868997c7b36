package packer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// rr makes what RROrg/rr takes: model and version in the words of its menus,
// and its user-config.yml. What the keys mean was read in RROrg/rr@e83ec2b,
// files/initrd/opt/rr: menu.sh, boot.sh, ramdisk-patch.sh, include/modules.sh.
//
// RR deletes every module of its pack that "modules" does not name, so by
// default the pack stays whole; where two modules claim one device, the other
// one goes on modprobe's blacklist.
func rr(in Input) ([]File, []plan.Warning, error) {
	if in.Plan.Platform.Loader != "rr" {
		return nil, nil, wrongLoader(in.Plan)
	}
	if p := in.Plan.Platform; p.Model == "" || p.OSVersion == "" || p.Flavour == "" {
		return nil, nil, fmt.Errorf("the plan does not name model, version and flavour of %s", p.ID)
	}
	losers := blacklist(in.Plan)
	if err := checkRR(in.Plan, losers); err != nil {
		return nil, nil, err
	}
	old, err := parseYAML(in.UserConfig)
	if err != nil {
		return nil, nil, fmt.Errorf("user-config.yml: %w", err)
	}
	settings, warnings := rrSettings(in, old)
	config, err := old.set(settings)
	if err != nil {
		return nil, nil, fmt.Errorf("user-config.yml: %w", err)
	}
	readme := rrReadme(in, losers)
	return []File{
		{Name: "user-config.yml", Data: config, Backup: true},
		{Name: "README.txt", Data: []byte(readme)},
	}, warnings, nil
}

// checkRR refuses names that RR's scripts would not take for names.
func checkRR(p *plan.Plan, losers []loser) error {
	if err := checkWords(p); err != nil {
		return err
	}
	for _, m := range p.Modules {
		// The folder update of RR's packs is part of a file's name.
		if err := check("module file", strings.TrimPrefix(m.File, "update/"), moduleFile); err != nil {
			return err
		}
	}
	for _, l := range losers {
		if err := cmp.Or(checkName("module name", l.module), checkName("module name", l.winner)); err != nil {
			return err
		}
	}
	return nil
}

// rrSettings is what changes in user-config.yml.
func rrSettings(in Input, old *yamlFile) ([]setting, []plan.Warning) {
	p := in.Plan.Platform
	settings := []setting{
		{key: "platform", value: p.Flavour},
		{key: "model", value: p.Model},
		{key: "productver", value: p.OSVersion},
		{key: "kpre", value: p.OSVersion}, // equal for all platforms of RR's platforms.yml
	}
	if p.Kernel != "" {
		settings = append(settings, setting{key: "kver", value: strings.TrimSuffix(p.Kernel, "+")})
	}
	moved := old.text("model") != p.Model || old.text("productver") != p.OSVersion
	var warnings []plan.Warning
	if moved && old.has("model") {
		settings = append(settings, forget(old)...)
		warnings = append(warnings, plan.Warning{
			Code: "model-changed",
			Text: fmt.Sprintf("your user-config.yml is for %s %s; its serial number and download belong to that", old.text("model"), old.text("productver")),
			Hint: "choose model and version in RR's menus, which renew both",
		})
	}
	if list := blacklist(in.Plan); len(list) > 0 {
		settings = append(settings, blacklistSetting(old, list))
	}
	modules, more := rrModules(in, moved)
	return append(settings, modules...), append(warnings, more...)
}

// forget empties what belongs to the model and build that were chosen before:
// RR would download the wrong system. Its menu does the same.
func forget(old *yamlFile) []setting {
	var settings []setting
	for _, key := range []string{"modelid", "buildnum", "smallnum", "paturl", "patsum"} {
		if old.has(key) {
			settings = append(settings, setting{key: key})
		}
	}
	return settings
}

// rrModules decides on the "modules" map.
func rrModules(in Input, moved bool) ([]setting, []plan.Warning) {
	if in.Minimal {
		names := baseNames(in.Plan)
		return []setting{
				{key: "odp", value: "true", comment: "true keeps the system's own modules, which RR deletes otherwise"},
				{key: "modules", names: names, comment: "only what this machine needs: RR deletes the rest of its pack"},
			}, []plan.Warning{{
				Code: "minimal-pack",
				Text: fmt.Sprintf("only %d modules stay in the image: a card, a disk controller or a USB adapter that is added later has no driver until the loader is built again with it", len(names)),
				Hint: "RR > Modules menu > Show/Select modules > Select all takes it back",
			}}
	}
	if !moved {
		return nil, nil // the list in the file is the one that RR or its user made
	}
	if names, date := packNames(in); len(names) > 0 {
		comment := "the whole pack, as of " + date + "; choosing the version in RR's menu lists it anew"
		return []setting{{key: "modules", names: names, comment: comment}}, nil
	}
	return nil, []plan.Warning{{
		Code: "modules-not-listed",
		Text: "user-config.yml does not list the pack's modules, and RR deletes those that are not listed",
		Hint: "choose the version once in RR's menu: it fills in the list",
	}}
}

// baseNames returns the plan's modules as RR names them: files without ".ko".
func baseNames(p *plan.Plan) []string {
	names := []string{}
	for _, m := range p.Modules {
		names = append(names, strings.TrimSuffix(m.File, ".ko"))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// packNames returns all modules of the platform's pack, and the date of the
// catalogue that has it; none where no catalogue has.
func packNames(in Input) (names []string, date string) {
	for _, c := range in.Catalogs {
		pack := findExtension(c, in.Plan.Platform.ID)
		if pack == nil || !pack.Pack {
			continue
		}
		at, found := pack.Releases[in.Plan.Platform.ID]
		if !found || at >= len(pack.Recipes) {
			continue
		}
		for _, k := range pack.Recipes[at].Kmods {
			names = append(names, strings.TrimSuffix(c.Modules[k.Module].File, ".ko"))
		}
		slices.Sort(names)
		return slices.Compact(names), c.Date
	}
	return nil, ""
}

// loser is a module that must not take the device that another one drives.
type loser struct{ module, winner, device, why string }

// blacklist returns the modules that claim a device of the plan beside the
// chosen one, by name. A module that the plan uses elsewhere is none of them,
// and neither is one where the report leaves open which is right.
func blacklist(p *plan.Plan) []loser {
	used := map[string]bool{}
	for _, m := range p.Modules {
		used[moduleName(m.Name)], used[moduleName(m.File)] = true, true
	}
	losers := map[string]loser{}
	for _, d := range p.Devices {
		if d.Verdict != plan.ByModule || d.Certainty == plan.Possible {
			continue
		}
		for _, c := range d.Candidates {
			name := moduleName(c.Module)
			if _, known := losers[name]; !c.Chosen && !used[name] && !known {
				losers[name] = loser{name, moduleName(d.Module), d.ID, chosenWhy(d)}
			}
		}
	}
	return slices.SortedFunc(maps.Values(losers), func(a, b loser) int { return cmp.Compare(a.module, b.module) })
}

// chosenWhy returns why a device's module was preferred.
func chosenWhy(d plan.Device) string {
	for _, c := range d.Candidates {
		if c.Chosen && c.Why != "" {
			return c.Why
		}
	}
	return cmp.Or(d.Why, "preferred by the plan")
}

// moduleName returns the kernel's spelling of a module's name.
func moduleName(s string) string {
	return strings.ReplaceAll(strings.TrimSuffix(s, ".ko"), "-", "_")
}

// rrBlacklist is what RR puts into a new user-config.yml (init.sh).
const rrBlacklist = "evbug,cdc_ether"

// blacklistSetting adds the losers to the list that is there.
func blacklistSetting(old *yamlFile, losers []loser) setting {
	list := strings.Split(cmp.Or(old.text("modblacklist"), rrBlacklist), ",")
	var why []string
	for _, l := range losers {
		if !slices.Contains(list, l.module) {
			list = append(list, l.module)
		}
		why = append(why, fmt.Sprintf("%s because %s drives %s", l.module, l.winner, l.device))
	}
	comment := strings.Join(strings.Fields(strings.Join(why, "; ")), " ")
	return setting{key: "modblacklist", value: strings.Join(list, ","), comment: comment}
}
