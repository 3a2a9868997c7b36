package verify_test

import (
	"slices"
	"testing"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan/report"
)

// The catalogue of these tests: a driver with a dependency, one without, a
// rival that needs more, and a platform that has a driver built in.
func testCatalog() *catalog.Catalog {
	file := func(id string) []catalog.File {
		return []catalog.File{{Name: id, URL: "https://example.org/" + id + ".tgz", SHA256: "00", Packed: true}}
	}
	extension := func(id string, modules ...int) catalog.Extension {
		recipe := catalog.Recipe{URL: "https://example.org/" + id, Files: file(id)}
		for _, m := range modules {
			recipe.Kmods = append(recipe.Kmods, catalog.Kmod{Module: m})
		}
		return catalog.Extension{ID: id, Loader: "box", Releases: map[string]int{"box_1": 0}, Recipes: []catalog.Recipe{recipe}}
	}
	return &catalog.Catalog{
		Schema: catalog.Schema, Name: "test", Version: "1", Date: "2026-01-02",
		AliasSets: [][]string{
			{"pci:v000010ECd00008125sv*sd*bc*sc*i*"},
			{"pci:v00008086d000015F3sv*sd*bc*sc*i*"},
			{"pci:v000010ECd00008136sv*sd*bc*sc*i*"},
		},
		Modules: []catalog.Module{
			{File: "mii.ko", Name: "mii", Aliases: catalog.None},
			{File: "driver.ko", Name: "driver", Aliases: 0, Depends: []string{"mii"}, SHA256: "aa"},
			{File: "igc.ko", Name: "igc", Aliases: 1},
			{File: "greedy.ko", Name: "greedy", Aliases: 1, Depends: []string{"mii2"}},
			{File: "mii2.ko", Name: "mii2", Aliases: catalog.None},
			{File: "native.ko", Name: "native", Aliases: 2},
			{File: "broken.ko", Name: "broken", Aliases: 1, Stripped: true},
		},
		Platforms:  []catalog.Platform{{ID: "box_1", Loader: "box", KernelVersion: "4.4.180", Builtin: []string{"native"}}},
		Extensions: []catalog.Extension{extension("e.driver", 0, 1), extension("e.greedy", 3, 4), extension("e.igc", 2, 6), extension("e.native", 5)},
	}
}

func testReport() *report.Report {
	device := func(id, vendor, device string) report.Device {
		return report.Device{ID: id, Bus: "pci", VendorID: vendor, DeviceID: device, Class: "020000"}
	}
	return &report.Report{Schema: report.Schema, Devices: []report.Device{
		device("pci:1", "10ec", "8125"), device("pci:2", "8086", "15f3"), device("pci:3", "10ec", "8136"), device("pci:4", "dead", "beef"),
	}}
}

func testPlan(t *testing.T) *plan.Plan {
	t.Helper()
	p, err := recommend.Recommend(testReport(), []*catalog.Catalog{testCatalog()}, recommend.Options{})
	if err != nil {
		t.Fatalf("Recommend() failed: %v", err)
	}
	return p
}

func TestVerifyAccepts(t *testing.T) {
	if problems := verify.Verify(testPlan(t), testReport(), []*catalog.Catalog{testCatalog()}); problems != nil {
		t.Errorf("Verify() = %v", problems)
	}
}

// Every kind of damage is seen, and called by its code.
func TestVerifyRejects(t *testing.T) {
	module := func(p *plan.Plan, name string) *plan.Module {
		return &p.Modules[slices.IndexFunc(p.Modules, func(m plan.Module) bool { return m.Name == name })]
	}
	drop := func(p *plan.Plan, name string) {
		p.Modules = slices.DeleteFunc(p.Modules, func(m plan.Module) bool { return m.Name == name })
		p.Proof.Modules, p.Proof.LowerBound = len(p.Modules), len(p.Modules)
	}
	for _, test := range []struct {
		code   string
		damage func(*plan.Plan)
	}{
		{verify.ReportDiffers, func(p *plan.Plan) { p.Report = "sha256:00" }},
		{verify.CatalogDiffers, func(p *plan.Plan) { p.Catalogs[0].SHA256 = "sha256:00" }},
		{verify.PlatformUnknown, func(p *plan.Plan) { p.Platform.ID = "box_9" }},
		{verify.PlatformDiffers, func(p *plan.Plan) { p.Platform.Kernel = "9.9" }},
		{verify.DevicesDiffer, func(p *plan.Plan) { p.Devices = p.Devices[1:] }},
		{verify.DevicesDiffer, func(p *plan.Plan) { p.Devices = append(p.Devices, p.Devices[1]) }},
		{verify.DevicesDiffer, func(p *plan.Plan) { p.Devices[0], p.Devices[1] = p.Devices[1], p.Devices[0] }},
		{verify.VerdictUnknown, func(p *plan.Plan) { p.Devices[3].Verdict = "fine" }},
		{verify.VerdictUnknown, func(p *plan.Plan) { p.Devices[3].Basis = nil }},
		{verify.ModuleTwice, func(p *plan.Plan) { p.Modules = append(p.Modules, p.Modules[0]) }},
		{verify.ModuleNotOffered, func(p *plan.Plan) { module(p, "igc").Extension = "e.driver" }},
		{verify.ModuleDiffers, func(p *plan.Plan) { module(p, "driver").SHA256 = "bb" }},
		{verify.ModuleDiffers, func(p *plan.Plan) { module(p, "driver").Args = "debug=1" }},
		{verify.ModuleDiffers, func(p *plan.Plan) { module(p, "igc").Archive = "https://example.org/other.tgz" }},
		{verify.ModuleRefused, func(p *plan.Plan) { module(p, "igc").Name = "broken" }},
		{verify.ModuleRuledOut, func(p *plan.Plan) { p.Options.Without = []string{"igc"} }},
		{verify.ModuleInPlatform, func(p *plan.Plan) { module(p, "igc").Name = "native" }},
		{verify.ModuleNeedless, func(p *plan.Plan) { module(p, "mii").RequiredBy = nil }},
		{verify.ModuleOrder, func(p *plan.Plan) { slices.Reverse(p.Modules) }},
		{verify.DependencyMissing, func(p *plan.Plan) { drop(p, "mii") }},
		{verify.RequiredByDiffers, func(p *plan.Plan) { module(p, "mii").RequiredBy = []string{"igc"} }},
		{verify.ForDiffers, func(p *plan.Plan) { drop(p, "igc") }},
		{verify.ForDiffers, func(p *plan.Plan) { module(p, "igc").For = []string{"pci:1"} }},
		{verify.ClaimMissing, func(p *plan.Plan) {
			p.Devices[3] = p.Devices[1]
			p.Devices[3].ID = "pci:4"
			module(p, "igc").For = []string{"pci:2", "pci:4"}
		}},
		{verify.DriverOverlooked, func(p *plan.Plan) {
			p.Devices[1].Verdict, p.Devices[1].Module = plan.Missing, ""
			drop(p, "igc")
		}},
		{verify.DriverOverlooked, func(p *plan.Plan) {
			p.Devices[1].Verdict, p.Devices[1].Certainty, p.Devices[1].Module = plan.Base, plan.Assumed, ""
			p.Devices[1].Basis = []plan.Basis{{Layer: "reference"}}
			drop(p, "igc")
		}},
		{verify.BaseNotFound, func(p *plan.Plan) { p.Devices[2].Module = "other" }},
		{verify.BaseNotFound, func(p *plan.Plan) {
			p.Devices[1].Verdict = plan.Base
			drop(p, "igc")
		}},
		{verify.DriverOverlooked, func(p *plan.Plan) {
			p.Devices[1].Verdict, p.Devices[1].Module = plan.NotKnown, ""
			drop(p, "igc")
		}},
		{verify.DriverOverlooked, func(p *plan.Plan) {
			p.Devices[1].Verdict, p.Devices[1].Module = plan.Inert, ""
			drop(p, "igc")
		}},
		{verify.StageDiffers, func(p *plan.Plan) { module(p, "igc").Stage = "later" }},
		{verify.ExtensionDiffers, func(p *plan.Plan) { p.Extensions[0].IndexURL = "https://example.org/other" }},
		{verify.ExtensionDiffers, func(p *plan.Plan) { p.Extensions[0].Scripts = map[string]string{"on_boot": "other.sh"} }},
		{verify.ExtensionDiffers, func(p *plan.Plan) { p.Extensions = p.Extensions[:1] }},
		{verify.ExtensionDiffers, func(p *plan.Plan) { p.Extensions[0].Files[0].SHA256 = "11" }},
		{verify.ProofDiffers, func(p *plan.Plan) { p.Proof.Modules++ }},
		{verify.ProofDiffers, func(p *plan.Plan) { p.Proof.LowerBound-- }},
		{verify.StageDiffers, func(p *plan.Plan) { module(p, "mii").Stage = plan.StageLate }},
		{verify.NotMinimal, func(p *plan.Plan) { useGreedy(p) }},
		{verify.FirmwareNotInRange, func(p *plan.Plan) { p.Firmware = append(p.Firmware, plan.Firmware{Module: "x", File: "x.bin"}) }},
	} {
		p := testPlan(t)
		test.damage(p)
		rehash(t, p)
		problems := verify.Verify(p, testReport(), []*catalog.Catalog{testCatalog()})
		if !slices.ContainsFunc(problems, func(p verify.Problem) bool { return p.Code == test.code }) {
			t.Errorf("%s not found: %v", test.code, problems)
		}
	}
}

func TestVerifyHash(t *testing.T) {
	p := testPlan(t)
	p.Platform.Model = "another"
	problems := verify.Verify(p, testReport(), []*catalog.Catalog{testCatalog()})
	if len(problems) != 1 || problems[0].Code != verify.IDDiffers {
		t.Errorf("Verify() = %v, want only %s", problems, verify.IDDiffers)
	}
}

// useGreedy replaces igc by the driver that needs another module beside it.
func useGreedy(p *plan.Plan) {
	i := slices.IndexFunc(p.Modules, func(m plan.Module) bool { return m.Name == "igc" })
	m := p.Modules[i]
	m.Name, m.File, m.Extension = "greedy", "greedy.ko", "e.greedy"
	mii2 := plan.Module{File: "mii2.ko", Name: "mii2", Extension: "e.greedy", Stage: plan.StageBoot, RequiredBy: []string{"greedy"}}
	p.Modules = slices.Replace(p.Modules, i, i+1, mii2, m)
	p.Devices[1].Module, p.Devices[1].Extension = "greedy", "e.greedy"
	p.Proof.Modules, p.Proof.LowerBound = len(p.Modules), len(p.Modules)
}

func rehash(t *testing.T, p *plan.Plan) {
	t.Helper()
	var err error
	if p.ID, err = p.Hash(); err != nil {
		t.Fatal(err)
	}
}
