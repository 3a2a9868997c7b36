package modalias

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"sync/atomic"
)

// The ways in which a table's file can be bad.
var (
	ErrNoTable = errors.New("not a modscout database")
	ErrVersion = errors.New("database of another version of modscout")
	ErrDamaged = errors.New("damaged database")
)

// Bounds of what a file may unfold to; a hundred of Debian's kernels with
// nothing in common would hold 420,000 modules and 2,700,000 claims.
const (
	maxModules = 1 << 20 // of all platforms
	maxClaims  = 1 << 23 // pairs of a pattern and a module
	maxText    = 1 << 28 // bytes of patterns
)

// OpenTable reads a table's file. Its errors are those of [os.ReadFile] and
// [ReadTable].
func OpenTable(file string) (*Table, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return ReadTable(data)
}

// ReadTable opens a table that lies in memory, which may be a mapped file, and
// keeps it: it must not be changed afterwards.
//
// Errors: [ErrNoTable], [ErrVersion], or [ErrDamaged] with what is wrong. What
// passes here can be looked up in; a file that somebody made to deceive may
// give wrong answers, but no panic and no use of memory that its own size does
// not explain.
func ReadTable(data []byte) (*Table, error) {
	body, err := tableBody(data)
	if err != nil {
		return nil, err
	}
	t, err := decodeBody(body)
	if err != nil {
		return nil, err
	}
	t.file = data
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

func decodeBody(body []byte) (*Table, error) {
	r := &reader{in: body}
	t := &Table{index: r.index()}
	t.owners = r.column(t.index.heads.count)
	t.strings = r.words()
	t.lists = lists{r.sums(), r.numbers()}
	r.within(t.lists.ends, t.lists.values.count)
	t.records = r.records()
	t.platforms = r.numbers()
	if len(r.in) > 0 {
		r.fail("%d bytes behind the end", len(r.in))
	}
	if r.err != nil {
		return nil, r.err
	}
	t.seen = make([]atomic.Pointer[Module], t.records.file.count)
	return t, nil
}

func (r *reader) records() records {
	file := r.numbers()
	return records{
		file:      file,
		name:      r.column(file.count),
		flags:     r.column(file.count),
		platforms: r.column(file.count),
		depends:   r.column(file.count),
		softPre:   r.column(file.count),
		softPost:  r.column(file.count),
		firmware:  r.column(file.count),
	}
}
