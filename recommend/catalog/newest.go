package catalog

import (
	"cmp"
	"slices"
	"time"
)

// Newer says whether c is of a later date than other. One without a date, or
// with a text that is none, is newer than no other.
func (c *Catalog) Newer(other *Catalog) bool { return c.day() > other.day() }

// day is the date, or "" where there is none.
func (c *Catalog) day() string {
	if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
		return ""
	}
	return c.Date
}

// Newest returns catalogues with the newest first, and of those of one name the
// newest alone. Of two of one date the first given counts.
func Newest(list ...*Catalog) []*Catalog {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *Catalog) int { return cmp.Compare(b.day(), a.day()) })
	has := map[string]bool{}
	return slices.DeleteFunc(list, func(c *Catalog) bool {
		had := has[c.Name]
		has[c.Name] = true
		return had
	})
}

// Stack returns catalogues as they are used together, each seen behind those
// before it: see [Behind].
func Stack(list []*Catalog) ([]*Catalog, error) {
	var stack []*Catalog
	for _, c := range list {
		for _, first := range stack {
			var err error
			if c, err = Behind(c, first); err != nil {
				return nil, err
			}
		}
		stack = append(stack, c)
	}
	return stack, nil
}
