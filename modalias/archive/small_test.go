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
	whole, stream := w.EncodeAll(text, nil), compress(t, "xz", text)
	damaged, flipped := bytes.Clone(whole), bytes.Clone(stream)
	damaged[len(damaged)-1] ^= 1 // of the checksum
	flipped[len(flipped)/2] ^= 1
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
		{"an xz stream", stream, true},
		{"two streams", append(bytes.Clone(stream), stream...), true},
		{"a cut stream", stream[:len(stream)-9], false},
		{"a damaged stream", flipped, false},
		{"another file behind a stream", append(bytes.Clone(stream), "070701"...), false},
		{"a stream of 5 MB", compress(t, "xz", make([]byte, 5<<20)), false},
		{"one with little behind it", append(compress(t, "xz", make([]byte, 5<<20)), stream...), false},
		{"plain", text, false},
		{"nothing", nil, false},
		{"a frame again", whole, true},
		{"a stream again", stream, true},
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
