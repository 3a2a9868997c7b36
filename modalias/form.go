package modalias

import (
	"strconv"
	"strings"
)

// form is how a bus writes its aliases.
type form struct {
	parts    []part
	end      string // what stands behind the last field, before a '*'
	openEnd  bool   // the end is of patterns only
	segments bool   // every field lies between colons, in any order, or none at all
}

// part describes one field of a form.
type part struct {
	mark     string // before the value
	name     string
	kind     valueKind
	width    int // digits of a number; 0 is any number of them
	optional bool
}

// valueKind is what a field can hold.
type valueKind uint8

const (
	plain      valueKind = iota // anything, up to the mark of the next field
	upper                       // hexadecimal, as %X writes it
	lower                       // hexadecimal, as %x writes it
	numberList                  // upper-case hexadecimal numbers and commas
)

// formOf reads a description of the table: MARK=NAME for each field, with a
// blank in between. Behind the name may stand a kind, and '?' where the field
// may be missing or empty:
//
//	/8   8 upper-case hexadecimal digits (/0: any number of them)
//	/4x  4 lower-case ones
//	/,   a list of numbers
//
// A word without '=' is the end, in parentheses where only patterns have it;
// "any" says that the fields are segments. The first mark begins with the colon
// behind the bus, which is not written.
func formOf(description string) form {
	var f form
	for _, word := range strings.Fields(description) {
		mark, rest, found := strings.Cut(word, "=")
		switch {
		case found:
			f.parts = append(f.parts, partOf(mark, rest))
		case word == "any":
			f.segments = true
		default:
			f.end = strings.Trim(word, "()")
			f.openEnd = f.end != word
		}
	}
	for i := range f.parts {
		if i == 0 || f.segments {
			f.parts[i].mark = ":" + f.parts[i].mark
		}
	}
	return f
}

func partOf(mark, rest string) part {
	rest, optional := strings.CutSuffix(rest, "?")
	p := part{mark: mark, optional: optional}
	var size string
	p.name, size, _ = strings.Cut(rest, "/")
	size, small := strings.CutSuffix(size, "x")
	switch width, err := strconv.Atoi(size); {
	case size == ",":
		p.kind = numberList
	case err != nil:
	case small:
		p.kind, p.width = lower, width
	default:
		p.kind, p.width = upper, width
	}
	return p
}

// has says whether a value can consist of the character.
func (k valueKind) has(c byte) bool {
	switch {
	case k == plain || isDigit(c) || c == Unknown:
		return true
	case k == lower:
		return 'a' <= c && c <= 'f'
	}
	return 'A' <= c && c <= 'F' || k == numberList && c == ','
}

// isValue says whether a part can have a value: a number has all its digits,
// unless wildcards stand for some.
func (p *part) isValue(value string) bool {
	switch p.kind {
	case plain, numberList:
		return true
	}
	if strings.ContainsAny(value, "*?[") {
		return true
	}
	return len(value) == p.width || value == "" && p.optional || value != "" && p.width == 0
}
