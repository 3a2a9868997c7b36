package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan/report"
)

// Aliases and devices of the tests; the ids are those of real hardware.
const (
	aliasIGC   = "pci:v00008086d000015F3sv*sd*bc*sc*i*"
	aliasR8125 = "pci:v000010ECd00008125sv*sd*bc*sc*i*"
	aliasAHCI  = "pci:v*d*sv*sd*bc01sc06i01*"
	aliasNVMe  = "pci:v*d*sv*sd*bc01sc08i02*"
	aliasXHCI  = "pci:v*d*sv*sd*bc0Csc03i30*"
	aliasMPT   = "pci:v00001000d00000097sv*sd*bc*sc*i*"
	aliasSound = "pci:v00008086d000054C8sv*sd*bc*sc*i*"
	aliasSubIG = "pci:v00008086d000015F3sv00001043sd000087D2bc*sc*i*"
)

var (
	igc   = pci("00:01.0", "8086", "15f3", "020000")
	r8125 = pci("00:02.0", "10ec", "8125", "020000")
	ahci  = pci("00:03.0", "8086", "a352", "010601")
	nvme  = pci("00:04.0", "144d", "a808", "010802")
	xhci  = pci("00:05.0", "8086", "54ed", "0c0330")
	hba   = pci("00:06.0", "1000", "0097", "010700")
	sound = pci("00:07.0", "8086", "54c8", "040300")
	alien = pci("00:08.0", "dead", "beef", "020000")
	host  = pci("00:00.0", "8086", "461c", "060000")
)

// pci makes a device as a scan reports it, without a subsystem.
func pci(address, vendor, device, class string) report.Device {
	upper := strings.ToUpper
	return report.Device{
		ID: "pci:0000:" + address, Bus: "pci", VendorID: vendor, DeviceID: device, Class: class,
		Modaliases: []string{"pci:v0000" + upper(vendor) + "d0000" + upper(device) + "sv00000000sd00000000bc" +
			upper(class[:2]) + "sc" + upper(class[2:4]) + "i" + upper(class[4:])},
	}
}

func machine(devices ...report.Device) *report.Report {
	return &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: devices}
}

// A builder makes small catalogues by hand.
type builder struct{ *catalog.Catalog }

func newCatalog(name string) builder {
	return builder{&catalog.Catalog{Schema: catalog.Schema, Name: name, Version: "1", Date: "2026-01-02"}}
}

// module adds a module; an alias list of its own.
func (b builder) module(m catalog.Module, aliases ...string) int {
	m.Aliases = catalog.None
	if m.File == "" {
		m.File = m.Name + ".ko"
	}
	if len(aliases) > 0 {
		m.Aliases = len(b.AliasSets)
		b.AliasSets = append(b.AliasSets, aliases)
	}
	b.Modules = append(b.Modules, m)
	return len(b.Modules) - 1
}

// extension adds an extension with one recipe for all the named platforms,
// which it adds too where they are new.
func (b builder) extension(loader, id string, platforms []string, kmods ...catalog.Kmod) *catalog.Recipe {
	e := catalog.Extension{ID: id, Loader: loader, Releases: map[string]int{}, Recipes: []catalog.Recipe{{
		URL: "https://example.org/" + id, Kmods: kmods,
		Files: []catalog.File{{Name: id + ".tgz", URL: "https://example.org/" + id + ".tgz", SHA256: "00"}},
	}}}
	for _, p := range platforms {
		e.Releases[p] = 0
		b.platform(catalog.Platform{ID: p, Loader: loader})
	}
	b.Extensions = append(b.Extensions, e)
	return &b.Extensions[len(b.Extensions)-1].Recipes[0]
}

// platform adds a platform, or replaces the one with its id.
func (b builder) platform(p catalog.Platform) {
	same := func(q catalog.Platform) bool { return q.ID == p.ID && q.Loader == p.Loader }
	if i := slices.IndexFunc(b.Platforms, same); i < 0 {
		b.Platforms = append(b.Platforms, p)
	} else if len(p.Builtin) > 0 || len(p.Initrd) > 0 || p.KernelRelease != "" || p.OSVersion != "" {
		b.Platforms[i] = p
	}
}

func kmod(module int, requires ...string) catalog.Kmod {
	return catalog.Kmod{Module: module, Requires: requires}
}

// reference is a small stand-in for Debian's kernel.
func reference() *catalog.Catalog {
	b := newCatalog("reference")
	var kmods []catalog.Kmod
	for name, alias := range map[string]string{
		"igc": aliasIGC, "r8169": aliasR8125, "ahci": aliasAHCI, "nvme": aliasNVMe,
		"xhci_pci": aliasXHCI, "mpt3sas": aliasMPT, "snd_hda_intel": aliasSound,
	} {
		kmods = append(kmods, kmod(b.module(catalog.Module{Name: name}, alias)))
	}
	b.extension("linux", "linux:6.1.0-1-amd64", []string{"linux:6.1.0-1-amd64"}, kmods...)
	b.platform(catalog.Platform{ID: "linux:6.1.0-1-amd64", Loader: "linux", KernelRelease: "6.1.0-1-amd64", Builtin: []string{"pcieport"}})
	return b.Catalog
}

// recommendChecked returns a plan that the independent checker accepts.
func recommendChecked(t *testing.T, r *report.Report, opts recommend.Options, cats ...*catalog.Catalog) *plan.Plan {
	t.Helper()
	p, err := recommend.Recommend(r, cats, opts)
	if err != nil {
		t.Fatalf("Recommend() failed: %v", err)
	}
	for _, problem := range verify.Verify(p, r, slices.Concat(cats, opts.Reference)) {
		t.Errorf("Verify() of the plan for %s: %v", p.Platform.ID, problem)
	}
	return p
}

// verdicts shortens a plan's devices to "verdict certainty module".
func verdicts(p *plan.Plan) []string {
	var list []string
	for _, d := range p.Devices {
		list = append(list, strings.TrimSpace(d.Verdict+" "+d.Certainty+" "+d.Module))
	}
	return list
}

func moduleNames(p *plan.Plan) []string {
	list := []string{}
	for _, m := range p.Modules {
		list = append(list, m.Name)
	}
	return list
}
