package packer

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/modscout/modscout/recommend/plan"
)

// modulesLoad makes a modules-load.d file (man 5 modules-load.d).
func modulesLoad(in Input) ([]File, []plan.Warning, error) {
	var b strings.Builder
	for _, m := range in.Plan.Modules {
		fmt.Fprintln(&b, m.Name)
	}
	return []File{{Name: "modscout.conf", Data: []byte(b.String())}}, nil, nil
}

// TestPackerOfTheDocs: the packer that docs/packing.md shows is the one above,
// and it works.
func TestPackerOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/packing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	shown, _, _ := strings.Cut(rest, "```")
	source, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if shown == "" || !strings.Contains(string(source), shown) {
		t.Errorf("docs/packing.md shows something else:\n%s", shown)
	}
	p, _ := igbPlan(t)
	files, _, _ := modulesLoad(Input{Plan: p})
	if got, want := string(files[0].Data), "dca\nigb\nraid_class\nmpt3sas\n"; got != want {
		t.Errorf("modulesLoad() = %q, want %q", got, want)
	}
}
