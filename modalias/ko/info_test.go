package ko_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestReadInfo wants the same record from the short reading as from the whole.
func TestReadInfo(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-cloud-amd64")
	tree, err := ko.ReadTree(kernel.Modules)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range tree.Modules {
		info, err := ko.ReadInfo(filepath.Join(kernel.Modules, m.File))
		if err != nil {
			t.Fatal(err)
		}
		info.File = m.File
		if diff := cmp.Diff(m.Record(), info.Record()); diff != "" {
			t.Fatalf("%s: ReadInfo() mismatch (-whole +info):\n%s", m.File, diff)
		}
		if info.Vermagic != m.Vermagic {
			t.Errorf("%s: vermagic %q, want %q", m.File, info.Vermagic, m.Vermagic)
		}
	}
}
