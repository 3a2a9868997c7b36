package modalias

import (
	"errors"
	"testing"
)

// FuzzParse wants back what it gives, or an error that names a place.
func FuzzParse(f *testing.F) {
	for text := range parsed {
		f.Add(text)
	}
	for _, text := range []string{"of:NTTTCT", "mei:::::", "pci:v\x00\x00\x00\x00\x00\x00\x00\x00d", "dmi:::", "acpi***:", "usb:v[p", "input:b0-e,k", "tbsvc:kppp00000001v"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text)
		var syntax *SyntaxError
		switch {
		case err == nil && a.String() != text:
			t.Errorf("Parse(%q).String() = %q", text, a.String())
		case err == nil:
			checkFields(t, text, a)
		case !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(text) || syntax.Bus == "":
			t.Errorf("Parse(%q): error %#v", text, err)
		}
	})
}

// checkFields holds an alias to the form of its bus.
func checkFields(t *testing.T, text string, a Alias) {
	t.Helper()
	if a.Bus == "" && (len(a.Fields) > 0 || a.Rest != text) {
		t.Errorf("Parse(%q) = %+v, without a bus", text, a)
	}
	for _, field := range a.Fields {
		if field.Mark == "" || field.IsAny() && field.IsLiteral() {
			t.Errorf("Parse(%q): field %+v", text, field)
		}
		if got, found := a.Field(field.Name); !found {
			t.Errorf("Parse(%q).Field(%q) = %q, %v", text, field.Name, got, found)
		}
	}
}
