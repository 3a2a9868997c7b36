package packer

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// smallArchive makes an archive of the form of the one that --from names, with
// the plan's modules and without the others. What is no module stays, firmware
// and programs among it; Jun's list of modules to load is cut.
func smallArchive(in Input) ([]File, []plan.Warning, error) {
	if in.From == nil || in.From.form.container == "" {
		return nil, nil, hint.With(errors.New("there is no archive to make smaller"), "say --from extra.lzma, or another cpio or tar archive of modules")
	}
	if len(in.Plan.Modules) == 0 {
		return nil, nil, errors.New("the plan needs no module")
	}
	keep, err := in.From.keep(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	members, dropped, warnings := in.From.cut(in.Plan, keep)
	data, err := in.From.form.write(members)
	if err != nil {
		return nil, nil, err
	}
	name := filepath.Base(in.From.name)
	return []File{
		{Name: name, Data: data, Backup: true}, // it may be the one that it was made from
		{Name: "README.txt", Data: []byte(smallReadme(in, name, members, dropped))},
	}, warnings, nil
}

// keep returns the positions of the plan's modules.
func (pile *Pile) keep(p *plan.Plan) (map[int]bool, error) {
	keep := map[int]bool{}
	for _, m := range p.Modules {
		at, _, err := pile.find(m)
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", m.File, err)
		}
		keep[at] = true
	}
	return keep, nil
}

// cut leaves out the modules that are not kept, and their names from Jun's list.
// It warns where a list is none that it knows, or did not name a module of the plan.
func (pile *Pile) cut(p *plan.Plan, keep map[int]bool) (members []pileMember, dropped []string, warnings []plan.Warning) {
	gone := map[string]bool{}
	for i, m := range pile.members {
		if !m.Regular && !m.Dir && m.Link == "" {
			warnings = append(warnings, plan.Warning{Code: "member-left-out", Text: m.Name + " is no file, folder or link, and is left out"})
			continue
		}
		if m.module == nil && !ko.IsModule(m.Name) || keep[i] {
			members = append(members, m)
			continue
		}
		gone[modalias.NameOf(path.Base(m.Name))] = true
		dropped = append(dropped, m.Name)
	}
	for i := range members {
		if members[i].Name == "etc/rc.modules" {
			if !rcList.Match(members[i].data) {
				warnings = append(warnings, plan.Warning{
					Code: "no-module-list",
					Text: "etc/rc.modules has no list of modules that is understood: it was not changed",
					Hint: "look into it: it may name modules that were left out",
				})
				continue
			}
			cut, unlisted := cutRC(string(members[i].data), gone, p)
			members[i].data = []byte(cut)
			if len(unlisted) > 0 {
				warnings = append(warnings, plan.Warning{
					Code: "modules-not-in-list",
					Text: "no list of etc/rc.modules named " + strings.Join(unlisted, " ") + ": added",
				})
			}
		}
	}
	return members, dropped, warnings
}

// smallReadme says what is in the archive, what is not and what was not looked at.
func smallReadme(in Input, name string, members []pileMember, dropped []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s with only what this machine needs, chosen by modscout\nplan %s, platform %s\n\nModules, in load order:\n\n", report.OneLine(name), in.Plan.ID, report.OneLine(in.Plan.Platform.ID))
	for _, m := range in.Plan.Modules {
		fmt.Fprintf(&b, "  %s\n", report.OneLine(m.File))
	}
	fmt.Fprintf(&b, "\nModules left out: %d. A card that is added later may need one of them, so keep the\narchive that this was made from.\n\nKept as they were:\n\n", len(dropped))
	for _, m := range members {
		if m.module == nil && !m.Dir {
			fmt.Fprintf(&b, "  %s\n", report.OneLine(m.Name))
		}
	}
	fmt.Fprintf(&b, "\netc/rc.modules, where it has lists, names only the modules above and those of\nthe system itself. A script that loads modules by other lists was not changed.\n")
	return b.String()
}
