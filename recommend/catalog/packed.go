package catalog

import (
	"fmt"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog/dense"
)

// packed is a catalogue with what takes long to work out: the hash of its
// canonical form, and the index of its patterns.
type packed struct {
	Index   []byte // of the patterns of all alias sets
	Sum     string
	Sets    [][]int32 // alias set -> patterns; Catalog has none
	Catalog *Catalog
}

// Pack returns the catalogue in the form that [Unpack] reads: for the one that
// the program carries, no file for others. It is not compressed, so that its
// strings are used where they lie.
func (c *Catalog) Pack() ([]byte, error) {
	sum, err := c.Hash()
	if err != nil {
		return nil, err
	}
	patterns, sets := c.numbered()
	index, order := modalias.EncodeIndex(patterns)
	p := packed{Index: index, Sum: sum, Sets: sets, Catalog: &Catalog{
		Schema: c.Schema, Name: c.Name, Version: c.Version, Date: c.Date, Provenance: c.Provenance, Modules: c.Modules,
		Platforms: c.Platforms, Extensions: c.Extensions, Firmware: c.Firmware, Unknown: c.Unknown,
	}}
	moved := make([]int32, len(order))
	for to, from := range order {
		moved[from] = int32(to)
	}
	for _, set := range sets {
		for i := range set {
			set[i] = moved[set[i]]
		}
	}
	return dense.Encode(&p), nil
}

// Unpack returns the catalogue of [Catalog.Pack], ready to be asked for claims.
// Its hash is the one that was worked out then, as with [ReadCanonical]. The
// error is [ErrDamaged] with what is wrong.
func Unpack(file string) (*Catalog, error) {
	var p packed
	if err := dense.Decode(file, &p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	index, err := modalias.ReadIndex(p.Index)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: its index: %w", ErrDamaged, err)
	case p.Catalog == nil:
		return nil, fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	c := p.Catalog
	if c.AliasSets, err = p.aliasSets(index.Patterns()); err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	c.sum = p.Sum
	c.claims.once.Do(func() { c.claims.fill(c, index, p.Sets) })
	return c, nil
}

// aliasSets looks the patterns of the sets up.
func (p *packed) aliasSets(patterns []string) ([][]string, error) {
	list := make([][]string, len(p.Sets))
	for i, set := range p.Sets {
		list[i] = make([]string, len(set))
		for j, n := range set {
			if n < 0 || int(n) >= len(patterns) {
				return nil, fmt.Errorf("alias set %d: no pattern %d", i, n)
			}
			list[i][j] = patterns[n]
		}
	}
	return list, nil
}
