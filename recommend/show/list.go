package show

import (
	"fmt"
	"io"
	"strings"
)

// A List writes texts of any length behind labels, within [Width] columns.
type List struct {
	w     io.Writer
	label int
	err   error
}

// NewList returns a list on w whose labels have so many columns.
func NewList(w io.Writer, label int) *List { return &List{w: w, label: label} }

// Entry adds a text behind a label, broken between words. A word that is longer
// than a line, as a modalias may be, stays whole, so that it can be copied.
func (l *List) Entry(label, text string) {
	for _, line := range wrap(ascii(text), Width-l.label, len(text)+1) {
		if l.err == nil {
			_, l.err = fmt.Fprintln(l.w, strings.TrimRight(fmt.Sprintf("%-*s%s", l.label, label, line), " "))
		}
		label = ""
	}
}

// Line adds a text from the first column on.
func (l *List) Line(text string) {
	head := List{w: l.w, err: l.err}
	head.Entry("", text)
	l.err = head.err
}

// Err returns the first error of writing.
func (l *List) Err() error { return l.err }
