package packer

import (
	"encoding/binary"
	"slices"
)

// kmodIndex is the content of one of depmod's binary files: a trie from keys
// to values, each with the place of its module in depmod's order. The format is
// that of kmod's libkmod/libkmod-index.c and tools/depmod.c.
type kmodIndex map[string][]indexValue

type indexValue struct {
	priority uint32
	text     string
}

func (x kmodIndex) add(key, text string, priority int) {
	x[key] = append(x[key], indexValue{uint32(priority), text})
}

// The file's header, and the flags in the upper bits of a node's position.
const (
	indexMagic   = 0xB007F457
	indexVersion = 2<<16 | 1
	nodePrefix   = 0x80000000
	nodeValues   = 0x40000000
	nodeChildren = 0x20000000
)

// bytes encodes the index.
func (x kmodIndex) bytes() []byte {
	keys := make([]string, 0, len(x))
	for key, values := range x {
		keys = append(keys, key)
		slices.SortStableFunc(values, func(a, b indexValue) int { return int(a.priority) - int(b.priority) })
	}
	slices.Sort(keys)
	out := binary.BigEndian.AppendUint32(nil, indexMagic)
	out = binary.BigEndian.AppendUint32(out, indexVersion)
	out = append(out, 0, 0, 0, 0)
	out, root := x.node(out, keys, 0, 0)
	binary.BigEndian.PutUint32(out[8:], root)
	return out
}

// node writes the node of sorted keys that share their first at bytes; of the
// next ones, prefix are the node's own. It returns the node's position.
func (x kmodIndex) node(out []byte, keys []string, at, prefix int) ([]byte, uint32) {
	end := at + prefix
	var ended string
	rest := keys
	if len(keys) > 0 && len(keys[0]) == end {
		ended, rest = keys[0], keys[1:]
	}
	children := map[byte]uint32{}
	for from := 0; from < len(rest); {
		c, to := rest[from][end], from+1
		for to < len(rest) && rest[to][end] == c {
			to++
		}
		group := rest[from:to]
		out, children[c] = x.node(out, group, end+1, shared(group[0][end+1:], group[len(group)-1][end+1:]))
		from = to
	}
	position := uint32(len(out))
	if prefix > 0 {
		out, position = append(append(out, keys[0][at:end]...), 0), position|nodePrefix
	}
	if len(rest) > 0 {
		first, last := rest[0][end], rest[len(rest)-1][end]
		out, position = append(out, first, last), position|nodeChildren
		for c := int(first); c <= int(last); c++ {
			out = binary.BigEndian.AppendUint32(out, children[byte(c)])
		}
	}
	if values := x[ended]; len(values) > 0 && len(rest) < len(keys) {
		out, position = binary.BigEndian.AppendUint32(out, uint32(len(values))), position|nodeValues
		for _, v := range values {
			out = binary.BigEndian.AppendUint32(out, v.priority)
			out = append(append(out, v.text...), 0)
		}
	}
	return out, position
}

// shared returns how many bytes two strings begin with alike.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
