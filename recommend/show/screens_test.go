package show

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
)

func TestScreens(t *testing.T) {
	for _, lines := range []int{0, 1, 22, 23, 46, 50} {
		var want []string
		for i := range lines {
			want = append(want, fmt.Sprint("line ", i))
		}
		pages, err := Screens(Options{Height: 24}, func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Join(want, "\n")+"\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			if n := strings.Count(strings.TrimSuffix(page, "\n"), "\n") + 1; n > 23 {
				t.Errorf("of %d lines a page has %d, want at most 23", lines, n)
			}
		}
		if diff := cmp.Diff(strings.Join(want, "\n"), strings.TrimSuffix(strings.Join(pages, ""), "\n")); diff != "" {
			t.Errorf("%d lines in pages mismatch (-want +got):\n%s", lines, diff)
		}
	}
}

// A line that is too long for the screen goes on in the next one.
func TestScreensWrap(t *testing.T) {
	pages, err := Screens(Options{}, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("a", 81)+"\n"+strings.Repeat("b", 80)+"\nc\n")
		return err
	})
	want := []string{strings.Repeat("a", 80) + "\na\n" + strings.Repeat("b", 80) + "\nc\n"}
	if diff := cmp.Diff(want, pages); diff != "" || err != nil {
		t.Errorf("Screens() = %v, mismatch (-want +got):\n%s", err, diff)
	}
}

func TestOthersAndAdvice(t *testing.T) {
	_, r := miniPC()
	p := &plan.Plan{Alternatives: []plan.Alternative{
		{Platform: "rr:geminilakenk-7.2", Covered: 5, Uncovered: []string{"pci:0000:00:02.0"}, Modules: 1, Why: "its system is older, 7.2"},
		{Platform: "ds918p_42218", Covered: 3, Uncovered: []string{}, Modules: 4, Rejected: "the CPU lacks movbe, which apollolake needs"},
	}}
	var b strings.Builder
	if err := Others(&b, p, r); err != nil {
		t.Fatal(err)
	}
	if err := Advice(&b, "SILENT", []plan.Warning{{Text: "not the driver", Hint: "get the log", Source: "RROrg/rr#175"}}); err != nil {
		t.Fatal(err)
	}
	golden(t, "others.screen", []byte(b.String()))
}
