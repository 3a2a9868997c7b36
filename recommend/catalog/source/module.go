package source

import (
	"slices"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
)

// addModule puts a .ko into the catalogue. file is the name under which the
// source knows it, sha256 that of its content or "".
func (r *reader) addModule(m *ko.Module, file, sha256 string) int {
	return r.b.AddModule(facts(m, file, sha256), m.Aliases)
}

// addArchived is addModule with the symbol checksums.
func (r *reader) addArchived(a *archived, file string) int {
	out := facts(a.ko, file, a.sha256)
	out.CRCs = a.crcs
	return r.b.AddModule(out, a.ko.Aliases)
}

func facts(m *ko.Module, file, sha256 string) catalog.Module {
	out := catalog.Module{
		File:      file,
		Name:      m.Name,
		Depends:   names(m.Depends),
		SoftPre:   names(m.SoftPre),
		SoftPost:  names(m.SoftPost),
		Firmware:  m.Firmware,
		Vermagic:  m.Vermagic,
		Stripped:  m.Stripped,
		Signed:    m.Signed,
		OutOfTree: !m.InTree,
		Imports:   slices.Sorted(slices.Values(m.Imports)),
		Exports:   m.Exports,
		SHA256:    sha256,
	}
	if out.Name == "" {
		out.Name = modalias.NameOf(file)
	}
	if m.Layout.Size > 0 {
		out.Layout = &catalog.Layout{Size: m.Layout.Size, Init: m.Layout.Init, Exit: m.Layout.Exit}
	}
	return out
}

// names turns module names into the kernel's spelling, "_" for "-".
func names(list []string) []string {
	out := slices.Clone(list)
	for i, name := range out {
		out[i] = modalias.NameOf(name)
	}
	return out
}
