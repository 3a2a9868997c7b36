package ko

import (
	"path/filepath"
	"slices"

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
	p, soft := modalias.Platform{ID: "linux:" + t.Release}, softdepsOf(t.Softdeps)
	for _, m := range t.Modules {
		p.Modules = append(p.Modules, soft.record(m))
	}
	known := map[string]bool{}
	for _, m := range t.BuiltinInfo {
		r := soft.record(m)
		r.Builtin, known[r.Name] = true, true
		p.Modules = append(p.Modules, r)
	}
	for _, name := range t.Builtin {
		if !known[name] {
			p.Modules = append(p.Modules, modalias.Module{Name: name, Builtin: true})
		}
	}
	return p
}

// record is the module's, with the softdeps of the tree.
func (s softdeps) record(m *Module) modalias.Module {
	r := m.Record()
	pre, post := s.of(m)
	r.SoftPre, r.SoftPost = underscored(pre), underscored(post)
	return r
}

func underscored(names []string) []string {
	out := slices.Clone(names)
	for i, name := range out {
		out[i] = underscores(name)
	}
	return out
}
