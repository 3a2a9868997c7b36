package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const vermagic = "4.4.180+ SMP mod_unload "

// verdicts returns "aspect verdict" of each judgement that is not Passed.
func verdicts(list []Judgement) []string {
	var out []string
	for _, j := range list {
		if j.Verdict != Passed {
			out = append(out, j.Aspect+" "+j.Verdict)
		}
		if (j.Verdict == Passed) != (j.Evidence == "") {
			out = append(out, j.Aspect+" has evidence "+j.Evidence)
		}
	}
	return out
}

func layout(size int64) *Layout { return &Layout{Size: size, Init: 344, Exit: 728} }

// usual are three modules that agree in everything.
func usual() []*Module {
	m := Module{Vermagic: vermagic, Layout: layout(768), Imports: []string{"printk"}, CRCs: map[string]uint32{"printk": 7}}
	a, b, c := m, m, m
	c.Exports = []string{"lib_do"}
	return []*Module{&a, &b, &c}
}

func TestJudge(t *testing.T) {
	full := Platform{KernelRelease: "4.4.180+", KernelVersion: "4.4.180", Exports: []string{"printk"}}
	good := *usual()[0]
	with := func(change func(*Module)) Module {
		m := good
		change(&m)
		return m
	}
	for name, test := range map[string]struct {
		platform Platform
		others   []*Module
		module   Module
		want     []string
		evidence string
	}{
		"all known and right": {full, usual(), good, nil, ""},
		"nothing known": {Platform{}, nil, Module{File: "a.ko"},
			[]string{"symbol table unknown", "vermagic unknown", "struct module unknown", "checksums unknown", "symbols unknown"}, ""},
		"platform not known": {Platform{}, nil, good,
			[]string{"vermagic unknown", "struct module unknown", "symbols unknown"}, ""},
		"stripped": {full, usual(), with(func(m *Module) { m.Stripped = true }), []string{"symbol table refused"}, "stripped"},
		"another release": {full, usual(), with(func(m *Module) { m.Vermagic = "4.4.59+ SMP mod_unload " }),
			[]string{"vermagic refused", "struct module unknown"}, "built for kernel 4.4.59+, the platform runs 4.4.180+"},
		"without the plus": {full, usual(), with(func(m *Module) { m.Vermagic = "4.4.180 SMP mod_unload " }),
			[]string{"vermagic refused", "struct module unknown"}, "built for kernel 4.4.180,"},
		"without the plus, only the version known": {Platform{KernelVersion: "4.4.180"}, usual(), good, []string{"symbols unknown"}, ""},
		"preempt": {full, usual(), with(func(m *Module) { m.Vermagic = "4.4.180+ SMP preempt mod_unload " }),
			[]string{"vermagic refused", "struct module unknown"}, `"4.4.180+ SMP mod_unload "`},
		"without the blank at the end": {full, usual(), with(func(m *Module) { m.Vermagic = strings.TrimSpace(vermagic) }), []string{"vermagic refused", "struct module unknown"}, ""},
		"another layout":               {full, usual(), with(func(m *Module) { m.Layout = layout(504) }), []string{"struct module refused"}, "size 504, init at 344; that of 3 other modules for this kernel has size 768"},
		"another place of init":        {full, usual(), with(func(m *Module) { m.Layout = &Layout{Size: 768, Init: 296} }), []string{"struct module refused"}, ""},
		"no init":                      {full, usual(), with(func(m *Module) { m.Layout = &Layout{Size: 768} }), nil, ""},
		"no exit":                      {full, usual(), with(func(m *Module) { m.Layout = &Layout{Size: 768, Init: 344} }), nil, ""},
		"two others are not enough":    {full, usual()[:2], with(func(m *Module) { m.Layout = layout(504) }), []string{"vermagic unknown", "struct module unknown"}, ""},
		"the signed one is right": {full, append(usual(), &Module{Vermagic: vermagic, Signed: true, Layout: layout(504)}), good,
			[]string{"struct module refused"}, "1 signed modules for this kernel"},
		"signed for another kernel":  {full, append(usual(), &Module{Vermagic: "3.10.108 SMP mod_unload ", Signed: true, Layout: layout(504)}), good, nil, ""},
		"another checksum":           {full, usual(), with(func(m *Module) { m.CRCs = map[string]uint32{"printk": 8} }), []string{"checksums refused"}, "its checksum of printk is 0x00000008, that of 3 other modules"},
		"checksum of an unknown one": {full, usual(), with(func(m *Module) { m.CRCs = map[string]uint32{"other": 8} }), nil, ""},
		"no checksums":               {full, usual(), with(func(m *Module) { m.CRCs = nil }), []string{"checksums unknown"}, ""},
		"unresolved":                 {full, usual(), with(func(m *Module) { m.Imports = []string{"gone", "lib_do", "printk"} }), []string{"symbols refused"}, "exports gone"},
		"imports not known":          {full, usual(), with(func(m *Module) { m.Imports = nil }), []string{"symbols unknown"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			abi := NewABI(&test.platform, slices.Values([]*Module{}), slices.Values(test.others))
			if diff := cmp.Diff(test.want, verdicts(abi.Judge(&test.module))); diff != "" {
				t.Errorf("Judge() mismatch (-want +got):\n%s", diff)
			}
			refusal, refused := abi.Refusal(&test.module)
			if wanted := slices.ContainsFunc(test.want, func(s string) bool { return strings.HasSuffix(s, Refused) }); refused != wanted {
				t.Errorf("Refusal() = %+v, %v", refusal, refused)
			}
			if !strings.Contains(refusal.Evidence, test.evidence) {
				t.Errorf("the evidence %q does not name %q", refusal.Evidence, test.evidence)
			}
		})
	}
}

// What lies in the platform's own initrd decides like what is signed.
func TestInitrdDecides(t *testing.T) {
	own := &Module{Vermagic: vermagic, Layout: layout(504)}
	abi := NewABI(&Platform{}, slices.Values([]*Module{own}), slices.Values(usual()))
	if refusal, _ := abi.Refusal(usual()[0]); refusal.Code != "module-struct-layout" {
		t.Errorf("Refusal() = %+v, want the layout", refusal)
	}
}
