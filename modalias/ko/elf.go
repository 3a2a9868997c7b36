package ko

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// object is an ELF file in memory. It knows only what modules need: sections
// by name, symbols and relocations, of 64-bit little-endian objects. Go's
// debug/elf reads more than twice as much of every file and would decompress
// sections without a limit.
type object struct {
	bytes    []byte
	sections []section
}

// section is one entry of the section header table (elf(5), Elf64_Shdr).
type section struct {
	name   string
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

var le = binary.LittleEndian

func parseELF(data []byte) (*object, error) {
	if len(data) < headerSize || !bytes.HasPrefix(data, []byte("\x7fELF\x02\x01")) {
		return nil, ErrFormat
	}
	if machine := le.Uint16(data[0x12:]); machine != x86_64 {
		return nil, fmt.Errorf("%w (%d)", ErrMachine, machine)
	}
	e := &object{bytes: data}
	offset, count := le.Uint64(data[0x28:]), int(le.Uint16(data[0x3c:]))
	names := int(le.Uint16(data[0x3e:]))
	if size := le.Uint16(data[0x3a:]); size != sectionSize || count == 0 || count > maxSections {
		return nil, fmt.Errorf("%w: %d section headers of %d bytes", ErrFormat, count, size)
	}
	table, err := e.slice(offset, uint64(count)*sectionSize)
	if err != nil {
		return nil, fmt.Errorf("section headers: %w", err)
	}
	e.sections = make([]section, count)
	for i := range e.sections {
		if err := e.parseSection(i, table[i*sectionSize:]); err != nil {
			return nil, err
		}
	}
	if names >= count {
		return nil, fmt.Errorf("section names: no section %d", names)
	}
	strings := e.data(e.sections[names])
	for i := range e.sections {
		e.sections[i].name = string(text(strings, le.Uint32(table[i*sectionSize:])))
	}
	return e, nil
}

func (e *object) parseSection(i int, header []byte) error {
	s := section{
		kind:   le.Uint32(header[4:]),
		offset: le.Uint64(header[24:]),
		size:   le.Uint64(header[32:]),
		link:   le.Uint32(header[40:]),
		info:   le.Uint32(header[44:]),
	}
	if s.kind != noBits {
		if _, err := e.slice(s.offset, s.size); err != nil {
			return fmt.Errorf("section %d: %w", i, err)
		}
	}
	e.sections[i] = s
	return nil
}

// slice returns part of the file, or says that it is not there.
func (e *object) slice(offset, size uint64) ([]byte, error) {
	length := uint64(len(e.bytes))
	if offset > length || size > length-offset {
		return nil, fmt.Errorf("%d bytes at offset %d, but the file has %d", size, offset, length)
	}
	return e.bytes[offset : offset+size], nil
}

// section returns the first section of a name.
func (e *object) section(name string) (section, bool) {
	for _, s := range e.sections {
		if s.name == name {
			return s, true
		}
	}
	return section{}, false
}

// data returns a section's content, which parseSection has checked.
func (e *object) data(s section) []byte {
	if s.kind == noBits {
		return nil
	}
	return e.bytes[s.offset : s.offset+s.size]
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
}

// symbols returns the symbol table, or nil where the file has none.
func (e *object) symbols() ([]symbol, error) {
	for _, s := range e.sections {
		if s.kind != symbolTable {
			continue
		}
		if uint64(s.link) >= uint64(len(e.sections)) {
			return nil, fmt.Errorf("symbol table: no string table %d", s.link)
		}
		names, table := e.data(e.sections[s.link]), e.data(s)
		list := make([]symbol, len(table)/symbolSize)
		for i := range list {
			entry := table[i*symbolSize:]
			list[i] = symbol{text(names, le.Uint32(entry)), le.Uint16(entry[6:])}
		}
		return list, nil
	}
	return nil, nil
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
