package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Carry says which extensions of a platform can serve another one too, such as
// a newer build of the same OS on the same kernel.
type Carry struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Assumed  []string  `json:"assumed"`  // what all of it rests on and nobody has checked
	Carried  []Carried `json:"carried"`  // these can
	Refused  []Refusal `json:"refused"`  // these cannot
	Existing []string  `json:"existing"` // these have a release for it already
}

// Carried is an extension whose recipe can serve the new platform.
type Carried struct {
	Extension string   `json:"extension"`
	Recipe    string   `json:"recipe"`            // URL
	Assumed   []string `json:"assumed,omitempty"` // what this one rests on beyond the rest
}

// Refusal is an extension whose recipe cannot.
type Refusal struct {
	Extension string `json:"extension"`
	Reason    string `json:"reason"`
}

// Carry finds out which recipes of the platform from can serve next, which the
// catalogue may have or not. A kernel loads modules that were built for the
// same flavour and release with the same layout of struct module, and whose
// symbols it has; what of this is not known is named as an assumption, and
// what is known to differ refuses.
//
// The error is for platforms that are not known, of which too little is known
// to compare them, or whose kernels differ.
func (c *Catalog) Carry(from string, next *Platform) (*Carry, error) {
	i := slices.IndexFunc(c.Platforms, func(p Platform) bool { return p.ID == from && p.Loader == next.Loader })
	if i < 0 {
		return nil, fmt.Errorf("the sources have nothing for the platform %s", from)
	}
	old := &c.Platforms[i]
	out := &Carry{From: from, To: next.ID, Assumed: []string{}, Carried: []Carried{}, Refused: []Refusal{}, Existing: []string{}}
	if err := out.compareKernels(old, next); err != nil {
		return nil, err
	}
	k := newChecker(c)
	s := &site{platform: next, abi: c.abiOn(next)}
	for at := range c.modulesOn(old) {
		s.abi.export(c.Modules[at].Exports) // a module may need another one that is carried too
	}
	if !s.abi.knowsLayout() {
		out.Assumed = append(out.Assumed, "struct module has the layout that the modules of "+from+" have: too few modules of "+next.ID+" are known to compare")
	}
	faults := c.faults()
	for e := range c.extensionsOf(old) {
		recipe := e.RecipeFor(from)
		if e.RecipeFor(next.ID) != nil {
			out.Existing = append(out.Existing, e.ID)
		} else if reason := k.keeps(s, recipe, faults[[3]string{e.ID, from, ""}]); reason != "" {
			out.Refused = append(out.Refused, Refusal{e.ID, reason})
		} else {
			out.Carried = append(out.Carried, Carried{e.ID, recipe.URL, k.assumed(s, recipe)})
		}
	}
	for _, id := range c.lostOn(next.Loader, from) {
		out.Refused = append(out.Refused, Refusal{id, "its release for " + from + " leads to no recipe"})
	}
	slices.SortFunc(out.Refused, func(a, b Refusal) int { return cmp.Compare(a.Extension, b.Extension) })
	return out, nil
}

// abiOn learns from what is there for this platform alone: other platforms of
// the same kernel release may be configured otherwise.
func (c *Catalog) abiOn(p *Platform) *ABI {
	return NewABI(p, c.at(slices.Values(p.Initrd)), c.at(c.modulesOn(p)))
}

// knowsLayout says whether a layout of struct module can be held against the
// kernel's.
func (a *ABI) knowsLayout() bool {
	_, _, own := a.own.unanimous()
	_, _, sure := a.layout.majority()
	return own || sure
}

func (c *Catalog) lostOn(loader, platform string) []string {
	var ids []string
	for i := range c.Extensions {
		if e := &c.Extensions[i]; e.Loader == loader && e.Lost[platform] != "" {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// compareKernels refuses platforms whose kernels are known to differ, and notes
// what is not known of them.
func (out *Carry) compareKernels(old, next *Platform) error {
	for _, fact := range []struct{ what, from, to string }{
		{"kernel flavour", old.Flavour, next.Flavour},
		{"kernel version", plainVersion(old), plainVersion(next)},
	} {
		switch {
		case fact.from == "" || fact.to == "":
			unknown := old.ID
			if fact.to == "" {
				unknown = next.ID
			}
			return fmt.Errorf("the %s of %s is not known", fact.what, unknown)
		case fact.from != fact.to:
			return fmt.Errorf("%s has the %s %s, %s has %s", old.ID, fact.what, fact.from, next.ID, fact.to)
		}
	}
	if old.KernelRelease == "" || next.KernelRelease == "" {
		out.Assumed = append(out.Assumed, fmt.Sprintf("both kernels have the same release; known is that both are %s", plainVersion(next)))
	} else if old.KernelRelease != next.KernelRelease {
		return fmt.Errorf("%s runs kernel %s, %s runs %s", old.ID, old.KernelRelease, next.ID, next.KernelRelease)
	}
	if len(next.Exports) == 0 {
		out.Assumed = append(out.Assumed, "the kernel of "+next.ID+" exports what the modules import: its exports are not known")
	}
	if len(next.Builtin) == 0 {
		out.Assumed = append(out.Assumed, "the kernel of "+next.ID+" has built in what that of "+old.ID+" has: its list is not known")
	}
	return nil
}

// plainVersion is the kernel's version, "4.4.180" of "4.4.180+".
func plainVersion(p *Platform) string {
	return cmp.Or(p.KernelVersion, strings.TrimRight(p.KernelRelease, "+"))
}

// keeps says why a recipe cannot serve the new platform, or "".
func (k *checker) keeps(s *site, r *Recipe, fault Finding) string {
	switch {
	case r.Broken != "":
		return "it is broken already: " + r.Broken
	case fault.Code != "":
		return "it is broken already: " + fault.Message
	case len(r.Loaded()) == 0 && len(r.Scripts) == 0:
		return "it installs nothing"
	}
	for _, kmod := range r.Kmods {
		m := &k.c.Modules[kmod.Module]
		if j, refused := s.abi.Refusal(m); refused {
			return m.File + ": " + j.Evidence
		}
		if s.has(k.c, m.Name) {
			return m.File + ": the platform has " + m.Name + " itself"
		}
	}
	return ""
}

// assumed lists what is not known of a recipe on the new platform, beyond what
// is assumed of all.
func (k *checker) assumed(s *site, r *Recipe) []string {
	var list []string
	for _, kmod := range r.Kmods {
		m := &k.c.Modules[kmod.Module]
		for _, j := range s.abi.Judge(m) {
			if j.Verdict == Unknown && (j.Aspect == "struct module" && s.abi.knowsLayout() || j.Aspect == "vermagic" && m.Vermagic == "") {
				list = append(list, m.File+": "+j.Evidence)
			}
		}
	}
	if len(r.Scripts) > 0 {
		list = append(list, "its scripts work on "+s.platform.ID+" unchanged")
	}
	return list
}
