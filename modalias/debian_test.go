package modalias_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// debianTable returns the table of Debian's kernel, and 1,200 keys: aliases
// spread evenly, with zeros for what they leave open.
func debianTable(b *testing.B) (file []byte, keys []string) {
	b.Helper()
	tree, err := ko.ReadTree(kotest.Debian(b, "linux-image-amd64").Modules)
	if err != nil {
		b.Fatal(err)
	}
	platform := tree.Platform()
	var aliases []string
	for _, m := range platform.Modules {
		aliases = append(aliases, m.Aliases...)
	}
	for i := 0; i < len(aliases); i += len(aliases) / 1200 {
		if bus, rest, _ := strings.Cut(aliases[i], ":"); !strings.Contains(rest, "[") {
			keys = append(keys, strings.NewReplacer("*", "0", "?", "0").Replace(strings.Trim(bus, "*")+":"+rest))
		}
	}
	var out bytes.Buffer
	if _, err := modalias.NewTable([]modalias.Platform{platform}).WriteTo(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes(), keys
}

// BenchmarkDebian looks real aliases up in a real table, and opens it.
func BenchmarkDebian(b *testing.B) {
	file, keys := debianTable(b)
	table, err := modalias.ReadTable(file)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("lookup", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			table.Lookup(keys[i%len(keys)])
		}
	})
	b.Run("open", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		for b.Loop() {
			table, err := modalias.ReadTable(file)
			if err != nil {
				b.Fatal(err)
			}
			table.Lookup(keys[0])
		}
	})
	b.Run("platforms", func(b *testing.B) {
		for b.Loop() {
			if _, err := table.Platforms(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
