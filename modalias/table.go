package modalias

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
)

// A Table is a modalias database: the modules of one or more platforms and the
// patterns by which they claim devices. It answers for all platforms at once,
// because what kernels claim is mostly the same.
//
// It is looked up in as it lies in its file, and is never changed; several
// goroutines may use it at once. The zero Table is empty.
type Table struct {
	file      []byte
	index     Index
	owners    numbers // of each pattern: a list of records
	strings   words
	lists     lists
	records   records
	platforms numbers                  // IDs, strings
	seen      []atomic.Pointer[Module] // records that have been claimed, without their lists
}

// records are the distinct modules, one number each in every column.
type records struct {
	file, name                           numbers // strings, counted from 1; the name of 0 is the file's
	flags                                numbers
	platforms                            numbers // a list of platforms
	depends, softPre, softPost, firmware numbers // lists of strings
}

// flagBuiltin marks what is part of the kernel image.
const flagBuiltin = 1

// Platform is one kernel with its modules.
type Platform struct {
	ID      string // "linux:6.1.0-56-amd64", "ds918p_42218", …
	Modules []Module
}

// Module is what the table keeps of one kernel module.
type Module struct {
	File     string   // as shipped: a path below the tree, or a member of an archive
	Name     string   // internal, with underscores
	Builtin  bool     // part of the kernel image: there is nothing to load
	Aliases  []string // patterns, ascending, each once
	Depends  []string // names of modules it needs, as its builder knew them
	SoftPre  []string // softdep: order, not requirement
	SoftPost []string // likewise
	Firmware []string // files it may ask for
}

// Claim is one module that matches a key.
type Claim struct {
	Name    string  // of the module, internal
	File    string  // of the module; "" where it is built in and nothing more is known
	Builtin bool    // part of the kernel image
	Pattern string  // of several that match, the one that says most
	Verdict Verdict // [Certain] or [Possible]

	kind   Kind
	record int
	table  *Table
}

// Platforms returns the IDs of the platforms that have the module, ascending.
func (c *Claim) Platforms() []string {
	return c.table.ids(c.table.records.platforms.at(c.record))
}

// Lookup returns the modules that match a key: certain before possible, exact
// ids before class-wide patterns, then by name and file. A module that is the
// same in several platforms is one claim.
func (t *Table) Lookup(key string) []Claim {
	var buf [32]Hit
	hits := t.index.find(buf[:0], key)
	if len(hits) == 0 {
		return nil
	}
	best := claims{list: make([]Claim, 0, len(hits))}
	text := 0
	for _, hit := range hits {
		owners := t.lists.get(t.owners.at(hit.Pattern), t.records.file.count)
		if owners.size == 0 {
			continue
		}
		pattern := t.index.pattern(hit.Pattern)
		if text += len(pattern); text > maxText {
			break // only in a file that was made for it
		}
		claim := Claim{Pattern: pattern, Verdict: hit.Verdict, kind: KindOf(pattern), table: t}
		for i := range owners.size {
			claim.record = owners.at(i)
			best.add(claim)
		}
	}
	for i := range best.list {
		c := &best.list[i]
		module := t.module(c.record)
		c.Name, c.File, c.Builtin = module.Name, module.File, module.Builtin
	}
	slices.SortFunc(best.list, compareClaims)
	return best.list
}

func compareClaims(a, b Claim) int {
	return cmp.Or(
		cmp.Compare(b.Verdict, a.Verdict),
		cmp.Compare(a.kind, b.kind),
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.File, b.File),
		cmp.Compare(a.record, b.record),
	)
}

// claims collects the best claim of each record.
type claims struct {
	list []Claim
	at   map[int]int // record -> position in list, once that is long
}

// longList is where searching a map is faster than searching a list.
const longList = 32

func (c *claims) add(claim Claim) {
	if i := c.find(claim.record); i >= 0 {
		if compareStrength(&claim, &c.list[i]) < 0 {
			c.list[i] = claim
		}
		return
	}
	if c.at != nil {
		c.at[claim.record] = len(c.list)
	}
	c.list = append(c.list, claim)
}

func (c *claims) find(record int) int {
	if len(c.list) < longList {
		return slices.IndexFunc(c.list, func(claim Claim) bool { return claim.record == record })
	}
	if c.at == nil {
		c.at = map[int]int{}
		for i := range c.list {
			c.at[c.list[i].record] = i
		}
	}
	if i, found := c.at[record]; found {
		return i
	}
	return -1
}

// compareStrength puts the pattern first that says more about the device.
func compareStrength(a, b *Claim) int {
	return cmp.Or(
		cmp.Compare(b.Verdict, a.Verdict),
		cmp.Compare(a.kind, b.kind),
		cmp.Compare(len(b.Pattern), len(a.Pattern)),
		strings.Compare(a.Pattern, b.Pattern),
	)
}

// module returns what a claim says of a record. It is decoded when it is first
// asked for.
func (t *Table) module(record int) *Module {
	if uint(record) >= uint(len(t.seen)) {
		return &Module{} // the file lies
	}
	if m := t.seen[record].Load(); m != nil {
		return m
	}
	m := &Module{
		File:    t.string(t.records.file.at(record)),
		Builtin: t.records.flags.at(record)&flagBuiltin != 0,
	}
	if m.Name = t.string(t.records.name.at(record)); m.Name == "" {
		m.Name = NameOf(m.File)
	}
	t.seen[record].Store(m)
	return m
}

// string returns a string by its number, counted from 1.
func (t *Table) string(n int) string {
	if n == 0 {
		return ""
	}
	return t.strings.at(n - 1)
}

// ids returns the IDs of a list of platforms.
func (t *Table) ids(ref int) []string {
	of := t.lists.get(ref, t.platforms.count)
	list := make([]string, of.size)
	for i := range list {
		list[i] = t.platformID(of.at(i))
	}
	return list
}

// PlatformIDs returns the IDs of all platforms, ascending.
func (t *Table) PlatformIDs() []string {
	list := make([]string, t.platforms.count)
	for i := range list {
		list[i] = t.platformID(i)
	}
	return list
}

func (t *Table) platformID(i int) string { return t.strings.at(t.platforms.at(i)) }

// Size returns how many modules the platforms have together, and how many
// distinct patterns those.
func (t *Table) Size() (modules, patterns int) {
	for i := range t.records.file.count {
		modules += t.lists.get(t.records.platforms.at(i), t.platforms.count).size
	}
	return modules, t.index.heads.count
}

// WriteTo writes the table's file. A table has exactly one: equal content
// gives equal bytes anywhere.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(t.file)
	return int64(n), err
}

// Hash returns the SHA-256 of the table's file, "sha256:" and hexadecimal: the
// name of its content.
func (t *Table) Hash() string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256(t.file))
}
