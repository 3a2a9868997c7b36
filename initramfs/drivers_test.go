package initramfs

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/modscout/modscout/modalias/archive"
)

// TestCompressedModule packs modules for the stick: what is xz'd stays as it
// is, and what a machine with or without the xz tool makes reads as before.
func TestCompressedModule(t *testing.T) {
	dir := fakeTree(t, "kernel/a/one.ko", "kernel/b/two.ko.xz")
	tree, err := openTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(dir, "kernel/b/two.ko.xz"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := tree.compressed(tree.step("two", ""), nil)
	if err != nil || !bytes.Equal(kept, own) {
		t.Errorf("an xz'd module is packed as %q, %v, want its own bytes", kept, err)
	}
	plain := bytes.Repeat([]byte("module "), 1000)
	made, err := tree.compressed(tree.step("one", ""), plain)
	if err != nil {
		t.Fatal(err)
	}
	library, err := xzByLibrary(plain)
	if err != nil {
		t.Fatal(err)
	}
	for maker, data := range map[string][]byte{"xz": made, "the library": library} {
		r, err := archive.Decompress(bytes.NewReader(data), archive.Default)
		if err != nil {
			t.Fatal(maker, err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) || len(data) >= len(plain) {
			t.Errorf("%s: a module of %d bytes takes %d and reads back as %d, %v", maker, len(plain), len(data), len(got), err)
		}
	}
}
