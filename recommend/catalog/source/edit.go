package source

import (
	"bytes"
	"cmp"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a JSON value with its place in the text, so that one part can be
// changed and all else stays as its author wrote it.
type node struct {
	name        string // of a member
	key, keyEnd int    // where its name begins and ends
	start, end  int
	children    []node
}

// member returns the member of an object by its name, or nil.
func (n *node) member(name string) *node {
	if n == nil {
		return nil
	}
	i := slices.IndexFunc(n.children, func(child node) bool { return child.name == name })
	if i < 0 {
		return nil
	}
	return &n.children[i]
}

// without returns the edits that delete members, with the commas that part
// them from the rest.
func (n *node) without(gone func(*node) bool) (edits []edit) {
	if n == nil {
		return nil
	}
	last := -1 // the last one that stays
	for i := range n.children {
		if !gone(&n.children[i]) {
			last = i
		}
	}
	for i := range n.children {
		if i < last && gone(&n.children[i]) {
			edits = append(edits, edit{n.children[i].key, n.children[i+1].key, ""})
		}
	}
	switch end := len(n.children) - 1; {
	case last == end:
	case last < 0:
		edits = append(edits, edit{n.children[0].key, n.children[end].end, ""})
	default:
		edits = append(edits, edit{n.children[last].end, n.children[end].end, ""})
	}
	return edits
}

// parse reads a text of one JSON value.
func parse(data []byte) (*node, error) {
	all, err := parseAll(data)
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// parseAll reads JSON values after each other, at least one.
func parseAll(data []byte) (all []node, err error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		n, err := parseValue(dec)
		if err == io.EOF && len(all) > 0 {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
}

// parseValue reads one value. jsontext limits how deep they nest.
func parseValue(dec *jsontext.Decoder) (n node, err error) {
	kind := dec.PeekKind()
	if kind != '{' && kind != '[' {
		value, err := dec.ReadValue()
		n.end = int(dec.InputOffset())
		n.start = n.end - len(value)
		return n, err
	}
	if _, err := dec.ReadToken(); err != nil {
		return n, err
	}
	n.start = int(dec.InputOffset()) - 1
	for dec.PeekKind() != kind+2 { // in ASCII the closing bracket is the second after the opening one
		child, err := parseChild(dec, kind)
		if err != nil {
			return n, err
		}
		n.children = append(n.children, child)
	}
	_, err = dec.ReadToken()
	n.end = int(dec.InputOffset())
	return n, err
}

func parseChild(dec *jsontext.Decoder, kind jsontext.Kind) (node, error) {
	if kind == '[' {
		return parseValue(dec)
	}
	raw, err := dec.ReadValue()
	if err != nil {
		return node{}, err
	}
	name, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return node{}, err
	}
	keyEnd := int(dec.InputOffset())
	key := keyEnd - len(raw)
	child, err := parseValue(dec)
	child.name, child.key, child.keyEnd = string(name), key, keyEnd
	return child, err
}

// quote writes a JSON string.
func quote(s string) string {
	text, _ := jsontext.AppendQuote(nil, s) // fails on what is not UTF-8, which findings are
	return string(text)
}

// edit replaces a part of a text.
type edit struct {
	start, end int
	text       string
}

// apply carries out edits, which must not overlap.
func apply(data []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, data[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, data[at:]...)
}
