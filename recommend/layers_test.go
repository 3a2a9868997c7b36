package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// What redpill-load installs by itself is served there and not elsewhere.
func TestBundledVirtio(t *testing.T) {
	function := pci("00:03.0", "1af4", "1041", "020000")
	child := report.Device{ID: "virtio:0000:00:03.0", Bus: "virtio", DeviceID: "0001", ImpliedBy: function.ID}
	b := newCatalog("virtio")
	on := []string{"ds918p_42218"}
	transport := b.module(catalog.Module{Name: "virtio_pci"}, "pci:v00001AF4d*sv*sd*bc*sc*i*")
	net := b.module(catalog.Module{Name: "virtio_net"}, "virtio:d00000001v*")
	b.extension("redpill", "net", on, kmod(net), kmod(transport))
	for loader, want := range map[string][]string{
		"redpill": {"base stated", "base stated"},
		"tcrp":    {"extension known virtio_pci", "extension known virtio_net"},
	} {
		p := recommendChecked(t, machine(function, child), recommend.Options{Loader: loader}, b.Catalog)
		if diff := cmp.Diff(want, verdicts(p)); diff != "" {
			t.Errorf("%s: verdicts mismatch (-want +got):\n%s", loader, diff)
		}
		for _, m := range p.Modules {
			if m.Stage != plan.StageBoot {
				t.Errorf("%s: %s drives a boot device in stage %s", loader, m.Name, m.Stage)
			}
		}
	}
}

// Where the report leaves open which of several drivers it is, none is named.
func TestBasePossible(t *testing.T) {
	b := newCatalog("usb")
	ehci := b.module(catalog.Module{Name: "ehci_pci"}, "pci:v*d*sv*sd*bc0Csc03i20*")
	xhci := b.module(catalog.Module{Name: "xhci_pci"}, aliasXHCI)
	b.platform(catalog.Platform{ID: "box_1", Loader: box, Initrd: []int{ehci, xhci}})
	host := report.Device{ID: "pci:0000:00:05.0", Bus: "pci", VendorID: "8086", DeviceID: "54ed", Class: "0c03"}
	p := recommendChecked(t, machine(host), recommend.Options{}, b.Catalog)
	if diff := cmp.Diff([]string{"base possible"}, verdicts(p)); diff != "" {
		t.Errorf("verdicts mismatch (-want +got):\n%s", diff)
	}
	if want := "ehci_pci, xhci_pci"; !strings.Contains(p.Devices[0].Why, want) {
		t.Errorf("why %q does not name %s", p.Devices[0].Why, want)
	}
}

// lspci -k has no programming interface, but names the driver's module: among
// possible ones that decides, then the name of the host; the driver of
// Thunderbolt, which hosts nothing, is the last.
func TestPossibleAndNamed(t *testing.T) {
	b := newCatalog("usb")
	on := []string{"box_1"}
	b.extension(box, "a", on, kmod(b.module(catalog.Module{Name: "ehci_pci"}, "pci:v*d*sv*sd*bc0Csc03i20*")))
	hcd := b.module(catalog.Module{Name: "xhci_hcd"}) // the right driver costs more modules
	b.extension(box, "b", on, kmod(hcd), kmod(b.module(catalog.Module{Name: "xhci_pci"}, aliasXHCI), "xhci_hcd"))
	b.extension(box, "c", on, kmod(b.module(catalog.Module{Name: "thunderbolt", File: "a.ko"}, "pci:v*d*sv*sd*bc0Csc03i40*")))
	b.platform(catalog.Platform{ID: "box_1", Loader: box, Builtin: []string{"usbcore"}})
	host := report.Device{ID: "pci:0000:00:05.0", Bus: "pci", VendorID: "8086", DeviceID: "54ed", Class: "0c03"}
	for _, test := range []struct {
		name    string
		modules []string
		want    string
	}{
		{"", nil, "xhci_pci"},
		{"FCH USB XHCI Controller", nil, "xhci_pci"},
		{"8 Series USB EHCI #1", nil, "ehci_pci"},
		{"USB2 Enhanced Host Controller", nil, "ehci_pci"},
		{"USB4/Thunderbolt NHI controller", nil, "thunderbolt"},
		{"8 Series USB EHCI #1", []string{"xhci-pci"}, "xhci_pci"},
	} {
		host.Device, host.Modules = test.name, test.modules
		p := recommendChecked(t, machine(host), recommend.Options{}, b.Catalog)
		if diff := cmp.Diff([]string{"extension possible " + test.want}, verdicts(p)); diff != "" {
			t.Errorf("%q, modules %v: verdicts mismatch (-want +got):\n%s", test.name, test.modules, diff)
		}
	}
}

// What is said to drive such a host in Linux is the likely one, not every
// driver of USB hosts.
func TestLikelyReference(t *testing.T) {
	b := newCatalog("nas")
	b.platform(catalog.Platform{ID: "box_1", Loader: box})
	linux := builder{reference()}
	recipe := &linux.Extensions[0].Recipes[0]
	recipe.Kmods = append(recipe.Kmods, kmod(linux.module(catalog.Module{Name: "ehci_pci"}, "pci:v*d*sv*sd*bc0Csc03i20*")))
	hosts := report.Device{ID: "pci:0000:00:05.0", Bus: "pci", VendorID: "8086", DeviceID: "9c26", Class: "0c03", Device: "8 Series USB EHCI #1"}
	p := recommendChecked(t, machine(hosts), recommend.Options{Loader: box, Reference: []*catalog.Catalog{linux.Catalog}}, b.Catalog)
	if why := p.Devices[0].Why; !strings.Contains(why, "ehci_pci") || strings.Contains(why, "xhci_pci") {
		t.Errorf("why: %q", why)
	}
}

// A module can be loaded only once. Where two extensions ship different builds
// of it, each for another device, what matters more gets its driver.
func TestBuildsOfOneModule(t *testing.T) {
	for _, test := range []struct {
		name   string
		second bool // there is another driver, a worse one
		want   []string
	}{
		{"one driver", false, []string{"extension known driver", "missing known"}},
		{"and a worse one", true, []string{"extension known driver", "extension known second"}},
	} {
		b := newCatalog("box")
		on := []string{"box_1"}
		b.extension(box, "a", on, kmod(b.module(catalog.Module{Name: "driver"}, aliasSound)))
		b.extension(box, "b", on, kmod(b.module(catalog.Module{Name: "driver"}, aliasR8125)))
		if test.second {
			b.extension(box, "c", on, kmod(b.module(catalog.Module{Name: "second", OutOfTree: true}, aliasSound)))
		}
		p := recommendChecked(t, machine(r8125, sound), recommend.Options{}, b.Catalog)
		if diff := cmp.Diff(test.want, verdicts(p)); diff != "" {
			t.Errorf("%s: verdicts mismatch (-want +got):\n%s", test.name, diff)
		}
		if p.Modules[0].Name != "driver" || p.Modules[0].Extension != "b" {
			t.Errorf("%s: modules %+v, want driver of b", test.name, p.Modules)
		}
	}
}

// A dependency that nobody offers is the kernel's own, unless that is known
// not to have it.
func TestDependencyThatNobodyOffers(t *testing.T) {
	for _, test := range []struct {
		name    string
		builtin []string
		want    string
		warning bool
	}{
		{"kernel not known", nil, "extension known driver", true},
		{"kernel has it", []string{"mdio"}, "extension known driver", false},
		{"kernel lacks it", []string{"other"}, "missing known", false},
	} {
		b := newCatalog("box")
		driver := b.module(catalog.Module{Name: "driver", Depends: []string{"mdio"}}, aliasR8125)
		b.extension(box, "driver", []string{"box_1"}, kmod(driver))
		b.platform(catalog.Platform{ID: "box_1", Loader: box, OSVersion: "7.1", Builtin: test.builtin})
		p := recommendChecked(t, machine(r8125), recommend.Options{}, b.Catalog)
		if diff := cmp.Diff([]string{test.want}, verdicts(p)); diff != "" {
			t.Errorf("%s: verdict mismatch (-want +got):\n%s", test.name, diff)
		}
		warned := slices.ContainsFunc(p.Warnings, func(w plan.Warning) bool { return w.Code == "dependency-assumed" })
		if warned != test.warning {
			t.Errorf("%s: warnings %+v", test.name, p.Warnings)
		}
	}
}

// An id that two catalogues have belongs to the first, and that is said.
func TestDuplicateID(t *testing.T) {
	first, second := newCatalog("first"), newCatalog("second")
	first.extension(box, "x", []string{"box_1"}, kmod(first.module(catalog.Module{Name: "mine"}, aliasIGC)))
	second.extension(box, "x", []string{"box_1"}, kmod(second.module(catalog.Module{Name: "theirs"}, aliasIGC)))
	p := recommendChecked(t, machine(igc), recommend.Options{}, first.Catalog, second.Catalog)
	if diff := cmp.Diff([]string{"mine"}, moduleNames(p)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	if len(p.Warnings) != 2 || p.Warnings[0].Code != "duplicate-id" {
		t.Errorf("warnings %+v, want two of duplicate-id", p.Warnings)
	}
}

// The catalogues that a plan rests on are named, and those that only served as
// reference are marked.
func TestCatalogsNamed(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	p := recommendChecked(t, machine(igc), recommend.Options{Reference: []*catalog.Catalog{reference()}}, b.Catalog)
	if len(p.Catalogs) != 2 || p.Catalogs[0].Reference || !p.Catalogs[1].Reference {
		t.Errorf("catalogs %+v", p.Catalogs)
	}
}

// Each verdict says which layer knew it and how sure that is: the reference, the
// platform's lists and initrd, its kernel's image, what a curator or the user
// states, and the packages.
func TestBasis(t *testing.T) {
	packs := newCatalog("packs")
	packs.extension(box, "net", []string{"box_1"}, kmod(packs.module(catalog.Module{Name: "r8125"}, aliasR8125)))
	lists := newCatalog("lists")
	lists.platform(catalog.Platform{ID: "box_1", Loader: box, Builtin: []string{"xhci_pci"},
		Initrd: []int{lists.module(catalog.Module{Name: "nvme"}, aliasNVMe)}})
	image := importedKernel(catalog.Driver{Bus: "pci", Name: "ahci", Module: "ahci", Aliases: []string{aliasAHCI}}).Catalog()
	virtio := newCatalog("virtio")
	virtio.platform(catalog.Platform{ID: "ds918p_42218", Loader: "redpill"})
	for _, test := range []struct {
		name   string
		device report.Device
		cat    *catalog.Catalog
		base   []string
		want   string // layer and certainty
	}{
		{"the reference", ahci, packs.Catalog, nil, "reference assumed"},
		{"modules.builtin", xhci, lists.Catalog, nil, "builtin known"},
		{"the initrd", nvme, lists.Catalog, nil, "initrd known"},
		{"the kernel's image", ahci, image, nil, "kernel known"},
		{"a curator", pci("00:03.0", "1af4", "1041", "020000"), virtio.Catalog, nil, "curated stated"},
		{"the user", igc, packs.Catalog, []string{"igc"}, "user stated"},
		{"the packages", r8125, packs.Catalog, nil, "catalogue known"},
		{"its class", host, packs.Catalog, nil, "class stated"},
	} {
		opts := recommend.Options{Base: test.base, Reference: []*catalog.Catalog{reference()}}
		p := recommendChecked(t, machine(test.device), opts, test.cat)
		if got := p.Devices[0].Basis[0].Layer + " " + p.Devices[0].Certainty; got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// The story of a missing device names the platforms that next names: not one
// whose module cannot be loaded, and not one that a rule rules out.
func TestMissingNamesWhoCanUseIt(t *testing.T) {
	b := newCatalog("box")
	driver := b.module(catalog.Module{Name: "igc"}, aliasIGC)
	bare := b.module(catalog.Module{Name: "igc", Depends: []string{"crc_itu_t"}}, aliasIGC)
	b.platform(catalog.Platform{ID: "box_2", Loader: box, Builtin: []string{"ext4"}})
	b.extension(box, "igc", []string{"box_1"}, kmod(driver))
	b.extension(box, "igc-bare", []string{"box_2"}, kmod(bare))
	b.extension(box, "other", []string{"box_3"}, kmod(b.module(catalog.Module{Name: "other"})))
	opts := recommend.Options{Platforms: []string{"box_3"}, Reference: []*catalog.Catalog{reference()}}
	d := recommendChecked(t, machine(igc), opts, b.Catalog).Devices[0]
	const want = "igc would drive it; box_1 has it"
	if d.Why != want || d.Basis[0].Text != want {
		t.Errorf("why %q, basis %q, want %q", d.Why, d.Basis[0].Text, want)
	}
	opts.Without = []string{"igc"}
	d = recommendChecked(t, machine(igc), opts, b.Catalog).Devices[0]
	if strings.Contains(d.Why, "box_1") {
		t.Errorf("why %q names a platform whose module is ruled out", d.Why)
	}
}
