package jsondoc

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

type document struct {
	Schema string         `json:"schema"`
	B      int            `json:"b,omitzero"`
	A      map[string]any `json:"a,omitempty"`

	Unknown jsontext.Value `json:",embed"`
}

const schema = "modscout.test/v1"

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"duplicate member": `{"schema":"modscout.test/v1","b":1,"b":2}`,
		"another kind":     `{"schema":"modscout.other/v1"}`,
		"another major":    `{"schema":"modscout.test/v2"}`,
		"no schema":        `{}`,
		"no object":        `[]`,
		"two documents":    `{"schema":"modscout.test/v1"}{}`,
		"cut":              `{"schema":"modscout.test/v1"`,
		"invalid UTF-8":    "{\"schema\":\"modscout.test/v1\",\"c\":\"\xff\"}",
		"too deep":         `{"schema":"modscout.test/v1","a":` + strings.Repeat("[", 20000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			var d document
			if err := Read(strings.NewReader(text), schema, &d); err == nil {
				t.Errorf("Read() took %.60s", text)
			} else if strings.HasPrefix(name, "another") && !errors.Is(err, ErrSchema) {
				t.Errorf("Read() error = %v, want ErrSchema", err)
			}
		})
	}
}

// TestUnknownMembersSurvive writes back what a newer program wrote.
func TestUnknownMembersSurvive(t *testing.T) {
	text := `{"schema":"modscout.test/v1","b":1,"newer":{"deep":[1,2,{"x":null}]},"big":12345678901234567890}`
	var d document
	if err := Read(strings.NewReader(text), schema, &d); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Write(&out, &d); err != nil {
		t.Fatal(err)
	}
	got := jsontext.Value(out.String())
	if err := got.Compact(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Errorf("a rewrite changed the document (-before +after):\n%s", diff)
	}
}

// TestCanonical is RFC 8785: members sorted, no spaces, numbers as ECMAScript
// prints them.
func TestCanonical(t *testing.T) {
	d := document{Schema: schema, B: 7, A: map[string]any{"z": 1.0, "a": "\u20ac", "m": 1e21}}
	got, err := Canonical(&d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":{"a":"€","m":1e+21,"z":1},"b":7,"schema":"modscout.test/v1"}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("Canonical() mismatch (-want +got):\n%s", diff)
	}
	hash, err := Hash(&d)
	if err != nil {
		t.Fatal(err)
	}
	d.B++
	if other, _ := Hash(&d); other == hash || !strings.HasPrefix(hash, "sha256:") {
		t.Errorf("Hash() = %s, of another document %s", hash, other)
	}
}
