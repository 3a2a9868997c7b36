package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// TestRRBoxes: machines that people have get a platform that RR's own rules
// allow (RROrg/rr@e83ec2b files/initrd/opt/rr/menu.sh, platforms.yml), and the
// plan says why.
func TestRRBoxes(t *testing.T) {
	kernel5 := []string{"epyc7002", "geminilakenk", "r1000nk", "v1000nk"}
	noMovbe := []string{"apollolake", "denverton"}
	for _, box := range []struct {
		name   string
		report *report.Report
		only   []string // flavours that are allowed; nil for all
		never  []string
		says   string // code of a reason or a warning
	}{
		{name: "N100", report: n100(), only: kernel5, says: "igpu"},
		{name: "old i5", report: cpu("Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz", "lm", r8125, ahci), never: noMovbe, says: "os-limit-movbe"},
		{name: "R210 II with a SAS HBA", report: cpu("Intel(R) Xeon(R) CPU E31220 @ 3.10GHz", "lm", r8125, ahci, hba),
			never: append([]string{"v1000", "r1000", "geminilake"}, noMovbe...), says: "hba"},
		{name: "Hyper-V guest", report: guest("microsoft", vmbusNet, vmbusSCSI), only: kernel5, says: "hyperv-custom"},
		{name: "Proxmox guest", report: guest("kvm", proxmox...), says: "loader"},
		{name: "V1500B", report: cpu("AMD Ryzen Embedded V1500B", "lm movbe", igc, ahci), only: []string{"v1000"}, says: "official-cpu"},
	} {
		t.Run(box.name, func(t *testing.T) {
			p := recommendChecked(t, box.report, recommend.Options{Loader: "rr"}, defaultCatalog(t))
			flavour := p.Platform.Flavour
			if box.only != nil && !slices.Contains(box.only, flavour) || slices.Contains(box.never, flavour) {
				t.Errorf("%s, flavour %s", p.Platform.ID, flavour)
			}
			if !slices.Contains(said(p), box.says) {
				t.Errorf("%s: the plan does not say %s: %v", p.Platform.ID, box.says, said(p))
			}
			for _, d := range p.Devices {
				if d.Importance == plan.Boot && d.Verdict != plan.Base && d.Verdict != plan.ByModule {
					t.Errorf("%s on %s is %s: %s", d.ID, p.Platform.ID, d.Verdict, d.Why)
				}
			}
		})
	}
}

// said lists the codes of a plan's reasons and warnings.
func said(p *plan.Plan) []string {
	var codes []string
	for _, r := range p.Platform.Reasons {
		codes = append(codes, r.Code)
	}
	for _, w := range p.Warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

var (
	vmbusNet  = report.Device{ID: "vmbus:net", Bus: "vmbus", Modaliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}}
	vmbusSCSI = report.Device{ID: "vmbus:scsi", Bus: "vmbus", Modaliases: []string{"vmbus:d96361baa104294db60572e2ffb1dc7f"}}
)

func cpu(model, flags string, devices ...report.Device) *report.Report {
	r := machine(devices...)
	r.Machine.CPU = report.CPU{ModelName: model, Flags: strings.Fields(flags)}
	return r
}

func guest(hypervisor string, devices ...report.Device) *report.Report {
	r := machine(devices...)
	r.Machine.Hypervisor = hypervisor
	return r
}
