package catalog

import (
	"cmp"
	"maps"
	"slices"
)

// votes counts how often values were seen.
type votes[T comparable] struct {
	counts map[T]int
	total  int
}

func (v *votes[T]) add(value T) {
	if v.counts == nil {
		v.counts = map[T]int{}
	}
	v.counts[value]++
	v.total++
}

// majority returns the value that more than half have, how many those are, and
// whether they are enough to judge others by.
func (v *votes[T]) majority() (value T, count int, sure bool) {
	for value, count := range v.counts {
		if count >= enough && 2*count > v.total {
			return value, count, true
		}
	}
	return value, 0, false
}

// unanimous returns the value that all have, if there is one.
func (v *votes[T]) unanimous() (value T, count int, sure bool) {
	for value, count := range v.counts {
		return value, count, len(v.counts) == 1
	}
	return value, 0, false
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
