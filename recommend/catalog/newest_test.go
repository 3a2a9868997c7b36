package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewest(t *testing.T) {
	tests := []struct {
		name string
		in   string // "NAME DATE" of each
		want string
	}{
		{"nothing", "", ""},
		{"newer one of the name", "default 2026-01-01,default 2026-02-01", "default 2026-02-01"},
		{"older one of the name", "default 2026-02-01,default 2026-01-01", "default 2026-02-01"},
		{"others", "mine 2025-01-01,default 2026-01-01,theirs 2026-02-01", "theirs 2026-02-01,default 2026-01-01,mine 2025-01-01"},
		{"one date", "mine 2026-01-01,default 2026-01-01", "mine 2026-01-01,default 2026-01-01"},
		{"no date", "default ,default 2026-01-01,mine ", "default 2026-01-01,mine "},
		{"no date at all", "default zzz,default 2026-01-01", "default 2026-01-01"},
		{"no such day", "default 2026-13-01,default 2026-01-01", "default 2026-01-01"},
	}
	for _, tt := range tests {
		var list []*Catalog
		for text := range strings.SplitSeq(tt.in, ",") {
			if name, date, found := strings.Cut(text, " "); found {
				list = append(list, &Catalog{Name: name, Date: date})
			}
		}
		var got []string
		for _, c := range Newest(list...) {
			got = append(got, c.Name+" "+c.Date)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ",")); diff != "" {
			t.Errorf("%s: Newest() mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Each id of a stack is in the first catalogue that has it, and nowhere else.
func TestStack(t *testing.T) {
	of := func(name string, ids ...string) *Catalog {
		var b Builder
		for _, id := range ids {
			b.AddPlatform(Platform{ID: id, Loader: "rr"})
		}
		return b.Catalog(name, "", "")
	}
	stack, err := Stack([]*Catalog{of("a", "1", "2"), of("b", "2", "3"), of("c", "1", "3", "4")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range stack {
		for _, p := range c.Platforms {
			got = append(got, c.Name+p.ID)
		}
	}
	if diff := cmp.Diff([]string{"a1", "a2", "b3", "c4"}, got); diff != "" {
		t.Errorf("Stack() mismatch (-want +got):\n%s", diff)
	}
}
