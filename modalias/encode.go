package modalias

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"maps"
	"slices"
)

// The file of a [Table], "modscout.db/v1":
//
//	magic     "modscout.db/v1\n" and a zero byte
//	checksum  CRC-32C of the body, 4 bytes, little endian
//	length    of the body, 8 bytes, little endian
//	body      numbers as unsigned varints:
//	          count, strings: all that occur, ascending, each once; a string is
//	            the length it shares with the one before, the length of the
//	            rest, the rest
//	          count, alias sets: each count, numbers of strings, ascending, as
//	            differences
//	          count, platforms: id, count, modules
//	          module: file, name, flags (1: built in), alias set, and four lists
//	            of strings: depends, soft pre, soft post, firmware
//
// A table has exactly one such file: equal content gives equal bytes anywhere.
const (
	tableMagic  = "modscout.db/v1\n\x00"
	tableHeader = len(tableMagic) + 4 + 8

	flagBuiltin = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// WriteTo writes the table's file, after [Table.Normalize].
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	t.Normalize()
	body := encodeTable(t)
	out := binary.LittleEndian.AppendUint32([]byte(tableMagic), crc32.Checksum(body, castagnoli))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(body)))
	n, err := w.Write(append(out, body...))
	return int64(n), err
}

// encoder appends a table's body.
type encoder struct {
	out     []byte
	strings map[string]int
	sets    map[string]int // encoded alias set -> its number
}

func encodeTable(t *Table) []byte {
	e := &encoder{strings: map[string]int{}, sets: map[string]int{}}
	e.putStrings(t)
	e.putSets(t)
	e.put(len(t.Platforms))
	for i := range t.Platforms {
		p := &t.Platforms[i]
		e.putString(p.ID)
		e.put(len(p.Modules))
		for j := range p.Modules {
			e.putModule(&p.Modules[j])
		}
	}
	return e.out
}

func (e *encoder) put(n int)          { e.out = binary.AppendUvarint(e.out, uint64(n)) }
func (e *encoder) putString(s string) { e.put(e.strings[s]) }

func (e *encoder) putList(list []string) {
	e.put(len(list))
	for _, s := range list {
		e.putString(s)
	}
}

// putStrings writes the string table and numbers the strings.
func (e *encoder) putStrings(t *Table) {
	for s := range t.eachString {
		e.strings[s] = 0
	}
	sorted := slices.Sorted(maps.Keys(e.strings))
	e.put(len(sorted))
	last := ""
	for i, s := range sorted {
		e.strings[s] = i
		shared := commonPrefix(last, s)
		e.put(shared)
		e.put(len(s) - shared)
		e.out = append(e.out, s[shared:]...)
		last = s
	}
}

// eachString yields every string that the table holds, some more than once.
func (t *Table) eachString(yield func(string) bool) {
	for i := range t.Platforms {
		if !yield(t.Platforms[i].ID) {
			return
		}
		for _, m := range t.Platforms[i].Modules {
			for _, list := range [][]string{{m.File, m.Name}, m.Aliases, m.Depends, m.SoftPre, m.SoftPost, m.Firmware} {
				for _, s := range list {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// putSets writes the distinct alias sets and numbers them.
func (e *encoder) putSets(t *Table) {
	for i := range t.Platforms {
		for _, m := range t.Platforms[i].Modules {
			e.sets[string(e.set(m.Aliases))] = 0
		}
	}
	sorted := slices.SortedFunc(maps.Keys(e.sets), func(a, b string) int { return bytes.Compare([]byte(a), []byte(b)) })
	e.put(len(sorted))
	for i, set := range sorted {
		e.sets[set] = i
		e.out = append(e.out, set...)
	}
}

// set encodes an alias set on its own.
func (e *encoder) set(aliases []string) []byte {
	out := binary.AppendUvarint(nil, uint64(len(aliases)))
	last := 0
	for _, alias := range aliases {
		n := e.strings[alias]
		out = binary.AppendUvarint(out, uint64(n-last))
		last = n
	}
	return out
}

func (e *encoder) putModule(m *Module) {
	flags := 0
	if m.Builtin {
		flags |= flagBuiltin
	}
	e.putString(m.File)
	e.putString(m.Name)
	e.put(flags)
	e.put(e.sets[string(e.set(m.Aliases))])
	for _, list := range [][]string{m.Depends, m.SoftPre, m.SoftPost, m.Firmware} {
		e.putList(list)
	}
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
