package source

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
)

// addModule puts a .ko into the catalogue. file is the name under which the
// source knows it.
func (r *reader) addModule(m *ko.Module, file string) int {
	out := catalog.Module{
		File:      file,
		Name:      m.Name,
		Depends:   names(m.Depends),
		SoftPre:   names(m.SoftPre),
		SoftPost:  names(m.SoftPost),
		Firmware:  text(m.Firmware),
		Vermagic:  strings.ToValidUTF8(m.Vermagic, "?"),
		Stripped:  m.Stripped,
		OutOfTree: !m.InTree,
		Imports:   text(m.Imports),
		Exports:   text(m.Exports),
		SHA256:    m.SHA256,
	}
	if out.Name == "" {
		out.Name = catalog.ModuleName(file)
	}
	if m.Layout.Size > 0 {
		out.Layout = &catalog.Layout{Size: m.Layout.Size, Init: m.Layout.Init, Exit: m.Layout.Exit}
	}
	return r.b.AddModule(out, text(m.Aliases))
}

// names turns module names into the kernel's spelling, "_" for "-".
func names(list []string) []string {
	out := text(list)
	for i, name := range out {
		out[i] = strings.ReplaceAll(name, "-", "_")
	}
	return out
}

// text copies strings from a .ko, which may hold any bytes, for JSON, which
// may not.
func text(list []string) []string {
	out := slices.Clone(list)
	for i, s := range out {
		out[i] = strings.ToValidUTF8(s, "?")
	}
	return out
}
