package ko

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
)

// Record returns what a modalias database keeps of the module.
func (m *Module) Record() modalias.Module {
	r := modalias.Module{
		File:     filepath.ToSlash(m.File),
		Name:     m.Name,
		Aliases:  m.Aliases,
		Depends:  underscored(m.Depends),
		SoftPre:  underscored(m.SoftPre),
		SoftPost: underscored(m.SoftPost),
		Firmware: m.Firmware,
	}
	if r.Name == "" {
		r.Name = modalias.NameOf(r.File)
	}
	return r
}

// Platform returns what a modalias database keeps of the tree, named
// "linux:RELEASE". Built-in modules are in it with what the tree says of them,
// which is often no more than the name.
func (t *Tree) Platform() modalias.Platform {
	records := make([]modalias.Module, len(t.Modules))
	for i, m := range t.Modules {
		records[i] = m.Record()
	}
	return t.PlatformOf(records)
}

// PlatformOf is [Tree.Platform] for a caller who has the records of the tree's
// modules, and the tree no more than the lists. It keeps the slice.
func (t *Tree) PlatformOf(records []modalias.Module) modalias.Platform {
	p, soft := modalias.Platform{ID: "linux:" + t.Release, Modules: records}, softdepsOf(t.Softdeps)
	known := map[string]bool{}
	for _, m := range t.BuiltinInfo {
		r := m.Record()
		r.Builtin, known[r.Name] = true, true
		p.Modules = append(p.Modules, r)
	}
	for i := range p.Modules {
		soft.complete(&p.Modules[i])
	}
	for _, name := range t.Builtin {
		if !known[name] {
			p.Modules = append(p.Modules, modalias.Module{Name: name, Builtin: true})
		}
	}
	return p
}

// complete gives a module of no softdeps those of the tree.
func (s softdeps) complete(m *modalias.Module) {
	if dep, found := s[m.Name]; found && len(m.SoftPre)+len(m.SoftPost) == 0 {
		m.SoftPre, m.SoftPost = underscored(dep.Pre), underscored(dep.Post)
	}
}

// underscored returns module names as the kernel spells them.
func underscored(names []string) []string {
	if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "-") }) {
		return names
	}
	out := slices.Clone(names)
	for i, name := range out {
		out[i] = underscores(name)
	}
	return out
}
