package ko

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// thisModule is the section that holds the module's struct module.
const thisModule = ".gnu.linkonce.this_module"

// readSymbols fills Imports, Exports, Stripped and the offsets of Layout.
func (m *Module) readSymbols(e *object) error {
	symbols, err := e.symbols()
	if err != nil {
		return err
	}
	m.Stripped = len(symbols) == 0 || !slices.ContainsFunc(e.sections, func(s section) bool { return s.kind == relocationTable })
	left := 4 * len(e.bytes) // names may share bytes, but not without end
	for _, s := range symbols {
		if name, found := bytes.CutPrefix(s.name, []byte("__ksymtab_")); found && s.section != 0 {
			m.Exports = append(m.Exports, string(name))
		} else if s.section == 0 && len(s.name) > 0 {
			m.Imports = append(m.Imports, string(s.name))
		} else {
			continue
		}
		if left -= len(s.name); left < 0 {
			return fmt.Errorf("%w: symbol names are longer than the file", ErrFormat)
		}
	}
	if m.Exports == nil {
		m.Exports = exportStrings(e)
	}
	slices.Sort(m.Imports)
	slices.Sort(m.Exports)
	m.Imports, m.Exports = slices.Compact(m.Imports), slices.Compact(m.Exports)
	e.relocations(thisModule, func(offset uint64, at uint32) {
		if uint64(at) >= uint64(len(symbols)) {
			return
		}
		switch string(symbols[at].name) {
		case "init_module":
			m.Layout.Init = int64(offset)
		case "cleanup_module":
			m.Layout.Exit = int64(offset)
		}
	})
	return nil
}

// exportStrings reads the names of exports from __ksymtab_strings, which a
// stripped module still has. Newer kernels keep namespaces there too.
func exportStrings(e *object) []string {
	s, found := e.section("__ksymtab_strings")
	if !found {
		return nil
	}
	var names []string
	for name := range bytes.SplitSeq(e.data(s), []byte{0}) {
		if len(name) > 0 {
			names = append(names, string(name))
		}
	}
	return names
}

// The name's place in struct module has been the same in every 64-bit kernel
// since 3.10: behind an enum and a list_head; MODULE_NAME_LEN is 56.
const (
	nameOffset = 24
	nameSize   = 56
)

// readStruct fills Layout.Size, and Name where .modinfo has none: kernels
// before 4.20 do not write it.
func (m *Module) readStruct(e *object) {
	s, found := e.section(thisModule)
	if !found {
		return
	}
	m.Layout.Size = int64(s.size)
	if data := e.data(s); m.Name == "" && len(data) >= nameOffset+nameSize {
		m.Name = string(text(data[nameOffset:nameOffset+nameSize], 0))
	}
	m.Name = strings.ReplaceAll(m.Name, "-", "_")
}
