package packer

import (
	"os"
	"strings"
	"testing"
)

// TestPackerOfTheDocs: the packer that docs/packing.md shows is the one in the
// tree.
func TestPackerOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/packing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	shown, _, _ := strings.Cut(rest, "```")
	source, err := os.ReadFile("modulesload.go")
	if err != nil {
		t.Fatal(err)
	}
	if shown == "" || !strings.HasSuffix(string(source), "\n"+shown) {
		t.Errorf("docs/packing.md shows something else than modulesload.go:\n%s", shown)
	}
}
