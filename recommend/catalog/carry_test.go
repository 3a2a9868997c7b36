package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCarry(t *testing.T) {
	c := maintained()
	got, err := c.Carry("a_1", &c.Platforms[1])
	if err != nil {
		t.Fatal(err)
	}
	want := &Carry{
		From: "a_1", To: "a_2",
		Assumed: []string{
			"the kernel of a_2 exports what the modules import: its exports are not known",
			"the kernel of a_2 has built in what that of a_1 has: its list is not known",
			"struct module has the layout that the modules of a_1 have: too few modules of a_2 are known to compare",
		},
		Carried:  []Carried{{Extension: "x.good", Recipe: "https://example.org/x.good"}, {Extension: "x.lost", Recipe: "https://example.org/x.lost"}},
		Existing: []string{"x.both"},
	}
	refused := got.Refused
	got.Refused = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Carry() mismatch (-want +got):\n%s", diff)
	}
	var ids []string
	for _, r := range refused {
		ids = append(ids, r.Extension)
		if r.Reason == "" {
			t.Errorf("%s is refused for no reason", r.Extension)
		}
	}
	if diff := cmp.Diff([]string{"x.broken", "x.kernel", "x.layout"}, ids); diff != "" {
		t.Errorf("refused mismatch (-want +got):\n%s", diff)
	}
}

// What the new kernel is known to have, or to lack, decides.
func TestCarryKnownKernel(t *testing.T) {
	c := maintained()
	for i := range c.Modules {
		switch m := &c.Modules[i]; m.Name {
		case "m1001":
			m.Imports = []string{"printk", "exported_by_m1002"}
		case "m1002":
			m.Imports, m.Exports = []string{"printk"}, []string{"exported_by_m1002"}
		case "m1004":
			m.Imports = []string{"gone"}
		}
	}
	next := &Platform{ID: "a_3", Loader: "redpill", Flavour: "apollolake", KernelRelease: "4.4.180+", Exports: []string{"printk"}, Builtin: []string{"m1003"}}
	got, err := c.Carry("a_1", next)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Carried) != 1 || got.Carried[0].Extension != "x.good" {
		t.Errorf("carried: %+v, want x.good", got.Carried)
	}
	reasons := map[string]string{}
	for _, r := range got.Refused {
		reasons[r.Extension] = r.Reason
	}
	for id, want := range map[string]string{
		"x.both": "m1003.ko: the platform has m1003 itself",
		"x.lost": "m1004.ko: neither the kernel nor any module for it exports gone",
	} {
		if reasons[id] != want {
			t.Errorf("%s is refused because %q, want %q", id, reasons[id], want)
		}
	}
}

func TestCarryToAnotherKernel(t *testing.T) {
	c := maintained()
	for name, next := range map[string]*Platform{
		"flavour":         {ID: "n", Loader: "redpill", Flavour: "broadwell", KernelRelease: "4.4.180+"},
		"kernel":          {ID: "n", Loader: "redpill", Flavour: "apollolake", KernelRelease: "4.4.302+"},
		"unknown kernel":  {ID: "n", Loader: "redpill", Flavour: "apollolake"},
		"unknown flavour": {ID: "n", Loader: "redpill", KernelRelease: "4.4.180+"},
		"other loader":    {ID: "n", Loader: "rr", Flavour: "apollolake", KernelRelease: "4.4.180+"},
	} {
		if got, err := c.Carry("a_1", next); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
