package vmlinux

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var le = binary.LittleEndian

// space is the kernel's memory as it is linked: what lies at which address.
type space struct {
	areas []area
	code  []area          // the executable parts of areas
	named map[string]area // sections by name, as far as the file has them
}

// area is a part of the file and where it is loaded.
type area struct {
	addr uint64
	data []byte
}

// kernelBase is where the kernel's own half of the last 2 GB begins; x86-64
// code refers to addresses there by 32 bits (Documentation/arch/x86/x86_64/mm.rst).
const kernelBase = 0xffffffff80000000

// newSpace maps an ELF file. Go's debug/elf checks its headers; contents are
// taken from data itself, so that nothing is copied or decompressed.
func newSpace(data []byte) (*space, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it ends in the middle", ErrDamaged)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if f.Machine != elf.EM_X86_64 || f.Class != elf.ELFCLASS64 {
		return nil, fmt.Errorf("%w: %s", ErrMachine, f.Machine)
	}
	s := &space{named: map[string]area{}}
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Vaddr < kernelBase {
			continue // per-CPU data is linked at zero
		}
		a, found := part(data, p.Vaddr, p.Off, p.Filesz)
		if !found {
			return nil, fmt.Errorf("%w: it ends in the middle", ErrDamaged)
		}
		s.areas = append(s.areas, a)
		if p.Flags&elf.PF_X != 0 {
			s.code = append(s.code, a)
		}
	}
	if len(s.code) == 0 {
		return nil, fmt.Errorf("%w: an ELF file, but no kernel", ErrFormat)
	}
	s.readSections(f, data)
	return s, nil
}

// part cuts an area out of the file.
func part(data []byte, addr, offset, size uint64) (area, bool) {
	length := uint64(len(data))
	if offset > length || size > length-offset || addr+size < addr {
		return area{}, false
	}
	return area{addr, data[offset : offset+size]}, true
}

// readSections notes the sections, which are not needed to load a kernel and
// which a file may lack. Code is then what they say rather than the segments,
// which are executable as a whole.
func (s *space) readSections(f *elf.File, data []byte) {
	var code []area
	for _, section := range f.Sections {
		if section.Type != elf.SHT_PROGBITS || section.Addr < kernelBase {
			continue
		}
		a, found := part(data, section.Addr, section.Offset, section.FileSize)
		if !found {
			continue
		}
		s.named[section.Name] = a
		if section.Flags&elf.SHF_EXECINSTR != 0 {
			code = append(code, a)
		}
	}
	if len(code) > 0 {
		s.code = code
	}
}

// at returns size bytes at an address, or nil where the file has none there.
func (s *space) at(addr uint64, size int) []byte {
	rest := s.from(addr)
	if len(rest) < size {
		return nil
	}
	return rest[:size]
}

// from returns the bytes from an address to the end of its area.
func (s *space) from(addr uint64) []byte {
	for _, a := range s.areas {
		if addr >= a.addr && addr-a.addr < uint64(len(a.data)) {
			return a.data[addr-a.addr:]
		}
	}
	return nil
}

// pointer returns the address stored at an address, 0 where there is none.
func (s *space) pointer(addr uint64) uint64 {
	b := s.at(addr, 8)
	if b == nil {
		return 0
	}
	return le.Uint64(b)
}

// maxName is more than a symbol has (KSYM_NAME_LEN is 512), or a driver.
const maxName = 512

// text returns the zero-terminated string at an address, "" where there is
// none or it holds anything but printable ASCII.
func (s *space) text(addr uint64) string {
	b := s.from(addr)
	b = b[:min(len(b), maxName)]
	n := bytes.IndexByte(b, 0)
	if n < 1 || bytes.ContainsFunc(b[:n], func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return string(b[:n])
}

// relative returns the address that a 32-bit offset from its own place names
// (CONFIG_HAVE_ARCH_PREL32_RELOCATIONS).
func relative(place uint64, offset uint32) uint64 {
	return place + uint64(int64(int32(offset)))
}
