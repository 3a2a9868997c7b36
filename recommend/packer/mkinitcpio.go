package packer

import (
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// mkinitcpio makes a file for /etc/mkinitcpio.conf.d (mkinitcpio(8)): bash
// that adds to MODULES, which are loaded in this order before any hook runs.
func mkinitcpio(in Input) ([]File, []plan.Warning, error) {
	l, err := newList(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	text := l.heading() + "MODULES+=(" + strings.Join(names(l.stage(plan.StageBoot)), " ") + ")\n"
	files := l.around(File{Name: "mkinitcpio.conf", Data: []byte(text)})
	return append(files, l.readme(files, "mkinitcpio -P")), l.warnings(true), nil
}
