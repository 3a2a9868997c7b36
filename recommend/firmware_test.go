package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

// A driver that does nothing without firmware counts where somebody ships it,
// and where nobody knows who does; not where all that is shipped is known.
func TestFirmware(t *testing.T) {
	const file = "bnx2/a.fw"
	debian := func(files ...string) []catalog.FirmwarePackage {
		return []catalog.FirmwarePackage{{Package: "firmware-bnx2", Files: files}}
	}
	beside := func(loader string, files ...string) []catalog.FirmwarePackage {
		return []catalog.FirmwarePackage{{Package: "firmware.tgz", Loader: loader, Files: files}}
	}
	bnx2 := func(shipped bool, from string) []plan.Firmware {
		return []plan.Firmware{{Module: "bnx2", File: file, Shipped: shipped, Package: from}}
	}
	for _, test := range []struct {
		name     string
		loader   string
		module   string
		packages []catalog.FirmwarePackage
		recipe   []string // firmware in its archives
		table    bool     // the module is known from a table only
		want     string
		firmware []plan.Firmware
		warning  string
	}{
		{name: "Debian has it", loader: "linux", packages: debian(file), want: "extension known bnx2", firmware: bnx2(true, "firmware-bnx2")},
		{name: "Debian has it not", loader: "linux", packages: debian("other"), want: "missing known"},
		{name: "Debian's list is not known", loader: "linux", packages: beside("rr"), want: "extension known bnx2", firmware: bnx2(false, "")},
		{name: "Debian has it not, and the driver works without", loader: "linux", module: "r8169", packages: debian("other"), want: "extension known r8169",
			firmware: []plan.Firmware{{Module: "r8169", File: file}}},
		{name: "RR has it", loader: "rr", packages: beside("rr", file), want: "extension known bnx2", firmware: bnx2(true, "firmware.tgz")},
		{name: "RR has it not", loader: "rr", packages: beside("rr"), want: "missing assumed"},
		{name: "RR has not the one file that its table names", loader: "rr", table: true, packages: beside("rr"), want: "extension known bnx2",
			firmware: bnx2(false, "firmware.tgz")},
		{name: "RR's archive is not known", loader: "rr", packages: debian("other"), want: "extension known bnx2", warning: "firmware-not-known"},
		{name: "the recipe has it", loader: "redpill", recipe: []string{"a.fw"}, want: "extension known bnx2", firmware: bnx2(true, "")},
		{name: "the recipe has it not", loader: "redpill", want: "extension known bnx2", firmware: bnx2(false, ""), warning: "firmware-not-shipped"},
		{name: "the recipe has not what may be asked for", loader: "redpill", module: "r8169", want: "extension known r8169",
			firmware: []plan.Firmware{{Module: "r8169", File: file}}, warning: "firmware-not-named"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := test.module
			if name == "" {
				name = "bnx2"
			}
			b := newCatalog("cards")
			m := catalog.Module{Name: name, Firmware: []string{file}}
			if !test.table && test.loader != "linux" {
				m.Vermagic = "4.4.180+ SMP mod_unload "
			}
			driver := kmod(b.module(m, aliasR8125))
			b.extension(test.loader, "cards", []string{"box_1"}, driver).Firmware = test.recipe
			b.Extensions[0].Pack = test.loader == "rr"
			b.Firmware = test.packages
			if test.loader == "linux" {
				b.platform(catalog.Platform{ID: "box_1", Loader: "linux", Builtin: []string{"pcieport"}})
			}
			p := recommendChecked(t, machine(r8125), recommend.Options{}, b.Catalog)
			if diff := cmp.Diff([]string{test.want}, verdicts(p)); diff != "" {
				t.Errorf("verdict mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]plan.Firmware{}, test.firmware...), p.Firmware); diff != "" {
				t.Errorf("firmware mismatch (-want +got):\n%s", diff)
			}
			if p.Devices[0].Verdict == plan.Missing && !strings.Contains(p.Devices[0].Why, "without its firmware "+file) {
				t.Errorf("why: %q", p.Devices[0].Why)
			}
			firmwareWarnings := slices.DeleteFunc(said(p), func(code string) bool { return !strings.HasPrefix(code, "firmware-") })
			if got := strings.Join(firmwareWarnings, " "); got != test.warning {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
		})
	}
}

// On Debian the package is named that ships what a card needs; a card whose
// firmware no package has is missing, although the module is there.
func TestFirmwareOfDebian(t *testing.T) {
	for _, test := range []struct{ vendor, device, verdict, says string }{
		{"14e4", "1639", plan.ByModule, "firmware-bnx2"},
		{"9004", "6915", plan.Missing, "adaptec/starfire_rx.bin"}, // starfire
	} {
		p := recommendChecked(t, machine(pci("01:00.0", test.vendor, test.device, "020000")), recommend.Options{Loader: "linux"}, defaultCatalog(t))
		story := p.Devices[0].Why
		for _, f := range p.Firmware {
			story += " " + f.Package
		}
		if p.Devices[0].Verdict != test.verdict || !strings.Contains(story, test.says) {
			t.Errorf("%s:%s is %s: %s; want %s, %s", test.vendor, test.device, p.Devices[0].Verdict, story, test.verdict, test.says)
		}
	}
}
