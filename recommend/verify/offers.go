package verify

import (
	"cmp"
	"slices"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// An offer is one module as one extension ships it for the plan's platform.
type offer struct {
	*catalog.Module
	aliases []string
	ext     *catalog.Extension
	recipe  *catalog.Recipe
	kmod    *catalog.Kmod
	cat     *catalog.Catalog
	machine *Machine
	needs   []string // modules that must be in memory first and that the platform is not known to have
	refused string   // why it cannot be used, or ""
}

// findPlatform looks the plan's platform up and gathers what is offered there.
func (c *checker) findPlatform() bool {
	cats := c.catalogs()
	c.has, c.named = map[string]bool{}, map[string][]*offer{}
	for _, adding := range []bool{false, true} {
		for _, cat := range cats {
			if adding == (len(cat.Extensions) == 0) {
				c.learn(cat)
			}
		}
	}
	if c.platform == nil {
		c.problem(PlatformUnknown, c.plan.Platform.ID, "no catalogue given has this platform")
		return false
	}
	seen := map[string]bool{}
	for _, cat := range cats {
		c.gather(cat, seen)
	}
	c.refuse()
	return true
}

// catalogs returns those that the plan may take modules from: not those that
// it names as a reference only.
func (c *checker) catalogs() []*catalog.Catalog {
	var list []*catalog.Catalog
	for i, cat := range c.cats {
		reference := slices.ContainsFunc(c.plan.Catalogs, func(used plan.Catalog) bool {
			return used.Reference && used.SHA256 == c.hashes[i]
		})
		if !reference {
			list = append(list, cat)
		}
	}
	return list
}

// learn notes what a catalogue knows of the platform. The first one that has it
// counts, and those without extensions, which "platform import" makes, add what
// its kernel and initrd have.
func (c *checker) learn(cat *catalog.Catalog) {
	for i := range cat.Platforms {
		p := &cat.Platforms[i]
		if p.ID != c.plan.Platform.ID || c.platform != nil && (len(cat.Extensions) > 0 || p.Loader != c.platform.Loader) {
			continue
		}
		if c.platform == nil {
			first := *p
			c.platform = &first
		}
		if len(c.platform.Exports) == 0 {
			c.platform.Exports = p.Exports
		}
		for _, name := range slices.Concat(p.Builtin, c.plan.Options.Base) {
			c.has[name] = true
		}
		for _, module := range p.Drivers {
			c.has[cat.Modules[module].Name] = true
		}
		for _, module := range p.Initrd {
			m := &cat.Modules[module]
			c.has[m.Name] = c.has[m.Name] || !c.replaced(m.Name)
			c.initrd = append(c.initrd, m)
		}
		c.listed = c.listed || len(p.Builtin) > 0
		c.buses = append(c.buses, p.Buses...)
	}
}

// replaced says whether the plan's loader puts a module of its packages in the
// place of the initrd's, as RR and its kin do.
func (c *checker) replaced(name string) bool {
	if !slices.Contains([]string{"rr", "arc", "arpl"}, c.plan.Platform.Loader) {
		return false
	}
	for _, cat := range c.catalogs() {
		for i := range cat.Extensions {
			e := &cat.Extensions[i]
			if recipe := e.RecipeFor(c.platform.ID); recipe != nil && e.Loader == c.platform.Loader &&
				slices.ContainsFunc(recipe.Kmods, func(k catalog.Kmod) bool { return cat.Modules[k.Module].Name == name }) {
				return true
			}
		}
	}
	return false
}

// gather adds the offers of one catalogue; seen are the extensions of those
// before it, which count first.
func (c *checker) gather(cat *catalog.Catalog, seen map[string]bool) {
	for i := range cat.Extensions {
		e := &cat.Extensions[i]
		recipe := e.RecipeFor(c.platform.ID)
		if e.Loader != c.platform.Loader || seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		if recipe == nil {
			continue
		}
		for k := range recipe.Kmods {
			kmod := &recipe.Kmods[k]
			o := offer{Module: &cat.Modules[kmod.Module], ext: e, recipe: recipe, kmod: kmod, cat: cat, machine: c.Machine}
			if o.Aliases != catalog.None {
				o.aliases = cat.AliasSets[o.Aliases]
			}
			required, _ := cat.Needs(c.platform, kmod)
			for _, need := range required {
				if !c.has[need] && need != o.Name {
					o.needs = append(o.needs, need)
				}
			}
			c.offers = append(c.offers, o)
		}
	}
}

// refuse files the offers by name and marks what the loader's packer or the
// kernel would not take.
func (c *checker) refuse() {
	abi := catalog.NewABI(c.platform, slices.Values(c.initrd), func(yield func(*catalog.Module) bool) {
		for i := range c.offers {
			if !yield(c.offers[i].Module) {
				return
			}
		}
	})
	for i := range c.offers {
		o := &c.offers[i]
		c.named[o.Name] = append(c.named[o.Name], o)
		refusal, refused := abi.Refusal(o.Module)
		file, lacks := o.cat.WithoutFirmware(c.platform, o.Module)
		switch {
		case slices.Contains(c.plan.Options.Without, o.Name):
			o.refused = "--without names it"
		case o.recipe.Broken != "":
			o.refused = o.recipe.Broken
		case refused:
			o.refused = refusal.Evidence
		case lacks:
			o.refused = "nobody ships its firmware " + file
		}
	}
}

// offered returns the offers of one module by its internal name.
func (c *checker) offered(name string) []*offer { return c.named[name] }

// strength of a claim, from none to the strongest.
type strength struct {
	verdict modalias.Verdict
	kind    modalias.Kind // smaller is stronger
}

func (s strength) compare(other strength) int {
	return cmp.Or(cmp.Compare(s.verdict, other.verdict), cmp.Compare(other.kind, s.kind))
}

// claimed names what platforms have in common: a catalogue's list of patterns
// and a device of the report.
type claimed struct {
	cat    *catalog.Catalog
	list   int
	device *report.Device
}

// claim returns how strongly a module claims a device.
func (o *offer) claim(d *report.Device) strength {
	if len(o.aliases) == 0 {
		return strength{}
	}
	key := claimed{o.cat, o.Aliases, d}
	s, known := o.machine.claims[key]
	if !known {
		s = o.match(d)
		o.machine.claims[key] = s
	}
	return s
}

// match tries one pattern after the other.
func (o *offer) match(d *report.Device) strength {
	var best strength
	for _, key := range keysOf(d) {
		for _, pattern := range o.aliases {
			if verdict := modalias.Match(pattern, key); verdict != modalias.No {
				if s := (strength{verdict, modalias.KindOf(pattern)}); s.compare(best) > 0 {
					best = s
				}
			}
		}
	}
	return best
}

// keysOf are the strings that a device can be matched by.
func keysOf(d *report.Device) []string {
	switch {
	case len(d.Modaliases) > 0:
		return d.Modaliases
	case d.Bus == "pci":
		return []string{modalias.PCIKey(d.VendorID, d.DeviceID, d.SubvendorID, d.SubdeviceID, d.Class)}
	case d.Bus == "virtio":
		return []string{modalias.VirtioKey(d.DeviceID, d.VendorID)}
	case d.Bus == "usb":
		return []string{modalias.USBKey(d.VendorID, d.DeviceID, d.Revision, d.Class, d.Interface, "")}
	}
	return nil
}
