package recommend

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// A site is one platform with everything that is offered for it.
type site struct {
	world     *world
	platform  catalog.Platform // completed by the curated tables
	loader    string           // that boots it
	offers    []offer          // by extension id, then in recipe order
	named     map[string][]int // internal name -> offers
	has       map[string]plan.Basis
	own       map[string][]ref // of has, those whose own ids are known
	initrd    []*catalog.Module
	judgement platform.Judgement // of the machine that is asked about
	complete  bool               // the list of what its kernel has built in is known
	buses     []string           // on which the drivers in its kernel image are known
}

// An offer is one module as one extension ships it for a platform.
type offer struct {
	ref
	ext    *catalog.Extension
	recipe *catalog.Recipe
	kmod   *catalog.Kmod
	at     int    // position in the recipe
	bad    string // why it is never chosen, or ""
}

// newSite gathers what the catalogues know of a platform, and what they offer
// for it of some modules, or of all.
func (w *world) newSite(known []knowledge, loader string, modules map[string]bool) *site {
	s := &site{world: w, platform: *known[0].Platform, loader: loader, named: map[string][]int{},
		has: map[string]plan.Basis{}, own: map[string][]ref{}}
	platform.Complete(&s.platform)
	for _, k := range known {
		s.know(k)
	}
	s.complete = len(s.platform.Builtin) > 0
	for o := range s.shipped {
		if modules == nil || modules[w.module(o.ref).Name] {
			s.offers = append(s.offers, o)
		}
	}
	slices.SortStableFunc(s.offers, func(a, b offer) int { return strings.Compare(a.ext.ID, b.ext.ID) })
	for i := range s.offers {
		name := s.module(i).Name
		s.named[name] = append(s.named[name], i)
	}
	s.replaceInitrd()
	s.gate()
	return s
}

// shipped yields all that the extensions of the catalogues have for the platform.
func (s *site) shipped(yield func(offer) bool) {
	for _, e := range s.world.extensions[s.platform.Loader] {
		recipe := e.RecipeFor(s.platform.ID)
		if recipe == nil {
			continue
		}
		for at := range recipe.Kmods {
			k := &recipe.Kmods[at]
			if !yield(offer{ref: ref{e.cat, k.Module}, ext: e.Extension, recipe: recipe, kmod: k, at: at}) {
				return
			}
		}
	}
}

func (s *site) module(offer int) *catalog.Module { return s.world.module(s.offers[offer].ref) }

// of returns the offers of one module of a catalogue.
func (s *site) of(r ref) []int {
	var list []int
	for _, i := range s.named[s.world.module(r).Name] {
		if s.offers[i].ref == r {
			list = append(list, i)
		}
	}
	return list
}

// requires returns the modules that an offer needs in memory and that the
// platform does not have. What it may need is decided by the kernel's exports,
// where they are known.
func (s *site) requires(offer int) []string {
	o := &s.offers[offer]
	names, _ := s.world.cats[o.cat].Needs(&s.platform, o.kmod)
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, has := s.has[name]; return has })
}
