package recommend

import (
	"cmp"
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
)

// gate refuses offers that cannot work on this platform: what the loader's own
// packer cannot install, what the kernel would reject or crash on, and what
// waits for firmware that nobody ships. A fact that the catalogue lacks refuses
// nothing.
func (s *site) gate() {
	abi := catalog.NewABI(&s.platform, slices.Values(s.initrd), func(yield func(*catalog.Module) bool) {
		s.shipped(func(o offer) bool { return yield(s.world.module(o.ref)) })
	})
	for i := range s.offers {
		if broken := s.offers[i].recipe.Broken; broken != "" {
			s.offers[i].bad = "its recipe cannot be installed: " + broken
		} else if refusal, refused := abi.Refusal(s.module(i)); refused {
			s.offers[i].bad = refusal.Evidence
		} else if file, lacks := s.world.cats[s.offers[i].cat].WithoutFirmware(&s.platform, s.module(i)); lacks {
			s.offers[i].bad = "it drives nothing without its firmware " + file + ", which nobody ships here"
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

// kernel is the platform's kernel release, or its version where only that is
// known: "4.4.180+" and "4.4.180" are one kernel.
func (s *site) kernel() string {
	return cmp.Or(s.platform.KernelRelease, s.platform.KernelVersion)
}
