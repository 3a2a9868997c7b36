package modalias

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
)

// The ways in which a table's file can be bad.
var (
	ErrNoTable = errors.New("not a modscout database")
	ErrVersion = errors.New("database of an unknown version")
	ErrDamaged = errors.New("damaged database")
)

const (
	maxString  = 64 << 10  // bytes of one string
	maxStrings = 256 << 20 // bytes of all strings: front coding could claim far more than the file holds
)

// ReadTable decodes a table's file, as [Table.WriteTo] makes it.
//
// Errors: [ErrNoTable], [ErrVersion], or [ErrDamaged] with what is wrong. The
// result is in the order of [Table.Normalize].
func ReadTable(data []byte) (*Table, error) {
	body, err := tableBody(data)
	if err != nil {
		return nil, err
	}
	d := &decoder{in: body}
	t := d.table()
	if d.err == nil && len(d.in) > 0 {
		d.fail("%d bytes behind the end", len(d.in))
	}
	if d.err != nil {
		return nil, d.err
	}
	return t, nil
}

// tableBody checks everything around the body.
func tableBody(data []byte) ([]byte, error) {
	kind, _, _ := strings.Cut(tableMagic, "/")
	switch {
	case !bytes.HasPrefix(data, []byte(kind+"/")):
		return nil, ErrNoTable
	case len(data) < tableHeader:
		return nil, fmt.Errorf("%w: it ends in the header", ErrDamaged)
	case !bytes.HasPrefix(data, []byte(tableMagic)):
		return nil, ErrVersion
	}
	header, body := data[len(tableMagic):tableHeader], data[tableHeader:]
	if length := binary.LittleEndian.Uint64(header[4:]); length != uint64(len(body)) {
		return nil, fmt.Errorf("%w: %d bytes where the header says %d", ErrDamaged, len(body), length)
	}
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(header) {
		return nil, fmt.Errorf("%w: wrong checksum", ErrDamaged)
	}
	return body, nil
}

// decoder reads a body. After the first error every read gives zero values, so
// that only the end has to ask.
type decoder struct {
	in      []byte
	strings []string
	sets    [][]string
	err     error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
	}
	d.in = nil
}

// number reads a varint that must be at most limit.
func (d *decoder) number(limit int) int {
	n, width := binary.Uvarint(d.in)
	if width <= 0 || n > uint64(max(limit, 0)) {
		d.fail("number out of range")
		return 0
	}
	d.in = d.in[width:]
	return int(n)
}

// count reads how many things follow; each takes at least one byte.
func (d *decoder) count() int { return d.number(len(d.in)) }

// string reads a reference into the string table.
func (d *decoder) string() string {
	n := d.number(len(d.strings) - 1)
	if n >= len(d.strings) {
		d.fail("string without a table")
		return ""
	}
	return d.strings[n]
}

func (d *decoder) list() []string {
	n := d.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.string()
	}
	return list
}

func (d *decoder) table() *Table {
	d.readStrings()
	d.readSets()
	t := &Table{Platforms: make([]Platform, d.count())}
	for i := range t.Platforms {
		t.Platforms[i] = Platform{ID: d.string(), Modules: d.modules()}
		if i > 0 && t.Platforms[i-1].ID >= t.Platforms[i].ID {
			d.fail("platforms are not in order")
		}
	}
	return t
}

func (d *decoder) readStrings() {
	d.strings = make([]string, d.count())
	total, last := 0, ""
	for i := range d.strings {
		shared := d.number(len(last))
		rest := d.number(min(len(d.in), maxString-shared))
		if rest > len(d.in) || total+shared+rest > maxStrings {
			d.fail("strings are too long")
			return
		}
		s := last[:shared] + string(d.in[:rest])
		if i > 0 && s <= last {
			d.fail("strings are not in order")
			return
		}
		d.in = d.in[rest:]
		total += len(s)
		d.strings[i], last = s, s
	}
}

func (d *decoder) readSets() {
	d.sets = make([][]string, d.count())
	for i := range d.sets {
		n := d.count()
		if n == 0 {
			continue
		}
		d.sets[i] = make([]string, n)
		last := 0
		for j := range d.sets[i] {
			step := d.number(len(d.strings) - 1 - last)
			if j > 0 && step == 0 || last+step >= len(d.strings) {
				d.fail("aliases are not in order")
				return
			}
			last += step
			d.sets[i][j] = d.strings[last]
		}
	}
}

// moduleSize is the least that a module takes: eight numbers.
const moduleSize = 8

func (d *decoder) modules() []Module {
	n := d.number(len(d.in) / moduleSize)
	if n == 0 {
		return nil
	}
	modules := make([]Module, n)
	for i := range modules {
		m := Module{File: d.string(), Name: d.string(), Builtin: d.number(flagBuiltin) == flagBuiltin}
		if set := d.number(len(d.sets) - 1); set < len(d.sets) {
			m.Aliases = d.sets[set]
		}
		m.Depends, m.SoftPre, m.SoftPost, m.Firmware = d.list(), d.list(), d.list(), d.list()
		if d.err != nil {
			return nil
		}
		modules[i] = m
	}
	return modules
}
