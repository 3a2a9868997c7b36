package vmlinux

import (
	"bytes"
	"os"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestExtract writes what is kept of a kernel as a fixture, beside it with the
// suffix ".cut": the stripped vmlinux that MODSCOUT_EXTRACT names, without code
// but for what stands before calls that register drivers (docs/platform-import.md).
func TestExtract(t *testing.T) {
	file := kotest.Outside(t, "MODSCOUT_EXTRACT")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSpace(bytes.Clone(data))
	if err != nil {
		t.Fatal(err)
	}
	cut, err := newSpace(data) // its areas are parts of data
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.exports()
	if err != nil {
		t.Fatal(err)
	}
	clear(cut.named[".text"].data) // what initialises the kernel is in another section
	for _, c := range s.calls(e.registrars()) {
		const instruction = 5
		from := c.at - uint64(len(c.code))
		copy(cut.from(from), s.at(from, len(c.code)+instruction))
	}
	if err := os.WriteFile(file+".cut", data, 0o644); err != nil {
		t.Fatal(err)
	}
}
