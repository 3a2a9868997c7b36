// Package embedded holds the catalogue that modscout answers from when it is
// given no other. `make catalog` rebuilds it from public sources; the file's
// own provenance names them.
//
// default.json.zst is the catalogue as everybody can read it; default.packed is
// the same in the form that a program opens fastest, and what ours carries.
package embedded

import (
	_ "embed"
	"sync"

	"github.com/modscout/modscout/recommend/catalog"
)

//go:embed default.packed
var data string

// Default returns the embedded catalogue. It is decoded once and shared:
// callers must not change it.
func Default() (*catalog.Catalog, error) { return load() }

var load = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Unpack(data) })
