// Package show turns reports and plans into text for people: a screen of 80
// columns and 25 lines that reads well when it is photographed, a table, lines
// to paste into a thread. It prints bytes and decides nothing.
//
// Everything is ASCII without colour or control characters, because it goes to
// VGA text screens and serial consoles, and because names in it come from
// devices and strangers' files.
package show

import (
	"fmt"
	"io"
	"strings"
)

// The size of a VGA text screen, in characters.
const (
	Width  = 80
	Height = 25
)

// Options say how much room there is. Zero values mean [Width] and [Height].
type Options struct {
	Width  int
	Height int
}

func (o Options) size() (width, height int) {
	width, height = o.Width, o.Height
	if width <= 0 {
		width = Width
	}
	if height <= 0 {
		height = Height
	}
	return max(width, 40), max(height, 12)
}

// page collects lines that are never wider than it.
type page struct {
	width int
	lines []string
}

// line adds one line, cut at the page's width.
func (p *page) line(format string, args ...any) {
	p.lines = append(p.lines, strings.TrimRight(clip(ascii(fmt.Sprintf(format, args...)), p.width), " "))
}

// labelled adds text behind a label, on at most limit lines; nothing where
// there is no text or no room.
func (p *page) labelled(label, text string, limit int) {
	if text == "" || limit == 0 {
		return
	}
	indent := strings.Repeat(" ", labelWidth)
	for i, line := range wrap(ascii(text), p.width-labelWidth, limit) {
		if i > 0 {
			label = indent
		}
		p.line("%-*s%s", labelWidth, label, line)
	}
}

const labelWidth = 6

func (p *page) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, strings.Join(p.lines, "\n")+"\n")
	return err
}

// wrap breaks text into lines between words; what does not fit on limit lines
// ends in "...".
func wrap(text string, width, limit int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	lines = append(lines, line)
	if len(lines) > limit {
		lines = lines[:limit]
		lines[limit-1] = clip(lines[limit-1]+" ...", width)
	}
	return lines
}

// clip shortens a line and marks that it did.
func clip(s string, width int) string {
	if len(s) <= width || width < 2 {
		return s[:min(len(s), max(width, 0))]
	}
	return s[:width-2] + ".."
}

// ascii replaces what a text screen or a terminal would not print as it is.
func ascii(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, s)
}
