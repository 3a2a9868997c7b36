package modalias

import (
	"path"
	"strings"
)

// NameOf returns the name that the kernel would use for a module's file: its
// base name without suffixes, with underscores. The module itself may know
// better ([Module.Name]).
func NameOf(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// LoadOrder returns the named modules of the platform and all that they need,
// each after what it needs and after its pre-softdeps. Names that the
// platform does not have as a module, such as built-in ones, are passed over.
func (p *Platform) LoadOrder(names ...string) []*Module {
	byName := map[string]*Module{}
	for i := range p.Modules {
		if m := &p.Modules[i]; !m.Builtin {
			byName[m.Name] = m
		}
	}
	var order []*Module
	var load func(names []string)
	load = func(names []string) {
		for _, name := range names {
			name = strings.ReplaceAll(name, "-", "_")
			m := byName[name]
			if m == nil {
				continue
			}
			delete(byName, name) // once, and no cycle goes on
			load(m.SoftPre)
			load(m.Depends)
			order = append(order, m)
			load(m.SoftPost)
		}
	}
	load(names)
	return order
}
