package ko_test

import (
	"testing"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// BenchmarkReadTree reads Debian's kernels from plain modules (6.1) and from
// .ko.xz (6.12).
func BenchmarkReadTree(b *testing.B) {
	for _, name := range []string{"linux-image-amd64", "linux-image-6.12-cloud-amd64"} {
		b.Run(name, func(b *testing.B) {
			kernel := kotest.Debian(b, name)
			for b.Loop() {
				if _, err := ko.ReadTree(kernel.Modules); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
