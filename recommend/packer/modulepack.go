package packer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// baseNames returns the plan's modules as loaders with module packs name them:
// files without ".ko", with the folder where there is one.
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
