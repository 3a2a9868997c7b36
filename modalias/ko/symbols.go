package ko

import (
	"bytes"
	"fmt"
	"slices"
)

// thisModule is the section that holds the module's struct module.
const thisModule = ".gnu.linkonce.this_module"

// exportNames is the section with the names of what a module exports.
const exportNames = "__ksymtab_strings"

// readSymbols fills Imports, Exports, Stripped and the offsets of Layout.
func (m *Module) readSymbols(e *object, names words) error {
	strings, exporting := e.section(exportNames)
	symbols, first, err := e.symbols(exporting)
	if err != nil {
		return err
	}
	m.Stripped = len(symbols) == 0 || !slices.ContainsFunc(e.sections, func(s section) bool { return s.kind == relocationTable })
	if err := m.sortSymbols(symbols, names); err != nil {
		return err
	}
	if exporting && m.Exports == nil {
		m.Exports = exportStrings(e, e.data(strings))
	}
	slices.Sort(m.Exports)
	m.Exports = slices.Compact(m.Exports)
	e.relocations(thisModule, func(offset uint64, at uint32) {
		if at := int(at) - first; at >= 0 && at < len(symbols) {
			m.Layout.set(string(symbols[at].name), int64(offset))
		}
	})
	return nil
}

// sortSymbols tells imports and exports from the rest. Names may share bytes
// of the file, but not without end.
func (m *Module) sortSymbols(symbols []symbol, names words) error {
	left := 2 * maxSection
	for _, s := range symbols {
		if name, found := bytes.CutPrefix(s.name, []byte(ksymtab)); found && s.section != 0 {
			m.Exports = append(m.Exports, names.keep(name))
		} else if s.section == 0 && len(s.name) > 0 {
			m.Imports = append(m.Imports, names.keep(s.name))
		} else {
			continue
		}
		if left -= len(s.name); left < 0 {
			return fmt.Errorf("%w: symbol names of more than %d bytes", ErrMalformed, 2*maxSection)
		}
	}
	return nil
}

// set takes the place of one of the two functions that struct module points to.
func (l *Layout) set(symbol string, offset int64) {
	switch symbol {
	case "init_module":
		l.Init = offset
	case "cleanup_module":
		l.Exit = offset
	}
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
	if m.Name == "" {
		if data := e.data(s); len(data) >= nameOffset+nameSize {
			m.Name = string(text(data[nameOffset:nameOffset+nameSize], 0))
		}
	}
}
