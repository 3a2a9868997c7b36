package ko_test

import (
	"encoding/binary"
	"slices"
	"strings"
)

// tiny describes a module that a test makes: enough of an ELF64 file for what
// the package reads, written without its code.
type tiny struct {
	info      []string // "name=igc", …
	imports   []string
	exports   []string
	inits     []relocation // of .gnu.linkonce.this_module
	structLen int
	thisName  string // inside struct module
	stripped  bool
	pad       int // bytes of .text, before all else
	versions  bool
	tail      string // behind the ELF file
}

type relocation struct {
	symbol string
	offset uint64
}

// elfSection is one section to write.
type elfSection struct {
	name       string
	kind, link uint32
	data       []byte
}

func (m tiny) bytes() []byte {
	this := make([]byte, max(m.structLen, 24+56))
	copy(this[24:], m.thisName)
	sections := []elfSection{{}}
	if m.pad > 0 {
		sections = append(sections, elfSection{name: ".text", kind: 1, data: make([]byte, m.pad)})
	}
	sections = append(sections, elfSection{name: ".modinfo", kind: 1, data: zeroTerminated(m.info)})
	if m.structLen > 0 {
		sections = append(sections, elfSection{name: ".gnu.linkonce.this_module", kind: 1, data: this[:m.structLen]})
	}
	if m.exports != nil {
		sections = append(sections, elfSection{name: "__ksymtab_strings", kind: 1, data: zeroTerminated(m.exports)})
	}
	if m.versions {
		sections = append(sections, elfSection{name: "__versions", kind: 1, data: make([]byte, 64)})
	}
	if !m.stripped {
		sections = append(sections, m.symbols(len(sections))...)
	}
	return append(writeELF(sections), m.tail...)
}

// symbols returns .symtab, .strtab and the relocations; at is the number of
// the first of them.
func (m tiny) symbols(at int) []elfSection {
	names := []byte{0}
	table := make([]byte, 24)
	number := map[string]uint64{}
	add := func(name string, section uint16) {
		number[name] = uint64(len(table) / 24)
		table = binary.LittleEndian.AppendUint32(table, uint32(len(names)))
		table = append(table, 0x10, 0, byte(section), byte(section>>8))
		table = append(table, make([]byte, 16)...)
		names = append(append(names, name...), 0)
	}
	for _, s := range m.imports {
		add(s, 0)
	}
	for _, s := range m.exports {
		add("__ksymtab_"+s, 1)
	}
	var rela []byte
	for _, r := range m.inits {
		add(r.symbol, 1)
		rela = binary.LittleEndian.AppendUint64(rela, r.offset)
		rela = binary.LittleEndian.AppendUint64(rela, number[r.symbol]<<32|1)
		rela = binary.LittleEndian.AppendUint64(rela, 0)
	}
	return []elfSection{
		{name: ".symtab", kind: 2, link: uint32(at + 1), data: table},
		{name: ".strtab", kind: 3, data: names},
		{name: ".rela.gnu.linkonce.this_module", kind: 4, link: uint32(at), data: rela},
	}
}

func zeroTerminated(list []string) []byte {
	if len(list) == 0 {
		return nil
	}
	return []byte(strings.Join(list, "\x00") + "\x00")
}

// writeELF lays sections out behind a header for x86-64 and ends with the
// section header table, as elf(5) has it.
func writeELF(sections []elfSection) []byte {
	names := []byte{0}
	sections = append(sections, elfSection{name: ".shstrtab", kind: 3})
	for _, s := range sections {
		names = append(append(names, s.name...), 0)
	}
	sections[len(sections)-1].data = names
	out := make([]byte, 64)
	copy(out, "\x7fELF\x02\x01\x01")
	binary.LittleEndian.PutUint16(out[16:], 1)  // ET_REL
	binary.LittleEndian.PutUint16(out[18:], 62) // EM_X86_64
	binary.LittleEndian.PutUint32(out[20:], 1)
	var table []byte
	name := uint32(1)
	for _, s := range sections {
		header := make([]byte, 64)
		binary.LittleEndian.PutUint32(header, name)
		binary.LittleEndian.PutUint32(header[4:], s.kind)
		binary.LittleEndian.PutUint64(header[24:], uint64(len(out)))
		binary.LittleEndian.PutUint64(header[32:], uint64(len(s.data)))
		binary.LittleEndian.PutUint32(header[40:], s.link)
		name += uint32(len(s.name)) + 1
		table = append(table, header...)
		out = append(out, s.data...)
	}
	binary.LittleEndian.PutUint64(out[40:], uint64(len(out)))
	binary.LittleEndian.PutUint16(out[58:], 64)
	binary.LittleEndian.PutUint16(out[60:], uint16(len(sections)))
	binary.LittleEndian.PutUint16(out[62:], uint16(len(sections)-1))
	return slices.Concat(out, table)
}
