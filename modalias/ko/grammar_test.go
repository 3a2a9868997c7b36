package ko_test

import (
	"slices"
	"testing"

	"github.com/modscout/modscout/modalias"
)

// dead are aliases of Debian's kernels that no device can have: snd-usb-audio
// writes three digits where the kernel's device strings have four.
var dead = []string{"usb:v0763p1031d010dc*dsc*dp*ic*isc*ip*in*"}

// TestOracleParse takes every alias of real kernels apart and puts it together
// again.
func TestOracleParse(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		var aliases []string
		for _, m := range slices.Concat(s.tree.Modules, s.tree.BuiltinInfo) {
			aliases = append(aliases, m.Aliases...)
		}
		slices.Sort(aliases)
		checkAliases(t, s.release, slices.Compact(aliases))
	})
}

// checkAliases counts what has a bus, and wants the same bytes back.
func checkAliases(t *testing.T, where string, aliases []string) {
	t.Helper()
	known, refused := 0, 0
	for _, text := range aliases {
		a, err := modalias.Parse(text)
		switch {
		case slices.Contains(dead, text):
			if refused++; err == nil {
				t.Errorf("Parse(%q) takes what no device can have", text)
			}
			continue
		case err != nil:
			t.Errorf("Parse(%q): %v", text, err)
		case a.String() != text:
			t.Errorf("Parse(%q).String() = %q", text, a.String())
		}
		if a.Bus != "" {
			known++
		}
	}
	t.Logf("%s: %d aliases, %d of a known bus (%.1f %%), %d that no device can have",
		where, len(aliases), known, 100*float64(known)/float64(max(1, len(aliases))), refused)
}
