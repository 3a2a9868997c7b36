package packer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/plan"
)

// A list that is not recognised would keep the names of modules that are gone.
func TestCutRCFormsOfAList(t *testing.T) {
	p := &plan.Plan{Modules: []plan.Module{{File: "igb.ko", Name: "igb"}}}
	for _, tt := range []struct{ name, text, want string }{
		{"double quotes", "EXTRA_MODULES=\"mii igb\"\n", "EXTRA_MODULES=\"igb\"\n"},
		{"single quotes", "EXTRA_MODULES='mii igb'\n", "EXTRA_MODULES=\"igb\"\n"},
		{"no quotes", "A_MODULES=mii # net\nB_MODULES=igb\n", "A_MODULES=\"\" # net\nB_MODULES=\"igb\"\n"},
		{"several lines", "EXTRA_MODULES=\"mii\n igb\"\r\n", "EXTRA_MODULES=\"igb\"\r\n"},
		{"indented, exported", "  export EXTRA2_MODULES=\"mii igb\"\n", "  export EXTRA2_MODULES=\"igb\"\n"},
		{"a command", "A_MODULES=$(cat list)\nB_MODULES=\"mii igb\"\n", "A_MODULES=$(cat list)\nB_MODULES=\"igb\"\n"},
		{"a comment", "#EXTRA_MODULES=\"mii\"\nEXTRA_MODULES=\"igb\"\n", "#EXTRA_MODULES=\"mii\"\nEXTRA_MODULES=\"igb\"\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, unlisted := cutRC(tt.text, map[string]bool{"mii": true}, p)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("cutRC() mismatch (-want +got):\n%s", diff)
			}
			if len(unlisted) != 0 {
				t.Errorf("cutRC() added %q, which a list names", unlisted)
			}
		})
	}
}

func TestNoListIsSaid(t *testing.T) {
	p := &plan.Plan{Modules: []plan.Module{{File: "igb.ko", Name: "igb"}}}
	text := "for m in mii igb; do insmod $m.ko; done\n"
	pile := &Pile{members: []pileMember{{Entry: archive.Entry{Name: "etc/rc.modules", Regular: true}, data: []byte(text)}}}
	members, _, warnings := pile.cut(p, nil)
	if got := string(members[0].data); got != text {
		t.Errorf("a script without lists became %q", got)
	}
	if len(warnings) != 1 || warnings[0].Code != "no-module-list" {
		t.Errorf("warnings are %v, want no-module-list", warnings)
	}
}
