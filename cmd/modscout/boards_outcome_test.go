package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// outcome is what a guest said of one way of loading drivers.
type outcome struct {
	said    map[string]string
	bound   []sight
	loaded  []string // modules beyond the platform's own
	bytes   int      // that they take in memory
	seconds float64  // of loading, in the guest
	refused []string // what insmod or the runner complained of
	whole   bool     // the guest came to the end of it
}

func readOutcome(said map[string]string, way string) outcome {
	o := outcome{said: said, bound: sights(said[way+": bound"])}
	_, o.whole = said[way+": unload"]
	base := moduleSizes(said["base"])
	for name, size := range moduleSizes(said[way+": modules"]) {
		if _, own := base[name]; !own {
			o.loaded = append(o.loaded, name)
			o.bytes += size
		}
	}
	slices.Sort(o.loaded)
	var before, after float64
	fmt.Sscan(said[way+": seconds"], &before, &after)
	o.seconds = after - before
	for line := range strings.Lines(said[way+": load"]) {
		if strings.Contains(line, "can't insert") || strings.Contains(line, "Exit 99") {
			o.refused = append(o.refused, strings.TrimSpace(line))
		}
	}
	return o
}

// moduleSizes reads names and sizes from /proc/modules.
func moduleSizes(proc string) map[string]int {
	sizes := map[string]int{}
	for line := range strings.Lines(proc) {
		var name string
		var size int
		if n, _ := fmt.Sscan(line, &name, &size); n == 2 {
			sizes[name] = size
		}
	}
	return sizes
}

// sight is a device with a driver, as the guest's bound prints it.
type sight struct{ bus, node, driver, module string }

func sights(list string) (found []sight) {
	for line := range strings.Lines(list) {
		if f := strings.Fields(line); len(f) == 4 {
			found = append(found, sight{f[0], f[1], f[2], f[3]})
		}
	}
	return found
}

// is says whether this is the device of a report's id; or, where the report
// only predicted the device and so knew no address, one below its transport.
func (s sight) is(id, transport string) bool {
	_, parent, _ := strings.Cut(transport, ":")
	return s.bus+":"+filepath.Base(s.node) == id ||
		parent != "" && filepath.Base(filepath.Dir(s.node)) == parent
}

// unbound lists the devices for which the plan promises a module and that are
// not bound by it.
func unbound(p *plan.Plan, before *report.Report, after []sight) []string {
	return lost(p, before, after, func(d plan.Device, s sight) bool { return s.module == d.Module || s.driver == d.Module })
}

// unboundByAny lists those of them that no module at all has bound.
func unboundByAny(p *plan.Plan, before *report.Report, after []sight) []string {
	return lost(p, before, after, func(plan.Device, sight) bool { return true })
}

func lost(p *plan.Plan, before *report.Report, after []sight, right func(plan.Device, sight) bool) (ids []string) {
	impliedBy := map[string]string{}
	for _, d := range before.Devices {
		impliedBy[d.ID] = d.ImpliedBy
	}
	for _, d := range p.Devices {
		served := slices.ContainsFunc(after, func(s sight) bool { return s.is(d.ID, impliedBy[d.ID]) && right(d, s) })
		if d.Verdict == plan.ByModule && !served {
			ids = append(ids, d.ID)
		}
	}
	return ids
}
