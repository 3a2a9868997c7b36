package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan/report"
)

// evaluation is what was counted over all machines.
type evaluation struct {
	cats      []*catalog.Catalog
	options   recommend.Options
	reference string              // id of the platform that is held to the drivers in use
	has       map[string][]string // modules and built-in drivers of the reference, with their aliases

	machines, plans int
	devices         int      // with ids
	notKnown        []string // of those, on the reference
	held, found     int      // cards with a known driver, right answers
	given, exact    int      // of them with a module, right ones
	misses          []string
	otherwise       []string // cards in use with a driver that the reference has for other cards only
	problems        []string
	skipped         []string
}

func newEvaluation(cat *catalog.Catalog, quick bool) *evaluation {
	e := &evaluation{cats: []*catalog.Catalog{cat}, has: map[string][]string{}}
	for _, p := range cat.Platforms {
		if e.reference == "" && p.Loader == "linux" {
			e.reference = p.ID
			e.learn(cat, p)
		}
	}
	if quick {
		e.options.Platforms = []string{e.reference}
	}
	return e
}

// learn notes which drivers the reference kernel has at all, and for what.
func (e *evaluation) learn(cat *catalog.Catalog, p catalog.Platform) {
	for _, name := range p.Builtin {
		e.has[name] = nil
	}
	for _, x := range cat.Extensions {
		if at, found := x.Releases[p.ID]; found {
			for _, k := range x.Recipes[at].Kmods {
				if m := cat.Modules[k.Module]; m.Aliases != catalog.None {
					e.has[m.Name] = append(e.has[m.Name], cat.AliasSets[m.Aliases]...)
				}
			}
		}
	}
}

func (e *evaluation) skip(file string, err error) {
	e.skipped = append(e.skipped, fmt.Sprintf("%s: %v", file, err))
}

func (e *evaluation) wrong() bool { return len(e.problems) > 0 }

// machine asks about one machine on every platform.
func (e *evaluation) machine(name string, rep *report.Report) error {
	plans, err := recommend.Each(rep, e.cats, e.options)
	if err != nil {
		return err
	}
	e.machines++
	checker := verify.ForMachine(rep, e.cats)
	for _, answer := range plans {
		e.plans++
		for _, problem := range checker.Verify(answer) {
			e.problems = append(e.problems, fmt.Sprintf("%s on %s: %s", name, answer.Platform.ID, problem))
		}
		if answer.Platform.ID == e.reference {
			e.compare(name, rep, answer)
		}
	}
	return nil
}

// compare holds the reference's answers to the drivers in use.
func (e *evaluation) compare(name string, rep *report.Report, answer *plan.Plan) {
	for i := range rep.Devices {
		d, said := &rep.Devices[i], &answer.Devices[i]
		if d.VendorID != "" && d.DeviceID != "" {
			e.devices++
			if said.Verdict == plan.NotKnown {
				e.notKnown = append(e.notKnown, fmt.Sprintf("%s\t%s\t%s:%s\tclass %s\t%s", name, d.ID, d.VendorID, d.DeviceID, d.Class, d.Driver))
			}
		}
		driver := inUse(d)
		aliases, has := e.has[driver]
		switch {
		case driver == "" || !has:
		case len(aliases) > 0 && !slices.ContainsFunc(aliases, func(alias string) bool { return mayBe(alias, d) }):
			e.otherwise = append(e.otherwise, fmt.Sprintf("%s\t%s\t%s:%s class %s\tin use %s of another kernel; the one of %s has no such id; answered %s %s",
				name, d.ID, d.VendorID, d.DeviceID, d.Class, driver, e.reference, said.Verdict, said.Module))
		default:
			e.hold(name, d, said, driver)
		}
	}
}

// mayBe says whether an alias is for a card's vendor and device, or leaves open
// for which. It compares text and is no matcher: what decides whether a card is
// counted must not be what is measured.
func mayBe(alias string, d *report.Device) bool {
	ids := strings.ToUpper("v0000" + d.VendorID + "d0000" + d.DeviceID)
	alias = strings.ToUpper(strings.TrimPrefix(alias, "pci:"))
	return strings.HasPrefix(alias, ids) || strings.HasPrefix(alias, ids[:len("v0000vvvv")]+"D*") || strings.HasPrefix(alias, "V*D*")
}

// hold counts one card whose driver is known.
func (e *evaluation) hold(name string, d *report.Device, said *plan.Device, driver string) {
	e.held++
	right := said.Module == driver || said.Verdict == plan.Base && said.Module == ""
	if said.Module != "" {
		e.given++
	}
	if right && said.Module != "" {
		e.exact++
	}
	if right {
		e.found++
		return
	}
	e.misses = append(e.misses, fmt.Sprintf("%s\t%s\t%s:%s class %s\tin use %s, answered %s %s (%s)",
		name, d.ID, d.VendorID, d.DeviceID, d.Class, driver, said.Verdict, said.Module, why(said)))
}

// why is the evidence in one line: who competed, or what the verdict says.
func why(said *plan.Device) string {
	var losers []string
	for _, c := range said.Candidates {
		if !c.Chosen {
			losers = append(losers, c.Module+": "+c.Why)
		}
	}
	if len(losers) == 0 {
		return said.Why
	}
	return strings.Join(losers, "; ")
}

// inUse returns the module of a network or storage card's driver, in the
// kernel's spelling, or "" where the report does not say. Drivers that hand a
// card to somebody else say nothing about it.
func inUse(d *report.Device) string {
	kind := d.Class
	if len(kind) > 2 {
		kind = kind[:2]
	}
	if d.Bus != "pci" || kind != "01" && kind != "02" {
		return ""
	}
	driver := modalias.NameOf(d.Driver)
	if slices.Contains([]string{"vfio_pci", "pci_stub", "pciback", "xen_pciback", "uio_pci_generic"}, driver) {
		return ""
	}
	return driver
}

func (e *evaluation) print(w io.Writer) {
	fmt.Fprintf(w, "machines\t%d\nplans\t%d\nrefused by the checker\t%d\n", e.machines, e.plans, len(e.problems))
	fmt.Fprintf(w, "devices with ids\t%d, unknown %d (%s)\n", e.devices, len(e.notKnown), percent(len(e.notKnown), e.devices))
	fmt.Fprintf(w, "network and storage cards with a known driver that %s has for them\t%d, and %d in use with one that it has for others only\n",
		e.reference, e.held, len(e.otherwise))
	fmt.Fprintf(w, "recall\t%d of %d (%s)\nprecision\t%d of %d (%s)\n", e.found, e.held, percent(e.found, e.held), e.exact, e.given, percent(e.exact, e.given))
	for _, list := range []struct {
		title string
		lines []string
	}{{"misses", e.misses}, {"not counted", e.otherwise}, {"unknown devices", e.notKnown}, {"plans that the checker refuses", e.problems}, {"left out", e.skipped}} {
		if len(list.lines) > 0 {
			fmt.Fprintf(w, "\n%s:\n%s\n", list.title, strings.Join(list.lines, "\n"))
		}
	}
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}
