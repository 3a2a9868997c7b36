package names

import (
	"bytes"
	_ "embed" // the lists
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

//go:embed data/pci.ids.zst
var pciIDs []byte

//go:embed data/usb.ids.zst
var usbIDs []byte

// An entry is one line of pci.ids or usb.ids with the lines below it. Both lists
// have the form that they describe themselves: "ID  NAME", each level behind one
// tab more. At the margin are vendors, by their ids, and classes, "C 02"; below
// vendors their devices, and below these the cards with them, "1043 87d2".
//
// What is below is looked through when it is first asked for: a machine has
// devices of a dozen of the 2,500 vendors. The nil entry has no name and nothing
// below.
type entry struct {
	text  []byte // the name
	lines []byte // those below
	depth int    // tabs before these
	once  sync.Once
	below map[string]*entry

	invert sync.Once
	ids    map[string][]string // of those below, by plain name
}

// A list is one of the two. It is unpacked when it is first asked for: a virtual
// machine may have nothing on USB.
type list struct {
	open  func() (*entry, error)
	asked atomic.Bool
}

// root returns what is in the list, or nil where it cannot be read.
func (l *list) root() *entry {
	l.asked.Store(true)
	root, err := l.open()
	if err != nil {
		return nil
	}
	return root
}

// err returns what kept the list from being read.
func (l *list) err() error {
	if !l.asked.Load() {
		return nil
	}
	_, err := l.open()
	return err
}

// openList unpacks an embedded list.
func openList(packed []byte) (*entry, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	text, err := dec.DecodeAll(packed, nil)
	return &entry{lines: text}, err
}

// name is a copy, so that a report does not keep the list in memory.
func (e *entry) name() string {
	if e == nil {
		return ""
	}
	return string(e.text)
}

// at returns the entry of an id below e, or nil.
func (e *entry) at(id string) *entry { return e.all()[id] }

// all returns the entries below e by their ids.
func (e *entry) all() map[string]*entry {
	if e == nil {
		return nil
	}
	e.once.Do(func() { e.below = split(e.lines, e.depth) })
	return e.below
}

// split parts lines into the entries with depth tabs before them. Of two with
// one id the last counts.
func split(lines []byte, depth int) map[string]*entry {
	entries := map[string]*entry{}
	last := &entry{lines: lines[:0]}
	for from, next := 0, 0; from < len(lines); from = next {
		line, _, _ := bytes.Cut(lines[from:], []byte("\n"))
		next = min(from+len(line)+1, len(lines))
		if id, text, is := read(line, depth); is {
			last = &entry{text: text, lines: lines[next:next], depth: depth + 1}
			entries[string(id)] = last
		} else {
			last.lines = last.lines[:len(last.lines)+next-from] // in lines it comes next
		}
	}
	return entries
}

// read returns the two parts of a line, unless it is a deeper one or a comment.
func read(line []byte, depth int) (id, text []byte, is bool) {
	if len(line) <= depth || line[depth] == '\t' || line[0] == '#' {
		return nil, nil, false
	}
	return bytes.Cut(line[depth:], []byte("  "))
}
