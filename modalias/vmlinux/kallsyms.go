package vmlinux

import (
	"bytes"
	"slices"
	"strings"
)

// symbol is one of the kernel's own symbol table, which it carries for its
// oops messages (CONFIG_KALLSYMS, scripts/kallsyms.c).
type symbol struct {
	name string // behind its type
	addr uint64
}

// The table is a dictionary of 256 tokens that names are made of
// (token_table, and token_index with the offset of each), the names, the
// offset of every 256th of them (markers), and the addresses. None of these
// has a name in a stripped image, so they are found by their shape: first the
// index of tokens, then by trial the number of symbols, behind which the names
// begin.

const (
	tokens     = 256
	perMarker  = 256
	minSymbols = 1000
	maxSymbols = 1 << 20
	maxTable   = 16 << 20 // bytes of names; Debian 6.12 has 3 MB
	maxToken   = 128      // bytes
	maxTrials  = 16       // places that may look like the number of symbols until the end of the names
)

// kallsyms returns the kernel's symbol table, or nil where it has none in a
// form that is known: those of Linux 3.10 to 6.12 are.
func (s *space) kallsyms() []symbol {
	trials := maxTrials
	for _, a := range s.areas {
		for at := 0; ; at += 4 {
			if at = nextIndex(a.data, at); at < 0 {
				break
			}
			if t := dictionary(a, at); t != nil {
				if list := s.symbolsBefore(a, t, &trials); list != nil {
					return list
				}
			}
		}
	}
	return nil
}

// tokenTable is the dictionary and where it lies.
type tokenTable struct {
	text       [tokens]string
	start, end int // in its area: of the tokens, and behind their index
}

// nextIndex returns the next position, from at on, that could be that of the
// index: 256 growing numbers of 16 bits that begin with zero; -1 for none.
func nextIndex(data []byte, at int) int {
	for ; at+2*tokens <= len(data); at += 4 {
		if le.Uint16(data[at:]) != 0 {
			continue
		}
		i := 1
		for i < tokens && le.Uint16(data[at+2*i:]) > le.Uint16(data[at+2*i-2:])+1 {
			i++
		}
		if i == tokens {
			return at
		}
	}
	return -1
}

// dictionary reads the tokens before an index: they end at it, but for
// alignment.
func dictionary(a area, index int) *tokenTable {
	last := int(le.Uint16(a.data[index+2*(tokens-1):]))
	for end := index - 1; end >= 0 && end >= index-8; end-- {
		// The last token has its closing zero at end.
		n := bytes.LastIndexByte(a.data[:end], 0)
		start := n + 1 - last
		if a.data[end] != 0 || n < 0 || start < 0 || start%4 != 0 {
			continue
		}
		if t := readTokens(a.data[start:end+1], a.data[index:]); t != nil {
			t.start, t.end = start, index+2*tokens
			return t
		}
	}
	return nil
}

func readTokens(table, index []byte) *tokenTable {
	t := &tokenTable{}
	for i := range t.text {
		from := int(le.Uint16(index[2*i:]))
		if from >= len(table) || i > 0 && table[from-1] != 0 {
			return nil
		}
		text, _, _ := bytes.Cut(table[from:], []byte{0})
		if len(text) > maxToken {
			return nil
		}
		t.text[i] = string(text)
	}
	return t
}

// symbolsBefore finds the names, which lie before their dictionary.
func (s *space) symbolsBefore(a area, t *tokenTable, trials *int) []symbol {
	for at := t.start &^ 7; at >= 0 && t.start-at < maxTable && *trials > 0; at -= 8 {
		count := int(le.Uint32(a.data[at:]))
		if count < minSymbols || count > maxSymbols || le.Uint32(a.data[at+4:]) != 0 {
			continue
		}
		data := a.data[at+8 : t.start]
		if names, _ := t.names(data, perMarker); names == nil {
			continue
		}
		*trials--
		names, size := t.names(data, count)
		if names == nil || !t.marked(data, size) {
			continue
		}
		if addresses := s.addresses(a, at, t.end, count); addresses != nil {
			return join(names, addresses)
		}
	}
	return nil
}

// names expands the first count names of data and says how many bytes they
// take. It returns nil where they are none.
func (t *tokenTable) names(data []byte, count int) (list []string, size int) {
	list = make([]string, 0, min(count, len(data)))
	total := 0
	for range count {
		name, n := t.name(data[size:])
		if total += len(name); name == "" || total > maxNames || !strings.ContainsRune(symbolTypes, rune(name[0])) {
			return nil, 0
		}
		size += n
		list = append(list, name[1:])
	}
	return list, size
}

// maxNames is the most that all names together have, in bytes.
const maxNames = 64 << 20

// marked says whether the markers behind the names agree with them: numbers of
// 32 bits, or before 4.20 of 64.
func (t *tokenTable) marked(data []byte, size int) bool {
	_, second := t.names(data, perMarker)
	markers := data[min((size+7)&^7, len(data)):]
	return len(markers) >= 16 && le.Uint32(markers) == 0 &&
		(int(le.Uint32(markers[4:])) == second || le.Uint64(markers[8:]) == uint64(second))
}

// symbolTypes are the types of nm(1); "?" is one that it cannot tell, as of a
// section without contents.
const symbolTypes = "tTdDrRbBwWaAvVnNgGsSuUcCiI?"

// name expands the first name of data: its length, a byte or since 6.1 two
// where the first has its high bit set, then as many tokens.
func (t *tokenTable) name(data []byte) (name string, size int) {
	if len(data) < 2 {
		return "", 0
	}
	length, size := int(data[0]), 1
	if length&0x80 != 0 {
		length, size = length&0x7f|int(data[1])<<7, 2
	}
	if length == 0 || length > maxName || size+length > len(data) {
		return "", 0
	}
	var text strings.Builder
	for _, token := range data[size : size+length] {
		if text.WriteString(t.text[token]); text.Len() > maxName {
			return "", 0
		}
	}
	return text.String(), size + length
}

// addresses reads the symbols' addresses: before their number, or since 6.4
// behind the index of tokens; as offsets from a base that follows them, or
// before 4.6 as they are.
func (s *space) addresses(a area, number, end, count int) []uint64 {
	before := func(size int) int { return number - size }
	offsets := (4*count + 7) &^ 7
	for _, at := range []int{before(offsets + 8), (end + 7) &^ 7} {
		if at < 0 || at+offsets+8 > len(a.data) {
			continue
		}
		if list := s.relativeAddresses(a.data[at:], count, le.Uint64(a.data[at+offsets:])); list != nil {
			return list
		}
	}
	if at := before(8 * count); at >= 0 {
		list := make([]uint64, count)
		for i := range list {
			list[i] = le.Uint64(a.data[at+8*i:])
		}
		return s.plausible(list)
	}
	return nil
}

// relativeAddresses turns offsets into addresses. Where per-CPU symbols are
// absolute (CONFIG_KALLSYMS_ABSOLUTE_PERCPU), those of the rest are negative.
func (s *space) relativeAddresses(data []byte, count int, base uint64) []uint64 {
	if base < kernelBase {
		return nil
	}
	list, absolute := make([]uint64, count), make([]uint64, count)
	for i := range list {
		offset := le.Uint32(data[4*i:])
		list[i], absolute[i] = base+uint64(offset), uint64(offset)
		if int32(offset) < 0 {
			absolute[i] = base - 1 - relative(0, offset)
		}
	}
	if found := s.plausible(absolute); found != nil {
		return found
	}
	return s.plausible(list)
}

// plausible returns the list if it grows and most of it lies in the kernel,
// else nil.
func (s *space) plausible(list []uint64) []uint64 {
	if !slices.IsSorted(list) {
		return nil
	}
	inside := 0
	for _, addr := range list {
		if s.from(addr) != nil {
			inside++
		}
	}
	if inside < len(list)/2 {
		return nil
	}
	return list
}

// join pairs names with addresses, which are in order.
func join(names []string, addresses []uint64) []symbol {
	list := make([]symbol, len(names))
	for i, name := range names {
		list[i] = symbol{name, addresses[i]}
	}
	return list
}
