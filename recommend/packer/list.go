package packer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// list is a plan as lists of modules, for systems that have the modules and
// load them with modprobe. Any platform's plan will do.
type list struct {
	plan   *plan.Plan
	losers []loser
}

// newList refuses names that would be more than names in a configuration.
func newList(p *plan.Plan) (list, error) {
	l := list{p, blacklist(p)}
	if err := checkWords(p); err != nil {
		return l, err
	}
	for _, m := range p.Modules {
		if err := cmp.Or(checkName("module name", m.Name), check("arguments of "+m.File, m.Args, arguments)); err != nil {
			return l, err
		}
	}
	for _, loser := range l.losers {
		if err := cmp.Or(checkName("module name", loser.module), checkName("module name", loser.winner)); err != nil {
			return l, err
		}
	}
	return l, nil
}

// stage returns the modules of the given stages in load order.
func (l list) stage(stages ...string) []plan.Module {
	return slices.DeleteFunc(slices.Clone(l.plan.Modules), func(m plan.Module) bool { return !slices.Contains(stages, m.Stage) })
}

func names(modules []plan.Module) []string {
	var list []string
	for _, m := range modules {
		list = append(list, m.Name)
	}
	return list
}

// wins reports whether a module must be there before another one.
func (l list) wins(m plan.Module) bool {
	return slices.ContainsFunc(l.losers, func(other loser) bool { return other.winner == moduleName(m.Name) })
}

// kernel returns the release as a command takes it.
func (l list) kernel() string { return cmp.Or(l.plan.Platform.Kernel, "$(uname -r)") }

// heading says in comments where a file is from.
func (l list) heading() string {
	return fmt.Sprintf("# Chosen by modscout for %s, plan %s\n", cmp.Or(l.plan.Platform.Kernel, report.OneLine(l.plan.Platform.ID)), l.plan.ID)
}

// modulesLoad is a list for modules-load.d(5): one name a line, in load order.
func (l list) modulesLoad(stages ...string) File {
	var b strings.Builder
	b.WriteString(l.heading())
	for _, name := range names(l.stage(stages...)) {
		fmt.Fprintln(&b, name)
	}
	return File{Name: "modules-load.conf", Data: []byte(b.String())}
}

// modprobe is a file for modprobe.d(5), where there is anything to say: what a
// module is told, and what must not take another one's device.
func (l list) modprobe() []File {
	var b strings.Builder
	for _, m := range l.plan.Modules {
		if m.Args != "" {
			fmt.Fprintf(&b, "options %s %s\n", m.Name, m.Args)
		}
	}
	for _, loser := range l.losers {
		fmt.Fprintf(&b, "# %s drives %s\nblacklist %s\n", loser.winner, report.OneLine(loser.device), loser.module)
	}
	if b.Len() == 0 {
		return nil
	}
	return []File{{Name: "modprobe.conf", Data: []byte(l.heading() + b.String())}}
}

// around puts what the system itself needs beside the file of an initramfs:
// the late stage, and modprobe's configuration.
func (l list) around(initramfs File) []File {
	files := []File{initramfs}
	if len(l.stage(plan.StageLate)) > 0 {
		files = append(files, l.modulesLoad(plan.StageLate))
	}
	return append(files, l.modprobe()...)
}

// places are where the files of lists belong.
var places = map[string]string{
	"modules-load.conf": "/etc/modules-load.d/modscout.conf",
	"modprobe.conf":     "/etc/modprobe.d/modscout.conf",
	"dracut.conf":       "/etc/dracut.conf.d/modscout.conf",
	"mkinitcpio.conf":   "/etc/mkinitcpio.conf.d/modscout.conf",
	"modules":           "/etc/initramfs-tools/modules",
}

// readme says where each file belongs and what to run then.
func (l list) readme(files []File, command string) File {
	var b strings.Builder
	fmt.Fprintf(&b, "Drivers for %s, chosen by modscout\nplan %s\n\nAs root, in this folder:\n\n", cmp.Or(l.plan.Platform.Kernel, report.OneLine(l.plan.Platform.ID)), l.plan.ID)
	for _, file := range files {
		fmt.Fprintf(&b, "  install -D -m 644 %s %s\n", file.Name, places[file.Name])
	}
	fmt.Fprintf(&b, "  %s\n", command)
	for _, f := range l.plan.Firmware {
		if !f.Shipped {
			fmt.Fprintf(&b, "\n%s asks for the firmware %s%s.\n", report.OneLine(f.Module), report.OneLine(f.File), packaged(f))
		}
	}
	return File{Name: "README.txt", Data: []byte(b.String())}
}

func packaged(f plan.Firmware) string {
	if f.Package == "" {
		return ""
	}
	return ": Debian has it in " + report.OneLine(f.Package)
}

// warnings names the modules that are kept from loading, and says where an
// initramfs gets none.
func (l list) warnings(initramfs bool) (warnings []plan.Warning) {
	if initramfs && len(l.stage(plan.StageBoot)) == 0 {
		warnings = append(warnings, plan.Warning{
			Code: "no-boot-modules",
			Text: "the plan has no module that must be there before the disk is: the initramfs gets none",
		})
	}
	for _, loser := range l.losers {
		warnings = append(warnings, plan.Warning{
			Code:   "module-blacklisted",
			Device: loser.device,
			Text:   fmt.Sprintf("%s claims it too and is kept from loading: %s drives it (%s)", loser.module, loser.winner, report.OneLine(loser.why)),
		})
	}
	return warnings
}
