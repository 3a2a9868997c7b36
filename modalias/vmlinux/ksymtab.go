package vmlinux

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// exports maps the symbols that modules may use to their addresses.
type exports map[string]uint64

func (e exports) names() []string {
	names := make([]string, 0, len(e))
	for name := range e {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ksymtabForm is one form of struct kernel_symbol (include/linux/export.h,
// include/linux/export-internal.h).
type ksymtabForm struct {
	size     uint64
	absolute bool // two pointers, else offsets from their own place
}

// ksymtabForms are those of 64-bit kernels: offsets with a namespace since 5.4,
// without since 4.19, pointers before.
var ksymtabForms = []ksymtabForm{{12, false}, {8, false}, {16, true}}

// entry reads the entry at an address; name is "" where there is none.
func (f ksymtabForm) entry(s *space, addr uint64) (name string, value uint64) {
	b := s.at(addr, int(f.size))
	if b == nil {
		return "", 0
	}
	if f.absolute {
		return s.identifier(le.Uint64(b[8:])), le.Uint64(b)
	}
	return s.identifier(relative(addr+4, le.Uint32(b[4:]))), relative(addr, le.Uint32(b))
}

// identifier returns the identifier at an address. It may be the end of a longer
// one: the linker merges such strings.
func (s *space) identifier(addr uint64) string {
	name := s.text(addr)
	if !isIdentifier(name) {
		return ""
	}
	return name
}

// isIdentifier says whether name could be one of C, or of Rust's mangling.
func isIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i] | 0x20
		letter := 'a' <= c && c <= 'z' || name[i] == '_' || name[i] == '$' || name[i] == '.'
		if !letter && (i == 0 || name[i] < '0' || name[i] > '9') {
			return false
		}
	}
	return name != ""
}

// exports reads __ksymtab and __ksymtab_gpl: by their sections, or where the
// file has none by looking for them.
func (s *space) exports() (exports, error) {
	tables := []area{s.named["__ksymtab"], s.named["__ksymtab_gpl"]}
	if len(tables[0].data)+len(tables[1].data) == 0 {
		tables = s.findKsymtab()
	}
	all := exports{}
	for _, table := range tables {
		if err := s.readKsymtab(table, all); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: it exports no symbol", ErrDamaged)
	}
	return all, nil
}

// readKsymtab adds one table, in the form in which all of it makes sense.
func (s *space) readKsymtab(table area, all exports) error {
	if len(table.data) == 0 {
		return nil
	}
	for _, form := range ksymtabForms {
		if read := s.ksymtabAs(form, table); read != nil {
			for name, value := range read {
				all[name] = value
			}
			return nil
		}
	}
	return fmt.Errorf("%w: table of exports in an unknown form", ErrDamaged)
}

// ksymtabAs reads a table in one form, or returns nil where it has another.
func (s *space) ksymtabAs(form ksymtabForm, table area) exports {
	if count := uint64(len(table.data)) / form.size; count > maxExports || count*form.size != uint64(len(table.data)) {
		return nil
	}
	read := exports{}
	for at := uint64(0); at < uint64(len(table.data)); at += form.size {
		name, value := form.entry(s, table.addr+at)
		if name == "" {
			return nil
		}
		read[name] = value
	}
	return read
}

// anchors are symbols that every kernel exports, for modules can do nothing
// without them, one of each table.
var anchors = []string{"__kmalloc", "kfree", "jiffies", "__pci_register_driver", "platform_driver_unregister", "__platform_driver_register"}

// findKsymtab finds the tables in a file without sections: from an entry that
// names an anchor, up and down as long as there are entries.
func (s *space) findKsymtab() []area {
	var tables []area
	for _, anchor := range anchors {
		for _, name := range s.find(anchor + "\x00") {
			for _, form := range ksymtabForms {
				if table := s.ksymtabAround(form, name); len(table.data) > 0 && !slices.ContainsFunc(tables, table.overlaps) {
					tables = append(tables, table)
				}
			}
		}
	}
	slices.SortFunc(tables, func(a, b area) int { return cmp.Compare(a.addr, b.addr) })
	return tables
}

func (a area) overlaps(b area) bool {
	return a.addr < b.addr+uint64(len(b.data)) && b.addr < a.addr+uint64(len(a.data))
}

// find returns the addresses at which a string lies.
func (s *space) find(text string) []uint64 {
	var list []uint64
	for _, a := range s.areas {
		for at := 0; ; at++ {
			n := bytes.Index(a.data[at:], []byte(text))
			if n < 0 {
				break
			}
			at += n
			if list = append(list, a.addr+uint64(at)); len(list) == maxPlaces {
				return list
			}
		}
	}
	return list
}

// maxPlaces is how often a name is looked for that occurs again and again.
const maxPlaces = 16

// What one table may have: a kernel without hundreds of exports would load no
// module.
const (
	minExports = 100
	maxExports = 1 << 18 // Linux 6.12 as Debian builds it has 11,245
)

// ksymtabAround returns the table of a form with an entry for the name at an
// address, or nothing.
func (s *space) ksymtabAround(form ksymtabForm, name uint64) area {
	for _, place := range s.references(form, name) {
		first, last := place, place
		for before, _ := form.entry(s, first-form.size); before != ""; before, _ = form.entry(s, first-form.size) {
			first -= form.size
		}
		for next, _ := form.entry(s, last+form.size); next != ""; next, _ = form.entry(s, last+form.size) {
			last += form.size
		}
		if size := last + form.size - first; size >= minExports*form.size {
			return area{first, s.at(first, int(size))}
		}
	}
	return area{}
}

// references returns where an entry could lie that points to a name.
func (s *space) references(form ksymtabForm, name uint64) []uint64 {
	var list []uint64
	for _, a := range s.areas {
		step := 4
		if form.absolute {
			step = 8
		}
		for at := 0; at+int(form.size) <= len(a.data); at += step {
			place := a.addr + uint64(at)
			if form.absolute && le.Uint64(a.data[at+8:]) == name ||
				!form.absolute && relative(place+4, le.Uint32(a.data[at+4:])) == name {
				list = append(list, place)
			}
		}
	}
	return list
}
