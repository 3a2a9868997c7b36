package catalog

import (
	"fmt"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog/dense"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// packed is a catalogue with what takes long to work out: the hash of its
// canonical form, and the index of its patterns.
type packed struct {
	Patterns []string // in the order of the index
	Index    []byte
	Sum      string
	Sets     [][]int32 // alias set -> patterns; Catalog has none
	Catalog  *Catalog
}

// Pack returns the catalogue in the form that [Unpack] reads: for the one that
// the program carries, no file for others.
func (c *Catalog) Pack() ([]byte, error) {
	sum, err := c.Hash()
	if err != nil {
		return nil, err
	}
	patterns, sets := c.numbered()
	index, order := modalias.EncodeIndex(patterns)
	p := packed{Patterns: make([]string, len(order)), Index: index, Sum: sum, Sets: sets, Catalog: &Catalog{
		Schema: c.Schema, Name: c.Name, Version: c.Version, Date: c.Date, Provenance: c.Provenance, Modules: c.Modules,
		Platforms: c.Platforms, Extensions: c.Extensions, Firmware: c.Firmware, Unknown: c.Unknown,
	}}
	moved := make([]int32, len(order))
	for to, from := range order {
		p.Patterns[to], moved[from] = patterns[from], int32(to)
	}
	for _, set := range sets {
		for i := range set {
			set[i] = moved[set[i]]
		}
	}
	return compress(dense.Encode(&p))
}

// Unpack returns the catalogue of [Catalog.Pack], ready to be asked for claims.
// Its hash is the one that was worked out then, as with [ReadCanonical].
//
// The error is [ErrDamaged], or what is wrong with the encoding.
func Unpack(data []byte) (*Catalog, error) {
	data, err := unzstd(data, jsondoc.MaxBytes)
	if err != nil {
		return nil, err
	}
	var p packed
	if err := dense.Decode(string(data), &p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	index, err := modalias.ReadIndex(p.Index, p.Patterns)
	if err != nil || p.Catalog == nil {
		return nil, fmt.Errorf("%w: its index: %w", ErrDamaged, err)
	}
	c := p.Catalog
	if c.AliasSets, err = p.aliasSets(); err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	c.sum = p.Sum
	c.claims.once.Do(func() { c.claims.fill(c, index, p.Patterns, p.Sets) })
	return c, nil
}

// aliasSets looks the patterns of the sets up.
func (p *packed) aliasSets() ([][]string, error) {
	list := make([][]string, len(p.Sets))
	for i, set := range p.Sets {
		list[i] = make([]string, len(set))
		for j, n := range set {
			if n < 0 || int(n) >= len(p.Patterns) {
				return nil, fmt.Errorf("alias set %d: no pattern %d", i, n)
			}
			list[i][j] = p.Patterns[n]
		}
	}
	return list, nil
}
