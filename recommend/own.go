package recommend

import (
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// What a platform has without any package: built into its kernel or in its
// initrd. Where only names are known, the ids are those of any module of that
// name; where the platform's own ids are known, they alone count.

// know notes what the platform has itself.
func (s *site) know(k knowledge) {
	for _, name := range k.Builtin {
		s.has[name] = plan.Basis{Layer: "builtin", Text: name + " is built into this kernel", Source: k.Evidence}
	}
	for _, module := range k.Drivers {
		s.ownModule(ref{k.cat, module}, "kernel", " is in this kernel's image", k.Evidence)
	}
	for _, module := range k.Initrd {
		s.ownModule(ref{k.cat, module}, initrdLayer, " is in the platform's own initrd", k.Evidence)
		s.initrd = append(s.initrd, s.world.module(ref{k.cat, module}))
	}
	if len(s.platform.Builtin) == 0 {
		s.platform.Builtin = k.Builtin
	}
	if len(s.platform.Exports) == 0 {
		s.platform.Exports = k.Exports
	}
	s.buses = append(s.buses, k.Buses...)
}

const initrdLayer = "initrd"

// ownModule notes a module of the platform itself. What it claims, its own ids
// say where it has any, and not those of another build.
func (s *site) ownModule(r ref, layer, text, source string) {
	m := s.world.module(r)
	s.has[m.Name] = plan.Basis{Layer: layer, Text: m.Name + text, Source: source}
	if m.Aliases != catalog.None && !m.Truncated {
		s.own[m.Name] = append(s.own[m.Name], r)
	}
}

// replaceInitrd takes back the modules of the initrd that the loader's packages
// have too: it puts theirs in the place of those.
func (s *site) replaceInitrd() {
	if facts, _ := platform.Loader(s.loader); !facts.DeletesUnselected || len(s.initrd) == 0 {
		return
	}
	for o := range s.shipped {
		name := s.world.module(o.ref).Name
		if s.has[name].Layer == initrdLayer {
			delete(s.has, name)
			delete(s.own, name)
		}
	}
}

// drives says whether a module that claims a device is the platform's own.
func (s *site) drives(c claim) bool {
	name := s.world.module(c.ref).Name
	_, has := s.has[name]
	own, told := s.own[name]
	return has && (!told || slices.Contains(own, c.ref))
}

// hasOther says whether the platform has another module of the same name, so
// that this one cannot be loaded.
func (s *site) hasOther(c claim) bool {
	_, has := s.has[s.world.module(c.ref).Name]
	return has && !s.drives(c)
}

// knows says whether all that the platform itself can drive on a bus is known.
func (s *site) knows(bus string) bool { return s.complete || slices.Contains(s.buses, bus) }

// believe adds the modules that the user says the platform has.
func (s *site) believe(names []string) {
	for _, name := range names {
		s.has[name] = plan.Basis{Layer: "user", Text: name + " is in the platform, as --base says"}
		delete(s.own, name)
	}
}
