package modalias

import (
	"fmt"
	"strings"
)

// Alias is a device string or an alias pattern taken apart.
type Alias struct {
	Bus    string  // "pci", as the text begins; "" where no bus is known that writes such a text ("fs-ext4")
	Fields []Field // in the order of the text; a pattern that ends in '*' may leave out the last ones
	Rest   string  // what follows them: mostly "" or "*", and the whole text where Bus is ""
}

// Field is one value of an [Alias].
type Field struct {
	Mark  string // the text before the value: "sv"; that of the first field begins with the bus: "pci:v"
	Name  string // as in the kernel's scripts/mod/file2alias.c: "subvendor"; "" for what stands between fields
	Value string // "00008086", "*", "01[0-9]*", "15F\x00": literal, pattern, or with [Unknown] bytes
}

// IsAny says whether the field leaves everything open, as "*" does.
func (f Field) IsAny() bool { return f.Value != "" && strings.Trim(f.Value, "*") == "" }

// IsLiteral says whether the field has one value: no wildcard and no [Unknown]
// byte.
func (f Field) IsLiteral() bool { return !strings.ContainsAny(f.Value, "*?[\\"+string(rune(Unknown))) }

// String returns the text that the alias was parsed from, byte for byte.
func (a Alias) String() string {
	var b strings.Builder
	for _, f := range a.Fields {
		b.WriteString(f.Mark)
		b.WriteString(f.Value)
	}
	b.WriteString(a.Rest)
	return b.String()
}

// Field returns the value of the first field of this name, and whether the
// alias has one.
func (a Alias) Field(name string) (value string, found bool) {
	for _, f := range a.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// IDs returns the vendor and the device id of a PCI or USB alias as lspci and
// lsusb print them ("8086", "15f3"). It is false for other buses, and where one
// of the two is open.
func (a Alias) IDs() (vendor, device string, named bool) {
	if a.Bus != "pci" && a.Bus != "usb" || len(a.Fields) < 2 || !a.Fields[0].IsLiteral() || !a.Fields[1].IsLiteral() {
		return "", "", false
	}
	const digits = 4 // PCI's are written with four zeros before them
	v, d := a.Fields[0].Value, a.Fields[1].Value
	return strings.ToLower(v[len(v)-digits:]), strings.ToLower(d[len(d)-digits:]), true
}

// SyntaxError says where a text that begins like the alias of a bus is none.
type SyntaxError struct {
	Alias  string
	Bus    string
	Field  string // the field that is missing or damaged; "" where the end is
	Offset int    // in bytes
}

// Error names bus, field and place.
func (e *SyntaxError) Error() string {
	what := "field " + e.Field
	if e.Field == "" {
		what = "its end"
	}
	return fmt.Sprintf("no alias of %s: %s at byte %d of %.200q", e.Bus, what, e.Offset, e.Alias)
}

// Parse takes apart a device string ("pci:v00008086d…"), an alias pattern
// ("pci:v00008086d*…") or a key with [Unknown] bytes, of every bus that the
// kernel writes aliases for (scripts/mod/file2alias.c, and the buses whose
// drivers spell theirs out).
//
// A text of no such bus, as "fs-ext4" and "char-major-10-200" are, is no error:
// its [Alias.Bus] is "". An error is a [*SyntaxError]: the text begins like a
// bus's alias and does not go on so. Such an alias matches no device.
//
// Where the kernel's own text is ambiguous (an "of:" node whose type holds a
// 'C'), a field ends as early as it can.
func Parse(text string) (Alias, error) {
	bus, colon := splitBus(text)
	forms := buses()[bus]
	if colon < 0 || len(forms) == 0 {
		return Alias{Rest: text}, nil
	}
	if len(text) > maxAlias {
		return Alias{}, &SyntaxError{Alias: text, Bus: bus, Offset: maxAlias}
	}
	p := parser{text: text, fields: make([]Field, 0, len(forms[0].parts))}
	for i := range forms {
		if fields, end, ok := p.parse(&forms[i], colon); ok {
			return Alias{Bus: bus, Fields: fields, Rest: text[end:]}, nil
		}
	}
	return Alias{}, &SyntaxError{Alias: text, Bus: bus, Field: p.failed, Offset: p.furthest}
}

// maxAlias is the longest text of a bus, in bytes: sysfs shows no more of an
// attribute than a page.
const maxAlias = 4096

// splitBus returns the name of the bus and the place of the colon behind it.
// ACPI and DMI patterns have a '*' in between.
func splitBus(text string) (bus string, colon int) {
	colon = strings.IndexByte(text, ':')
	return strings.TrimRight(text[:max(0, colon)], "*"), colon
}
