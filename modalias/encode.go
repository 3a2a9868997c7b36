package modalias

import (
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
)

// The file of a [Table], "modscout.db/v1":
//
//	magic     "modscout.db/v1\n" and a zero byte
//	checksum  CRC-32C of the body, 4 bytes, little endian
//	length    of the body, 8 bytes, little endian
//	body      index      all patterns, see [Index]
//	          owners     of each pattern: a list of records
//	          strings    all that occur, ascending
//	          lists      ends, values
//	          records    columns: file, name, flags, platforms, depends,
//	                     soft pre, soft post, firmware
//	          platforms  their IDs, ascending, as positions in strings
//
// Its parts are words, [numbers] and [lists], described there. It is looked up
// in as it is: nothing but the checksum is computed when it is opened. A record
// is one module as one or more platforms have it, so that kernels that share
// modules share their records. Compression is left to whoever ships the file.
const (
	tableMagic  = "modscout.db/v1\n\x00"
	tableHeader = len(tableMagic) + 4 + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// NewTable makes a table of platforms. The order of platforms, modules and
// patterns does not matter, nor does what is there twice; platforms of one ID
// are one.
func NewTable(platforms []Platform) *Table {
	file := encodeTable(platforms)
	header, body := append(file[:0], tableMagic...), file[tableHeader:]
	header = binary.LittleEndian.AppendUint32(header, crc32.Checksum(body, castagnoli))
	binary.LittleEndian.AppendUint64(header, uint64(len(body)))
	t, err := ReadTable(file)
	if err != nil {
		panic("modalias: made a table that cannot be read: " + err.Error()) // only beyond 4 GiB
	}
	return t
}

// record is a module and the platforms that have it.
type record struct {
	*Module
	stored    string   // name; "" for one that the file tells
	sorted    []string // its patterns, each once; nil until they are compared
	platforms []int
}

// encoder numbers what records refer to.
type encoder struct {
	strings map[string]int
	lists   map[string]int // encoded list -> its position
	ends    []int
	values  []int
}

// encodeTable returns a table's file, with room for its header.
func encodeTable(platforms []Platform) []byte {
	ids := platformIDs(platforms)
	records := distinctRecords(platforms, ids)
	e := &encoder{strings: make(map[string]int, 2*len(records)), lists: map[string]int{}}
	words := e.number(records, ids)
	patterns, claimants := claimed(records)
	sorted := sortPatterns(patterns)
	owners := e.unite(&sorted, patterns, claimants, len(records))
	columns := e.columns(records, len(ids))
	out := make([]byte, tableHeader, tableHeader+32*(len(owners)+len(words)))
	out = sorted.appendIndex(out, patterns)
	out = appendNumbers(out, owners)
	out = appendWords(out, words)
	out = appendSums(out, e.ends)
	out = appendNumbers(out, e.values)
	for _, column := range columns {
		out = appendNumbers(out, column)
	}
	numbers := make([]int, len(ids))
	for i, id := range ids {
		numbers[i] = e.strings[id]
	}
	return appendNumbers(out, numbers)
}

func platformIDs(platforms []Platform) []string {
	ids := make([]string, len(platforms))
	for i := range platforms {
		ids[i] = platforms[i].ID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// distinctRecords returns the modules, ascending, each once however many
// platforms have it.
func distinctRecords(platforms []Platform, ids []string) []*record {
	all := allRecords(platforms, ids)
	slices.SortFunc(all, func(a, b *record) int {
		if c := compareRecords(a, b); c != 0 {
			return c
		}
		return cmp.Compare(a.platforms[0], b.platforms[0])
	})
	records := all[:0]
	for _, r := range all {
		n := len(records)
		if n == 0 || compareRecords(records[n-1], r) != 0 {
			records = append(records, r)
		} else if last := records[n-1]; last.platforms[len(last.platforms)-1] != r.platforms[0] {
			last.platforms = append(last.platforms, r.platforms[0])
		}
	}
	return records
}

// allRecords returns a record for each module of each platform.
func allRecords(platforms []Platform, ids []string) []*record {
	modules := 0
	for _, p := range platforms {
		modules += len(p.Modules)
	}
	array, all := make([]record, 0, modules), make([]*record, 0, modules)
	for _, p := range platforms {
		number, _ := slices.BinarySearch(ids, p.ID)
		own := []int{number}
		for i := range p.Modules {
			m := &p.Modules[i]
			array = append(array, record{Module: m, stored: m.storedName(), platforms: own[:1:1]})
			all = append(all, &array[len(array)-1])
		}
	}
	return all
}

func compareRecords(a, b *record) int {
	if c := strings.Compare(a.File, b.File); c != 0 {
		return c
	}
	if c := cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.flags(), b.flags())); c != 0 {
		return c
	}
	return cmp.Or(slices.Compare(a.patterns(), b.patterns()), slices.Compare(a.Depends, b.Depends),
		slices.Compare(a.SoftPre, b.SoftPre), slices.Compare(a.SoftPost, b.SoftPost), slices.Compare(a.Firmware, b.Firmware))
}

// patterns returns the patterns in order. Most modules are of one platform: theirs
// are never asked for.
func (r *record) patterns() []string {
	if r.sorted == nil {
		r.sorted = slices.Compact(slices.Sorted(slices.Values(r.Aliases)))
	}
	return r.sorted
}

func (m *Module) flags() int {
	if m.Builtin {
		return flagBuiltin
	}
	return 0
}

// claimed returns the patterns of all records, one record after the other, and
// of each pattern the record.
func claimed(records []*record) (patterns []string, claimants []int) {
	total := 0
	for _, r := range records {
		total += len(r.Aliases)
	}
	patterns, claimants = make([]string, 0, total), make([]int, 0, total)
	for i, r := range records {
		patterns = append(patterns, r.Aliases...)
		for range r.Aliases {
			claimants = append(claimants, i)
		}
	}
	return patterns, claimants
}

// unite makes one of what is the same pattern of several records, and returns
// for each the list of these. In order the same ones are neighbours.
func (e *encoder) unite(sorted *patternOrder, patterns []string, claimants []int, records int) []int {
	heads := sorted.heads
	refs, once := make([]int, 0, len(heads)), heads[:0]
	var owners []int
	for i := 0; i < len(heads); {
		first := heads[i]
		for owners = owners[:0]; i < len(heads) && patterns[heads[i].number] == patterns[first.number]; i++ {
			if owner := claimants[heads[i].number]; len(owners) == 0 || owners[len(owners)-1] != owner {
				owners = append(owners, owner)
			}
		}
		once, refs = append(once, first), append(refs, e.list(owners, records))
	}
	sorted.heads = once
	return refs
}

// number numbers all strings and returns them in order.
func (e *encoder) number(records []*record, ids []string) []string {
	var words []string
	add := func(s string) {
		if _, found := e.strings[s]; !found {
			e.strings[s] = 0
			words = append(words, s)
		}
	}
	for _, id := range ids {
		add(id)
	}
	for _, r := range records {
		add(r.File)
		add(r.stored)
		for _, list := range [...][]string{r.Depends, r.SoftPre, r.SoftPost, r.Firmware} {
			for _, s := range list {
				add(s)
			}
		}
	}
	slices.Sort(words)
	for i, s := range words {
		e.strings[s] = i
	}
	return words
}

// storedName is "" for a name that the file tells.
func (m *Module) storedName() string {
	if m.Name == NameOf(m.File) {
		return ""
	}
	return m.Name
}

// list returns what refers to a list of things of which there are n.
func (e *encoder) list(list []int, n int) int {
	switch len(list) {
	case 0:
		return 0
	case 1:
		return list[0] + 1
	}
	var key []byte
	for _, value := range list {
		key = binary.AppendUvarint(key, uint64(value))
	}
	at, found := e.lists[string(key)]
	if !found {
		at = len(e.ends)
		e.lists[string(key)] = at
		e.values = append(e.values, list...)
		e.ends = append(e.ends, len(e.values))
	}
	return n + 1 + at
}

// columns returns the columns of the records, in the order of the file.
func (e *encoder) columns(records []*record, platforms int) [8][]int {
	var columns [8][]int
	for c := range columns {
		columns[c] = make([]int, 0, len(records))
	}
	for _, r := range records {
		for c, value := range [8]int{
			e.ref(r.File), e.ref(r.stored), r.flags(), e.list(r.platforms, platforms),
			e.refs(r.Depends), e.refs(r.SoftPre), e.refs(r.SoftPost), e.refs(r.Firmware),
		} {
			columns[c] = append(columns[c], value)
		}
	}
	return columns
}

func (e *encoder) ref(s string) int {
	if s == "" {
		return 0
	}
	return e.strings[s] + 1
}

func (e *encoder) refs(list []string) int {
	numbers := make([]int, len(list))
	for i, s := range list {
		numbers[i] = e.strings[s]
	}
	return e.list(numbers, len(e.strings))
}

func appendBytes(out, data []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(data))), data...)
}
