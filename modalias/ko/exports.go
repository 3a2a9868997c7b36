package ko

import (
	"bytes"
)

// Export is a symbol that a module offers to others. Of a stripped module only
// the names are known.
type Export struct {
	Symbol    string
	GPL       bool   // for modules with a licence that is compatible with the GPL
	Namespace string // importers must name it (import_ns); since Linux 5.4
	CRC       uint32 // what importers must have in their [Version]
	HasCRC    bool
}

// What EXPORT_SYMBOL defines for each name; include/linux/export.h.
const (
	ksymtab   = "__ksymtab_"
	namespace = "__kstrtabns_"
	checksum  = "__crc_"

	absolute = 0xfff1 // SHN_ABS: a symbol that is its value
	gplOnly  = 1      // KSYM_FLAG_GPL_ONLY of include/linux/module_symbol.h
)

// exported finds out more about the symbols of these names.
func exported(e *object, symbols []symbol, names []string) []Export {
	if len(names) == 0 {
		return nil
	}
	list := make([]Export, len(names))
	at := make(map[string]*Export, len(names))
	for i, name := range names {
		list[i].Symbol = name
		at[name] = &list[i]
	}
	for _, s := range symbols {
		prefix, name := cutExport(s.name)
		x := at[string(name)]
		if x == nil || s.section == 0 {
			continue
		}
		switch prefix {
		case ksymtab:
			x.GPL = isGPL(e, s)
		case namespace:
			x.Namespace = string(text(e.at(s, maxName), 0))
		case checksum:
			x.CRC, x.HasCRC = crc(e, s)
		}
	}
	return list
}

func cutExport(symbol []byte) (prefix string, name []byte) {
	for _, prefix := range []string{ksymtab, namespace, checksum} {
		if name, found := bytes.CutPrefix(symbol, []byte(prefix)); found {
			return prefix, name
		}
	}
	return "", nil
}

// isGPL tells by the section that the entry is in, __ksymtab_gpl or (before
// Linux 5.12) __ksymtab_gpl_future and __ksymtab_unused_gpl. Kernels that have
// one table for all keep a byte of flags for each entry in __kflagstab.
func isGPL(e *object, s symbol) bool {
	if int(s.section) >= len(e.sections) {
		return false
	}
	table := e.sections[s.section]
	if bytes.Contains(e.nameOf(table), []byte("_gpl")) {
		return true
	}
	flags, _ := e.section("__kflagstab")
	if flags.size == 0 || table.size == 0 || s.value >= table.size {
		return false
	}
	entry := table.size / flags.size
	return entry > 0 && s.value/entry < flags.size && e.data(flags)[s.value/entry]&gplOnly != 0
}

// crc reads a checksum: the value of the symbol in kernels before 4.9, and
// what it points to since.
func crc(e *object, s symbol) (value uint32, found bool) {
	if s.section == absolute {
		return uint32(s.value), true
	}
	data := e.at(s, 4)
	if len(data) < 4 {
		return 0, false
	}
	return le.Uint32(data), true
}

// exportStrings reads the names of exports as a stripped module still has them.
// Since Linux 5.4 each is followed by its namespace, mostly an empty string.
func exportStrings(e *object, section []byte) []string {
	list := bytes.Split(section, []byte{0})
	list = list[:len(list)-1]
	step := 1
	if exports := countExports(e); exports > 0 && len(list) == 2*exports {
		step = 2
	}
	var names []string
	for i := 0; i < len(list); i += step {
		if len(list[i]) > 0 {
			names = append(names, string(list[i]))
		}
	}
	return names
}

// countExports returns how many entries the export tables have, where these
// have namespaces: struct kernel_symbol is then three offsets of 32 bits, or
// three pointers.
func countExports(e *object) int {
	const offsets = 12
	total := uint64(0)
	for _, s := range e.sections {
		if name := string(e.nameOf(s)); name == "__ksymtab" || name == "__ksymtab_gpl" {
			total += s.size
		}
	}
	return int(total / offsets)
}
