package packer

import "github.com/modscout/modscout/recommend/plan"

// modulesLoad makes a list for systemd's modules-load.d(5), with what a module
// is told and what must not load in a file for modprobe.d(5).
func modulesLoad(in Input) ([]File, []plan.Warning, error) {
	l, err := newList(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	files := append([]File{l.modulesLoad(plan.StageBoot, plan.StageLate)}, l.modprobe()...)
	return append(files, l.readme(files, "systemctl restart systemd-modules-load")), l.warnings(false), nil
}
