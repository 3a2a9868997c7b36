package modalias

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIndexFile: an index that was read answers as the one that was made.
func TestIndexFile(t *testing.T) {
	patterns := []string{"usb:v0BDAp8156*", "pci:v00008086d000015F3sv*sd*bc*sc*i*", "pci:v*d*sv*sd*bc02sc00i*", "acpi*:PNP0A08:*", "pci:v00008086d000015F3sv*sd*bc*sc*i*"}
	file, order := EncodeIndex(patterns)
	ordered := make([]string, len(order))
	for i, at := range order {
		ordered[i] = patterns[at]
	}
	read, err := ReadIndex(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ordered, read.Patterns()); diff != "" {
		t.Errorf("Patterns() mismatch (-want +got):\n%s", diff)
	}
	made := NewIndex(ordered)
	for _, key := range []string{"pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00", "usb:v0BDAp8156d3104dc00", "acpi:PNP0A08:PNP0A03:", "of:N"} {
		if diff := cmp.Diff(made.Lookup(key), read.Lookup(key)); diff != "" {
			t.Errorf("Lookup(%q) mismatch (-made +read):\n%s", key, diff)
		}
	}
	for n := range len(file) {
		if _, err := ReadIndex(file[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("ReadIndex() of %d of %d bytes = %v, want %v", n, len(file), err, ErrDamaged)
		}
	}
	if _, err := ReadIndex(append(file, 0)); !errors.Is(err, ErrDamaged) {
		t.Errorf("ReadIndex() of a byte too many = %v", err)
	}
}
