package modalias

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestSortTexts compares with the sort of the standard library: texts that begin
// alike, that begin another, that end in zeros, and that are there many times.
func TestSortTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var list []numbered
	var want []string
	for i := range 5000 {
		text := strings.Repeat("pci:v0000", random.IntN(4)) + strings.Repeat("\x00", random.IntN(3))
		for range random.IntN(12) {
			text += string("\x00_a\xff"[random.IntN(4)])
		}
		list, want = append(list, numbered{text: text, number: i}), append(want, text)
	}
	slices.Sort(want)
	sortTexts(list, 0, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	got := make([]string, len(list))
	for i, n := range list {
		if got[i] = n.text; i > 0 && got[i] == got[i-1] && n.number < list[i-1].number {
			t.Fatalf("equal texts %q are not in the order of ties: %d after %d", n.text, n.number, list[i-1].number)
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("sortTexts() mismatch (-want +got):\n%s", diff)
	}
}
