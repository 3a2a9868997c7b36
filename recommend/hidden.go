package recommend

import (
	"slices"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// heard are the warnings of a report that a plan repeats: those after which
// the answer may be wrong or not enough, whoever reads it without the report.
var heard = []string{"raid-remap", "raid-mode", "vmd", "names-only", "cut-id", "conflict", "too-many", "ids-in-text",
	"initramfs-damaged", "module-not-loaded", "scan-failed"}

// hiddenByFirmware is for a SATA controller behind which the firmware hides
// NVMe disks: no driver reaches them. Where it holds other disks it is judged
// by its driver, and the warning stays.
func hiddenByFirmware(e *evaluation, s *subject, f *finding) bool {
	i := slices.IndexFunc(e.question.report.Source.Warnings, func(w report.Warning) bool {
		return w.Code == "raid-remap" && w.Device == s.ID
	})
	return i >= 0 && (s.Disks == nil || *s.Disks == 0) &&
		f.decide(plan.Blocked, plan.Stated, "report", e.question.report.Source.Warnings[i].Text, e.question.report.Source.Kind)
}

// hiddenBehindVMD is for Intel's VMD where nothing of the platform drives it.
func hiddenBehindVMD(_ *evaluation, s *subject, f *finding) bool {
	return s.hides == "vmd" && f.decide(plan.Blocked, plan.Stated, "curated",
		"nothing here drives Intel VMD, which hides NVMe disks: turn VMD off in the firmware setup", "drivers/pci/controller/vmd.c")
}

// repeat returns the report's own warnings that a reader of the plan needs.
// VMD is none where it has its driver.
func (e *evaluation) repeat() []plan.Warning {
	var list []plan.Warning
	for _, w := range e.question.report.Source.Warnings {
		i := slices.IndexFunc(e.findings, func(f finding) bool { return f.ID == w.Device })
		switch {
		case !slices.Contains(heard, w.Code), w.Code == "vmd" && i >= 0 && e.findings[i].covered():
			continue
		case w.Code == "vmd" && i >= 0:
			w.Text = e.findings[i].Why
		}
		list = append(list, plan.Warning{Code: w.Code, Device: w.Device, Text: w.Text, Source: "report"})
	}
	return list
}
