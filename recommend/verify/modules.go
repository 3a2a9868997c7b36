package verify

import (
	"maps"
	"slices"

	"github.com/modscout/modscout/recommend/plan"
)

// modules checks each module of the plan, and their order.
func (c *checker) modules() {
	loaded := map[string]bool{}
	for i := range c.plan.Modules {
		m := &c.plan.Modules[i]
		if loaded[m.Name] {
			c.problem(ModuleTwice, m.Name, "it is in the plan twice")
		}
		if c.has[m.Name] {
			c.problem(ModuleInPlatform, m.Name, "%s has it", c.platform.ID)
		}
		if o := c.offerOf(m); o == nil {
			c.problem(ModuleNotOffered, m.Name, "%s does not ship it for %s", m.Extension, c.platform.ID)
		} else {
			c.module(m, o, loaded)
		}
		c.users(m)
		loaded[m.Name] = true
	}
	for _, f := range c.plan.Firmware {
		if c.planned(f.Module) == nil {
			c.problem(FirmwareNotInRange, f.Module, "%s belongs to a module that the plan does not load", f.File)
		}
	}
}

// offerOf finds the offer that a module of the plan stands for.
func (c *checker) offerOf(m *plan.Module) *offer {
	for _, o := range c.offered(m.Name) {
		if o.ext.ID == m.Extension {
			return o
		}
	}
	return nil
}

// module checks one module against its offer, and that all it needs is loaded.
func (c *checker) module(m *plan.Module, o *offer, loaded map[string]bool) {
	archive := ""
	if o.kmod.File < len(o.recipe.Files) {
		archive = o.recipe.Files[o.kmod.File].URL
	}
	if m.File != o.File || m.SHA256 != o.SHA256 || m.Args != o.kmod.Args || m.Archive != archive {
		c.problem(ModuleDiffers, m.Name, "the catalogue has %s of %q, sha256 %q, arguments %q", o.File, archive, o.SHA256, o.kmod.Args)
	}
	if m.Stage != plan.StageBoot && m.Stage != plan.StageLate {
		c.problem(StageDiffers, m.Name, "%q is no stage", m.Stage)
	}
	switch {
	case slices.Contains(c.plan.Options.Without, m.Name):
		c.problem(ModuleRuledOut, m.Name, "--without names it")
	case o.refused != "":
		c.problem(ModuleRefused, m.Name, "%s", o.refused)
	}
	for _, need := range o.needs {
		switch offers := c.offered(need); {
		case loaded[need]:
		case c.planned(need) != nil:
			if !c.circular(need, m.Name) {
				c.problem(ModuleOrder, m.Name, "%s comes after it", need)
			}
		case len(offers) > 0 || c.listed:
			c.problem(DependencyMissing, m.Name, "%s is not in the plan", need)
		}
	}
}

// circular says whether from needs, through the plan, the module to.
func (c *checker) circular(from, to string) bool {
	queue := []string{from}
	for i := 0; i < len(queue); i++ {
		if queue[i] == to {
			return true
		}
		m := c.planned(queue[i])
		if m == nil {
			continue
		}
		if o := c.offerOf(m); o != nil {
			for _, need := range o.needs {
				if !slices.Contains(queue, need) {
					queue = append(queue, need)
				}
			}
		}
	}
	return false
}

// users checks who a module is for.
func (c *checker) users(m *plan.Module) {
	if len(m.For) == 0 && len(m.RequiredBy) == 0 {
		c.problem(ModuleNeedless, m.Name, "no device and no module needs it")
	}
	for _, id := range m.For {
		i := slices.IndexFunc(c.plan.Devices, func(d plan.Device) bool { return d.ID == id })
		if i < 0 || c.plan.Devices[i].Module != m.Name {
			c.problem(ForDiffers, m.Name, "device %s does not name it", id)
		} else if c.plan.Devices[i].Importance == plan.Boot {
			c.bootStage(m.Name)
		}
	}
	for _, name := range m.RequiredBy {
		user := c.planned(name)
		var o *offer
		if user != nil {
			o = c.offerOf(user)
		}
		if o == nil || !slices.Contains(o.needs, m.Name) {
			c.problem(RequiredByDiffers, m.Name, "%s does not need it", name)
		}
	}
}

// bootStage checks that a boot device's driver and all that it needs are in
// memory before the disk driver runs.
func (c *checker) bootStage(name string) {
	for i := range c.plan.Modules {
		m := &c.plan.Modules[i]
		if m.Stage != plan.StageBoot && (m.Name == name || c.circular(name, m.Name)) {
			c.problem(StageDiffers, m.Name, "%s drives a boot device and needs it", name)
		}
	}
}

// extensions checks that the plan's extensions are those of its modules, with
// the catalogue's pins.
func (c *checker) extensions() {
	var want, got []string
	for _, m := range c.plan.Modules {
		want = append(want, m.Extension)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	for i := range c.plan.Extensions {
		got = append(got, c.plan.Extensions[i].ID)
		c.pins(&c.plan.Extensions[i])
	}
	slices.Sort(got)
	if !slices.Equal(want, got) {
		c.problem(ExtensionDiffers, c.platform.ID, "extensions %v, but the modules are from %v", got, want)
	}
}

func (c *checker) pins(x *plan.Extension) {
	i := slices.IndexFunc(c.offers, func(o offer) bool { return o.ext.ID == x.ID })
	if i < 0 {
		return // its modules are not offered either
	}
	recipe := c.offers[i].recipe
	same := len(recipe.Files) == len(x.Files) && recipe.URL == x.RecipeURL &&
		c.offers[i].ext.IndexURL == x.IndexURL && maps.Equal(recipe.Scripts, x.Scripts)
	for j := 0; same && j < len(x.Files); j++ {
		f, g := x.Files[j], recipe.Files[j]
		same = f.URL == g.URL && f.SHA256 == g.SHA256 && f.Packed == g.Packed
	}
	if !same {
		c.problem(ExtensionDiffers, x.ID, "its index, files or scripts are not those of the catalogue's recipe")
	}
}
