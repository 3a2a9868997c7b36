package recommend

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
)

// gate refuses offers that cannot work on this platform: what the loader's own
// packer cannot install, what the kernel would reject, and what it would
// accept although it was built for another configuration. A fact that the
// catalogue lacks refuses nothing.
func (s *site) gate() {
	usual, count := s.usualLayout()
	for i := range s.offers {
		o, m := &s.offers[i], s.module(i)
		switch {
		case o.recipe.Broken != "":
			o.bad = "its recipe cannot be installed: " + o.recipe.Broken
		case m.Stripped:
			o.bad = "it is stripped of its symbols and cannot be loaded"
		case s.otherKernel(m):
			o.bad = fmt.Sprintf("it was built for kernel %s, the platform runs %s", release(m.Vermagic), s.kernel())
		case count > 0 && m.Layout != nil && !sameLayout(*m.Layout, usual):
			o.bad = fmt.Sprintf("its struct module has size %d and init at %d, %d other modules of this platform have %d and %d",
				m.Layout.Size, m.Layout.Init, count, usual.Size, usual.Init)
		}
	}
}

// refuse marks the modules that the user rules out.
func (s *site) refuse(names []string) {
	for _, name := range names {
		for _, i := range s.named[name] {
			s.offers[i].bad = "--without rules it out"
		}
	}
}

// usualLayout returns the layout of struct module that most modules of the
// platform have, and how many; 0 where there is no majority to judge by. Exit
// is left out: a module without an exit function has none. Libraries such as
// i2c_algo_bit have no init function either, and are not counted.
func (s *site) usualLayout() (catalog.Layout, int) {
	counts := map[catalog.Layout]int{}
	total := 0
	for i := range s.offers {
		if layout := s.module(i).Layout; layout != nil && layout.Init != 0 {
			counts[catalog.Layout{Size: layout.Size, Init: layout.Init}]++
			total++
		}
	}
	for layout, count := range counts {
		if count >= 3 && 2*count > total {
			return layout, count
		}
	}
	return catalog.Layout{}, 0
}

// sameLayout compares a module's layout with the usual one, as far as it has one.
func sameLayout(module, usual catalog.Layout) bool {
	return module.Size == usual.Size && (module.Init == usual.Init || module.Init == 0)
}

// otherKernel says whether the kernel would reject the module by the release
// in its vermagic.
func (s *site) otherKernel(m *catalog.Module) bool {
	built, runs := release(m.Vermagic), s.kernel()
	return built != "" && runs != "" && strings.TrimSuffix(built, "+") != strings.TrimSuffix(runs, "+")
}

// kernel is the platform's kernel release, or its version where only that is
// known: "4.4.180+" and "4.4.180" are one kernel.
func (s *site) kernel() string {
	if s.platform.KernelRelease != "" {
		return s.platform.KernelRelease
	}
	return s.platform.KernelVersion
}

// release is the first word of a vermagic.
func release(vermagic string) string {
	word, _, _ := strings.Cut(vermagic, " ")
	return word
}
