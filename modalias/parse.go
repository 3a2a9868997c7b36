package modalias

import "strings"

// parser takes one text apart, and remembers how far it came.
type parser struct {
	text     string
	fields   []Field
	end      int    // of the last field
	furthest int    // where no form fits, at best
	failed   string // the field that was wanted there
}

// parse reads the text by one form, from the colon behind the bus on.
func (p *parser) parse(f *form, colon int) (fields []Field, end int, ok bool) {
	p.fields = p.fields[:0]
	if f.segments {
		ok = p.segments(f, colon)
	} else {
		ok = p.from(f, 0, colon)
	}
	if len(p.fields) == 0 {
		p.end = 0
		return nil, 0, ok
	}
	p.fields[0].Mark = p.text[:colon+len(p.fields[0].Mark)]
	return p.fields, p.end, ok
}

// from reads the parts of a form from the n-th on.
func (p *parser) from(f *form, n, at int) bool {
	if n == len(f.parts) {
		return p.finish(f, at) || p.fail("", at)
	}
	part := &f.parts[n]
	if strings.HasPrefix(p.text[at:], part.mark) && p.value(f, n, at+len(part.mark)) {
		return true
	}
	if part.optional {
		return p.from(f, n+1, at)
	}
	return p.cutShort(n, at) || p.fail(part.name, at)
}

// value reads the value of the n-th part, and all that follows.
func (p *parser) value(f *form, n, at int) bool {
	part := &f.parts[n]
	if part.kind != plain {
		return p.try(f, n, at, p.span(part.kind, at))
	}
	if n+1 == len(f.parts) {
		return p.try(f, n, at, len(p.text))
	}
	mark := f.parts[n+1].mark
	for end := at; ; end++ {
		i := strings.Index(p.text[end:], mark)
		if i < 0 {
			return p.try(f, n, at, len(p.text))
		}
		if end += i; p.try(f, n, at, end) {
			return true
		}
		if mark[0] == ':' { // no value holds one
			return false
		}
	}
}

// try takes the n-th value to lie between two places.
func (p *parser) try(f *form, n, at, end int) bool {
	part, length := &f.parts[n], len(p.fields)
	if n+1 == len(f.parts) {
		end = at + len(f.cut(p.text[at:end]))
	}
	if !part.isValue(p.text[at:end]) {
		return p.fail(part.name, at)
	}
	p.fields = append(p.fields, Field{part.mark, part.name, p.text[at:end]})
	if p.from(f, n+1, end) {
		return true
	}
	p.fields = p.fields[:length]
	return false
}

// span returns where a number ends: digits, wildcards and ranges.
func (p *parser) span(k valueKind, at int) int {
	for at < len(p.text) {
		switch c := p.text[at]; {
		case c == '[':
			n := strings.IndexByte(p.text[at:], ']')
			if n < 0 {
				return at
			}
			at += n
		case c != '*' && c != '?' && !k.has(c):
			return at
		}
		at++
	}
	return at
}

// cut takes from the last value what is not its own: the form's end, and the
// '*' that the kernel adds to patterns for fields of the future.
func (f *form) cut(value string) string {
	if short, found := strings.CutSuffix(strings.TrimSuffix(value, "*"), f.end); found && short != "" {
		return short
	}
	return value
}

// finish ends the last field at a place, if nothing follows that is a field's.
func (p *parser) finish(f *form, at int) bool {
	p.end = at
	rest := p.text[at:]
	return strings.TrimSuffix(rest, "*") == "" || strings.TrimSuffix(rest, "*") == f.end
}

// cutShort ends before the n-th field, which is right after a '*' only: it
// stands for all that is missing.
func (p *parser) cutShort(n, at int) bool {
	p.end = at
	if n == 0 {
		return p.text[at:] == ":*"
	}
	return at == len(p.text) && strings.HasSuffix(p.text, "*")
}

// segments reads fields that lie between colons and are told by their marks.
func (p *parser) segments(f *form, at int) bool {
	for {
		n := strings.IndexByte(p.text[at+1:], ':')
		end := at + 1 + n
		if n < 0 {
			end = len(p.text)
		}
		if n < 0 && p.finish(f, at) {
			return true
		}
		mark, name := f.segment(p.text[at:end])
		p.fields = append(p.fields, Field{mark, name, p.text[at+len(mark) : end]})
		p.end = end
		if at = end; n < 0 {
			return true
		}
	}
}

// segment finds the field that a segment is; what is none has no name.
func (f *form) segment(text string) (mark, name string) {
	for i := range f.parts {
		if part := &f.parts[i]; strings.HasPrefix(text, part.mark) {
			return part.mark, part.name
		}
	}
	return ":", ""
}

// fail remembers the failure that is furthest in the text.
func (p *parser) fail(field string, at int) bool {
	if at >= p.furthest {
		p.furthest, p.failed = at, field
	}
	return false
}
