package packer

import (
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// dracut makes a file for /etc/dracut.conf.d (dracut.conf(5)). Drivers that
// udev can choose among are added; one that must be there before another that
// claims its device is forced, and the other one left out.
func dracut(in Input) ([]File, []plan.Warning, error) {
	l, err := newList(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	var add, force, omit []string
	for _, m := range l.stage(plan.StageBoot) {
		if l.wins(m) {
			force = append(force, m.Name)
		} else {
			add = append(add, m.Name)
		}
	}
	for _, loser := range l.losers {
		omit = append(omit, loser.module)
	}
	var b strings.Builder
	b.WriteString(l.heading())
	for _, line := range []struct {
		key   string
		names []string
	}{{"add_drivers", add}, {"force_drivers", force}, {"omit_drivers", omit}} {
		if len(line.names) > 0 {
			b.WriteString(line.key + "+=\" " + strings.Join(line.names, " ") + " \"\n")
		}
	}
	files := l.around(File{Name: "dracut.conf", Data: []byte(b.String())})
	return append(files, l.readme(files, "dracut --force --kver "+l.kernel())), l.warnings(true), nil
}
