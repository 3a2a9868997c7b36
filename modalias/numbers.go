package modalias

import (
	"encoding/binary"
	"slices"
)

// numbers is an array of integers as it lies in a file: of all numbers first
// the lowest byte, then of all the next one, and so on, as many as the largest
// needs. Bytes of one kind beside each other compress better than whole numbers.
type numbers struct {
	planes       []byte
	count, width int
}

// maxWidth lets a number be a position in a file of 4 GiB.
const maxWidth = 4

// at returns the i-th number, and 0 where there is none.
func (n *numbers) at(i int) int {
	if uint(i) >= uint(n.count) {
		return 0
	}
	value := 0
	for plane := range n.width {
		value |= int(n.planes[plane*n.count+i]) << (8 * plane)
	}
	return value
}

// unfold puts the bytes of all numbers together, for those that lookups read
// most.
func (n *numbers) unfold() unfolded {
	list := make(unfolded, n.count)
	for plane := range n.width {
		for i, b := range n.planes[plane*n.count:][:n.count] {
			list[i] |= uint32(b) << (8 * plane)
		}
	}
	return list
}

// unfolded is numbers in memory.
type unfolded []uint32

// at returns the i-th number, and 0 where there is none.
func (u unfolded) at(i int) int {
	if uint(i) >= uint(len(u)) {
		return 0
	}
	return int(u[i])
}

// appendNumbers writes an array: count, width, bytes.
func appendNumbers(out []byte, list []int) []byte {
	width, largest := 1, 0
	for _, n := range list {
		largest = max(largest, n)
	}
	for largest>>(8*width) > 0 {
		width++
	}
	out = binary.AppendUvarint(out, uint64(len(list)))
	out = append(out, byte(width))
	out = slices.Grow(out, width*len(list))
	for plane := range width {
		for _, n := range list {
			out = append(out, byte(n>>(8*plane)))
		}
	}
	return out
}

// appendSums writes an array that never descends, as differences: those are
// small.
func appendSums(out []byte, list []int) []byte {
	steps, last := make([]int, len(list)), 0
	for i, n := range list {
		steps[i], last = n-last, n
	}
	return appendNumbers(out, steps)
}

// lists is an array of lists of numbers.
//
// What refers to a list of things, of which there are n, is a number too: 0 is
// the empty list, 1 to n the list of one thing, and more a list of this array.
type lists struct {
	ends   unfolded // of each list, in values
	values numbers
}

// list is one list.
type list struct {
	only        int // where there are no values
	values      *numbers
	first, size int
}

// get returns the list that ref refers to, of things of which there are n.
func (l *lists) get(ref, n int) list {
	switch {
	case ref == 0:
		return list{}
	case ref <= n:
		return list{only: ref - 1, size: 1}
	}
	i := ref - n - 1
	first, end := 0, l.ends.at(i)
	if i > 0 {
		first = l.ends.at(i - 1)
	}
	return list{values: &l.values, first: first, size: max(0, min(end, l.values.count)-first)}
}

// at returns the i-th of the list.
func (l list) at(i int) int {
	if l.values == nil {
		return l.only
	}
	return l.values.at(l.first + i)
}
