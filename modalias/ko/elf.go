package ko

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// object is an ELF file. It knows only what modules need: sections by name,
// symbols and relocations, of 64-bit little-endian objects. Go's debug/elf
// reads more than twice as much of every file and would decompress sections
// without a limit.
//
// An object can parse one file after the other, in the memory of the last.
type object struct {
	content
	sections []section
	names    []byte // of the sections
	list     []symbol
	err      error // the first of data
}

// section is one entry of the section header table (elf(5), Elf64_Shdr).
type section struct {
	name   uint32 // place in the table of names
	kind   uint32
	link   uint32
	info   uint32
	offset uint64
	size   uint64
}

// Section types and sizes of elf(5).
const (
	symbolTable     = 2 // SHT_SYMTAB
	relocationTable = 4 // SHT_RELA
	noBits          = 8 // SHT_NOBITS

	x86_64 = 62 // EM_X86_64

	headerSize  = 64
	sectionSize = 64
	symbolSize  = 24
	relaSize    = 24

	maxSections = 65_280 // SHN_LORESERVE: more would need extended numbering
)

// elfMagic begins every ELF file; then come its class and its byte order.
const elfMagic = "\x7fELF"

var le = binary.LittleEndian

// namesBefore is how far before the section headers their names mostly begin,
// at most: both are read at once.
const namesBefore = 2 << 10

func parseELF(from content) (*object, error) {
	e := &object{}
	return e, e.parse(from)
}

func (e *object) parse(from content) error {
	*e = object{content: from, sections: e.sections[:0], list: e.list[:0]}
	head, err := from.slice(0, headerSize)
	if err != nil || string(head[:4]) != elfMagic {
		return ErrFormat
	}
	if err := checkTarget(head); err != nil {
		return err
	}
	offset, count := le.Uint64(head[0x28:]), int(le.Uint16(head[0x3c:]))
	names := int(le.Uint16(head[0x3e:]))
	if size := le.Uint16(head[0x3a:]); size != sectionSize || count == 0 || count > maxSections {
		return fmt.Errorf("%w: %d section headers of %d bytes", ErrMalformed, count, size)
	}
	start := offset - min(offset, namesBefore)
	end, err := e.slice(start, offset-start+uint64(count)*sectionSize)
	if err != nil {
		return fmt.Errorf("section headers: %w", err)
	}
	if err := e.parseSections(end[offset-start:], count); err != nil {
		return err
	}
	if names >= count {
		return fmt.Errorf("section names: no section %d", names)
	}
	e.names = e.near(e.sections[names], start, end)
	return e.err
}

// near is data of a section that mostly lies in a piece that has been read,
// from start on.
func (e *object) near(s section, start uint64, piece []byte) []byte {
	if s.kind != noBits && s.offset >= start && within(s.offset-start, s.size, uint64(len(piece))) == nil {
		return piece[s.offset-start:][:s.size]
	}
	return e.data(s)
}

// forget lets go of the file's content, which may be large.
func (e *object) forget() {
	e.content, e.names = nil, nil
	clear(e.list)
}

// checkTarget says what else than x86-64 an object is for.
func checkTarget(head []byte) error {
	const class64, littleEndian = 2, 1
	machine := le.Uint16(head[0x12:])
	switch {
	case head[4] != class64:
		return fmt.Errorf("%w, but a 32-bit one", ErrFormat)
	case head[5] != littleEndian:
		return fmt.Errorf("%w, but a big-endian one", ErrFormat)
	case machine != x86_64:
		return fmt.Errorf("%w: %s", ErrMachine, cmp.Or(machines[machine], fmt.Sprint("number ", machine)))
	}
	return nil
}

// machines are those that kernel modules are met for (elf(5), e_machine).
var machines = map[uint16]string{8: "MIPS", 21: "PowerPC", 22: "S/390", 183: "arm64", 243: "RISC-V", 258: "LoongArch"}

func (e *object) parseSections(table []byte, count int) error {
	for i := range count {
		header := table[i*sectionSize:][:sectionSize]
		s := section{
			name:   le.Uint32(header),
			kind:   le.Uint32(header[4:]),
			offset: le.Uint64(header[24:]),
			size:   le.Uint64(header[32:]),
			link:   le.Uint32(header[40:]),
			info:   le.Uint32(header[44:]),
		}
		if s.kind != noBits {
			if err := within(s.offset, s.size, e.length()); err != nil {
				return fmt.Errorf("section %d: %w", i, err)
			}
		}
		e.sections = append(e.sections, s)
	}
	return nil
}

// section returns the first section of a name.
func (e *object) section(name string) (section, bool) {
	for i := range e.sections {
		if at := e.sections[i].name; uint64(at)+uint64(len(name)) <= uint64(len(e.names)) &&
			string(e.names[at:][:len(name)]) == name && len(text(e.names, at)) == len(name) {
			return e.sections[i], true
		}
	}
	return section{}, false
}

// nameOf returns a section's name.
func (e *object) nameOf(s section) []byte { return text(e.names, s.name) }

// data returns a section's content. What goes wrong is kept in e.err, for the
// end.
func (e *object) data(s section) []byte { return e.part(s, 0) }

// maxSection is the most of one section that is read, in bytes. The largest
// that matters here, the symbol table of amdgpu, has 1.1 MB.
const maxSection = 8 << 20

// part is data from an offset on.
func (e *object) part(s section, from uint64) []byte {
	if s.kind == noBits || from > s.size {
		return nil
	}
	data, err := []byte(nil), error(nil)
	if size := s.size - from; size > maxSection {
		err = fmt.Errorf("%w: a section of %d bytes where at most %d make sense", ErrMalformed, size, maxSection)
	} else {
		data, err = e.slice(s.offset+from, size)
	}
	if err != nil && e.err == nil {
		e.err = err
	}
	return data
}

// maxName is more than any name has (KSYM_NAME_LEN is 512). Without it, many
// entries that point into one long string would cost the square of its size.
const maxName = 1024

// text returns the string at an offset of a string table, nothing outside of it.
func text(table []byte, offset uint32) []byte {
	if uint64(offset) >= uint64(len(table)) {
		return nil
	}
	table = table[offset:]
	name, _, _ := bytes.Cut(table[:min(len(table), maxName)], []byte{0})
	return name
}

// symbol is one entry of a symbol table (elf(5), Elf64_Sym).
type symbol struct {
	name    []byte // in the file
	section uint16 // 0: undefined, to be found elsewhere
	value   uint64 // in a module: offset in the section
	size    uint64
}

// symbols returns the symbol table, or nil where the file has none: the
// symbols that other files may see, and those of the file itself where local
// is set. The linker puts the local ones first and says in the section's
// header where the others begin. first is the position of the list's first. The
// list is valid until the object parses another file.
func (e *object) symbols(local bool) (list []symbol, first int, err error) {
	for _, s := range e.sections {
		if s.kind != symbolTable {
			continue
		}
		if uint64(s.link) >= uint64(len(e.sections)) {
			return nil, 0, fmt.Errorf("symbol table: no string table %d", s.link)
		}
		if !local {
			first = int(s.info)
		}
		names, table := e.data(e.sections[s.link]), e.part(s, uint64(first)*symbolSize)
		e.list = slices.Grow(e.list, len(table)/symbolSize)
		for ; len(table) >= symbolSize; table = table[symbolSize:] {
			e.list = append(e.list, symbol{text(names, le.Uint32(table)), le.Uint16(table[6:]), le.Uint64(table[8:]), le.Uint64(table[16:])})
		}
		return e.list, first, nil
	}
	return nil, 0, nil
}

// at returns what a section holds where a symbol of it stands, at most size
// bytes.
func (e *object) at(s symbol, size uint64) []byte {
	if int(s.section) >= len(e.sections) {
		return nil
	}
	in := e.sections[s.section]
	if in.kind == noBits || s.value > in.size {
		return nil
	}
	in.offset, in.size = in.offset+s.value, min(in.size-s.value, size)
	return e.data(in)
}

// relocations calls visit for each relocation of the section with this name:
// the offset within it, and the position of the symbol.
func (e *object) relocations(name string, visit func(offset uint64, symbol uint32)) {
	s, found := e.section(".rela" + name)
	if !found || s.kind != relocationTable {
		return
	}
	for table := e.data(s); len(table) >= relaSize; table = table[relaSize:] {
		visit(le.Uint64(table), le.Uint32(table[12:]))
	}
}
