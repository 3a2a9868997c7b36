package vmlinux

import (
	"bytes"
	"io"

	"github.com/modscout/modscout/modalias/archive"
)

// maxConfig is the largest .config that is taken, in bytes; Debian's has
// 283 kB.
const maxConfig = 4 << 20

// configStart precedes the gzipped .config in a kernel that carries its own
// (CONFIG_IKCONFIG, kernel/configs.c).
var configStart = []byte("IKCFG_ST")

// config returns the .config of a kernel, or nil where it has none.
func config(kernel []byte) []byte {
	_, packed, found := bytes.Cut(kernel, configStart)
	if !found || archive.Compression(packed) != "gzip" {
		return nil
	}
	r, err := archive.Decompress(bytes.NewReader(packed), archive.Default)
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxConfig))
	if err != nil {
		return nil
	}
	return text
}
