package marked

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	const head, tail = "# Speed\n\n<!-- make bench: begin -->\n", "<!-- make bench: end -->\n\nNotes.\n"
	tests := []struct {
		name, before, after string // after "": refused
	}{
		{"a table", head + "| old |\n" + tail, head + "| new |\n" + tail},
		{"nothing yet", head + tail, head + "| new |\n" + tail},
		{"no marks", "# Speed\n", ""},
		{"one mark", head, ""},
		{"marks in the wrong order", tail + head, ""},
		{"another command's", "<!-- make proof: begin -->\n<!-- make proof: end -->\n", ""},
	}
	for _, test := range tests {
		file := filepath.Join(t.TempDir(), "speed.md")
		if err := os.WriteFile(file, []byte(test.before), 0o644); err != nil {
			t.Fatal(err)
		}
		err := Replace(file, "make bench", "| new |\n")
		if refused := err != nil; refused != (test.after == "") {
			t.Errorf("%s: Replace() = %v", test.name, err)
		}
		want := test.after
		if err != nil {
			want = test.before
		}
		if got, _ := os.ReadFile(file); string(got) != want {
			t.Errorf("%s: the file holds %q, want %q", test.name, got, want)
		}
		if part, err := Part(file, "make bench"); err == nil && part != "| new |\n" {
			t.Errorf("%s: Part() = %q", test.name, part)
		}
	}
}
