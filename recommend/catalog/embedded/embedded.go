// Package embedded holds the catalogue that modscout answers from when it is
// given no other. `make catalog` rebuilds it from public sources; the file's
// own provenance names them.
package embedded

import (
	"bytes"
	_ "embed"
	"sync"

	"github.com/modscout/modscout/recommend/catalog"
)

//go:embed default.json.zst
var data []byte

// Default returns the embedded catalogue. It is decoded once and shared:
// callers must not change it.
func Default() (*catalog.Catalog, error) { return load() }

var load = sync.OnceValues(func() (*catalog.Catalog, error) {
	return catalog.ReadCanonical(bytes.NewReader(data))
})
