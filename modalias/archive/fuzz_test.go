package archive_test

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/archive"
)

// FuzzWalk holds Walk to its promises: no panic, no name outside the archive,
// no more content than allowed.
func FuzzWalk(f *testing.F) {
	f.Add(makeTar(f, two...))
	f.Add(makeCpio(two...))
	f.Add(makeDeb(member{"data.tar", string(makeTar(f, two...))}))
	for kind := range compressors {
		f.Add(compress(f, kind, makeCpio(two...)))
	}
	limits := archive.Limits{Bytes: 1 << 20, Entries: 100, Depth: 3, Name: 200, Window: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		var total int64
		entries := 0
		archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) error {
			if !filepath.IsLocal(e.Name) || strings.Contains(e.Name, "\x00") || len(e.Name) > limits.Name {
				t.Errorf("name %q", e.Name)
			}
			n, err := io.Copy(io.Discard, io.LimitReader(e.Body, 2*limits.Bytes))
			total += n
			entries++
			return err
		})
		if total > limits.Bytes+int64(len(data)) || entries > limits.Entries {
			t.Errorf("%d bytes in %d members", total, entries)
		}
	})
}
