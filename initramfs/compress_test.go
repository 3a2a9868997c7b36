package initramfs

import (
	"bytes"
	"io"
	"testing"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestCompress compresses on a machine with the tools and on one without: what
// both make is smaller and reads as before.
func TestCompress(t *testing.T) {
	kotest.Tool(t, "xz", "xz-utils")
	kotest.Tool(t, "zstd", "zstd")
	plain := bytes.Repeat([]byte("module "), 1000)
	write := func(w io.Writer) error {
		_, err := w.Write(plain)
		return err
	}
	for _, tools := range []string{"with tools", "without tools"} {
		for name, compress := range map[string]func(io.Writer, func(io.Writer) error) error{"zstd": writeZstd, "xz": writeXZ} {
			t.Run(name+" "+tools, func(t *testing.T) {
				if tools == "without tools" {
					t.Setenv("PATH", "")
				}
				var packed bytes.Buffer
				if err := compress(&packed, write); err != nil {
					t.Fatal(err)
				}
				size := packed.Len()
				r, err := archive.Decompress(&packed, archive.Default)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) || size >= len(plain) {
					t.Errorf("%d bytes take %d and read back as %d, %v", len(plain), size, len(got), err)
				}
			})
		}
	}
}

func TestKnowsZstd(t *testing.T) {
	for release, want := range map[string]bool{
		"4.4.180+": false, "5.8.18": false, "5.9.0-1-amd64": true, "5.10.0": true, "6.1.0-56-amd64": true, "test": false,
	} {
		if got := knowsZstd(release); got != want {
			t.Errorf("knowsZstd(%q) = %v, want %v", release, got, want)
		}
	}
}
