package foreign

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// warningCode finds the codes of warnings in the source.
var warningCode = regexp.MustCompile(`\.(?:warn\([^"]*|remark\(|Warn\()"([a-z-]+)"`)

// docs/importing.md names every kind of input and every warning.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/importing.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range Kinds {
		if !strings.Contains(string(text), "`"+kind+"`") {
			t.Errorf("kind %q is not documented", kind)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range warningCode.FindAllStringSubmatch(string(source), -1) {
			codes++
			if !strings.Contains(string(text), "`"+m[1]+"`") {
				t.Errorf("%s: warning %q is not documented", file, m[1])
			}
		}
	}
	if codes < 10 {
		t.Errorf("only %d warnings found in the source", codes)
	}
}
