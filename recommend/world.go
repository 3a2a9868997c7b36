package recommend

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
	"github.com/modscout/modscout/scan/report"
)

// linux is the loader of distribution kernels: their alias tables are also the
// reference for whether Linux has a driver at all.
const linux = "linux"

// A world is all catalogues seen as one. An id in two of them belongs to the
// first.
type world struct {
	cats       []*catalog.Catalog
	usable     int                    // the first ones, whose platforms can be recommended
	extensions map[string][]extension // by loader
	reference  map[ref]bool           // modules of distribution kernels
	ownDrivers map[ref]bool           // of these, drivers of classes that platforms drive with their kernel
	sites      []*site
	warnings   []plan.Warning
}

// An extension of one catalogue.
type extension struct {
	*catalog.Extension
	cat int
}

// A ref is a module of one catalogue.
type ref struct{ cat, module int }

func (w *world) module(r ref) *catalog.Module { return &w.cats[r.cat].Modules[r.module] }

// newWorld joins the catalogues, then those of reference, whose platforms are
// not recommended. It answers what claims a device; [world.open] adds the
// platforms.
func newWorld(cats, reference []*catalog.Catalog) *world {
	w := &world{cats: slices.Concat(cats, reference), usable: len(cats), extensions: map[string][]extension{}, reference: map[ref]bool{}}
	seen := map[[2]string]bool{}
	for cat := range w.cats {
		w.learn(cat, seen)
	}
	w.ownDrivers = w.kernelDrivers()
	return w
}

// open gathers the platforms that a loader boots, or all for "", with what the
// extensions offer there of the named modules, or of all for nil.
func (w *world) open(loader string, modules map[string]bool) {
	platforms := slices.DeleteFunc(w.platforms(), func(known []knowledge) bool { return runsOn(loader, known[0].Loader) == "" })
	w.sites = make([]*site, len(platforms))
	var all sync.WaitGroup
	for i, known := range platforms {
		all.Go(func() { w.sites[i] = w.newSite(known, runsOn(loader, known[0].Loader), modules) })
	}
	all.Wait()
}

// related returns the names of the modules that an answer about some devices is
// made of: those that claim one and, whoever ships them, all that they may need.
// They are few of what the catalogues hold.
func (w *world) related(subjects []subject) map[string]bool {
	names := map[string]bool{}
	for i := range subjects {
		for _, c := range subjects[i].claims {
			names[w.module(c.ref).Name] = true
		}
	}
	for before := 0; before < len(names); {
		before = len(names)
		for _, list := range w.extensions {
			for _, e := range list {
				w.addNeeds(names, e)
			}
		}
	}
	return names
}

// addNeeds adds what the modules of an extension that have one of the names may
// need.
func (w *world) addNeeds(names map[string]bool, e extension) {
	for i := range e.Recipes {
		for _, k := range e.Recipes[i].Kmods {
			m := &w.cats[e.cat].Modules[k.Module]
			if !names[m.Name] {
				continue
			}
			for _, list := range [][]string{m.Depends, k.Requires, k.Ambiguous} {
				for _, name := range list {
					names[name] = true
				}
			}
		}
	}
}

// knowledge is what one catalogue says of a platform.
type knowledge struct {
	*catalog.Platform
	cat int
}

// platforms returns all that is known of each platform, in the order of the
// catalogues. Of two with the same loader and ID the first counts; but one in a
// catalogue without extensions, such as "platform import" makes, adds to it.
func (w *world) platforms() [][]knowledge {
	var list [][]knowledge
	at := map[[2]string]int{}
	adds := func(k knowledge) bool { return len(w.cats[k.cat].Extensions) == 0 }
	for cat, c := range w.cats[:w.usable] {
		for i := range c.Platforms {
			k := knowledge{&c.Platforms[i], cat}
			key := [2]string{k.Loader, k.ID}
			n, seen := at[key]
			switch {
			case !seen:
				at[key] = len(list)
				list = append(list, []knowledge{k})
			case adds(k):
				list[n] = append(list[n], k)
			case adds(list[n][0]):
				list[n] = slices.Insert(list[n], 0, k)
			default:
				w.warnDuplicate("platform", k.ID)
			}
		}
	}
	return list
}

// runsOn returns the loader that boots a platform of the catalogue when the
// user asks for want ("" for any), or "" where none does: TCRP boots the
// platforms of RedPill.
func runsOn(want, has string) string {
	if want == "" || want == has {
		return has
	}
	if facts, known := platform.Loader(want); known && facts.Serves == has {
		return want
	}
	return ""
}

// learn notes the extensions of a catalogue that no earlier one has, and the
// reference.
func (w *world) learn(cat int, seen map[[2]string]bool) {
	c := w.cats[cat]
	for i := range c.Extensions {
		e := &c.Extensions[i]
		key := [2]string{e.Loader, e.ID}
		if seen[key] {
			if cat < w.usable {
				w.warnDuplicate("extension", e.ID)
			}
			continue
		}
		seen[key] = true
		if cat < w.usable {
			w.extensions[e.Loader] = append(w.extensions[e.Loader], extension{e, cat})
		}
		if e.Loader == linux {
			w.refer(cat, e)
		}
	}
}

func (w *world) refer(cat int, e *catalog.Extension) {
	for _, recipe := range e.Recipes {
		for _, k := range recipe.Kmods {
			w.reference[ref{cat, k.Module}] = true
		}
	}
}

func (w *world) warnDuplicate(kind, id string) {
	w.warnings = append(w.warnings, plan.Warning{
		Code: "duplicate-id",
		Text: fmt.Sprintf("%s %s is in two catalogues; the first one given counts", kind, id),
	})
}

// A claim is a module that says it drives a device.
type claim struct {
	ref
	pattern string
	verdict modalias.Verdict
	kind    modalias.Kind
}

// claims returns what all catalogues say about a device: one claim a module,
// its strongest. What only an unknown class or unknown ids let match says
// nothing about the device and is left out.
func (w *world) claims(d *report.Device) []claim {
	claims := w.claimsOn(keys(d)...)
	if len(d.Modaliases) > 0 {
		return claims
	}
	ids := d.DeviceID != "" && (d.VendorID != "" || d.Bus == "virtio")
	class := len(d.Class) >= 4 || len(d.Interface) >= 4
	return slices.DeleteFunc(claims, func(c claim) bool {
		return c.verdict != modalias.Certain && (!ids || !class && c.kind != modalias.Exact)
	})
}

// claimsOn returns the claims on any of some device strings, in the order of
// the catalogues and their modules.
func (w *world) claimsOn(keys ...string) []claim {
	best := map[ref]claim{}
	for _, key := range keys {
		for cat, c := range w.cats {
			for _, hit := range c.Claims(key) {
				next := claim{ref{cat, hit.Module}, hit.Pattern, hit.Verdict, modalias.KindOf(hit.Pattern)}
				if old, found := best[next.ref]; !found || next.stronger(old) {
					best[next.ref] = next
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(best), func(a, b claim) int {
		return cmp.Or(a.cat-b.cat, a.module-b.module)
	})
}

// stronger puts certain before possible, and ids before classes.
func (c claim) stronger(other claim) bool {
	if c.verdict != other.verdict {
		return c.verdict > other.verdict
	}
	return c.kind < other.kind
}
