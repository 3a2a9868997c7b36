package archive_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/modscout/modscout/modalias/archive"
)

// TestSmallDecompress wants of each file what Decompress makes of it, or no
// answer; the one Small must not remember what came before.
func TestSmallDecompress(t *testing.T) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(true))
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("alias=pci:v00008086d000015F3sv*sd*bc*sc*i*\x00"), 500)
	whole := w.EncodeAll(text, nil)
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-1] ^= 1 // of the checksum
	var small archive.Small
	for _, test := range []struct {
		name string
		data []byte
		ok   bool
	}{
		{"a frame", whole, true},
		{"two frames", append(bytes.Clone(whole), w.EncodeAll([]byte("more"), nil)...), true},
		{"cut", whole[:len(whole)-9], false},
		{"damaged", damaged, false},
		{"another file behind it", append(bytes.Clone(whole), "070701"...), false},
		{"zeros of 64 MB", w.EncodeAll(make([]byte, 64<<20), nil), false},
		{"plain", text, false},
		{"nothing", nil, false},
		{"a frame again", whole, true},
	} {
		got, ok := small.Decompress(test.data)
		if ok != test.ok {
			t.Errorf("%s: Decompress() ok = %v, want %v", test.name, ok, test.ok)
		}
		if !ok {
			continue
		}
		r, err := archive.Decompress(bytes.NewReader(test.data), archive.Default)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if want, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: Decompress() = %d bytes, want %d (%v)", test.name, len(got), len(want), err)
		}
	}
}
