package recommend_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report"
)

// importedKernel is what "platform import" says of box_1 with these drivers.
func importedKernel(drivers ...catalog.Driver) *catalog.Imported {
	return &catalog.Imported{
		Schema: catalog.ImportedSchema, Date: "2021-10-18",
		Platform: catalog.Platform{
			ID: "box_1", Loader: box, KernelVersion: "4.4.180", KernelRelease: "4.4.180+", Evidence: "zImage",
			Exports: []string{"kfree"}, Buses: []string{"pci", "usb"},
		},
		Kernel: catalog.KernelFile{SHA256: strings.Repeat("ab", 32), Banner: "Linux version 4.4.180+ …"}, Drivers: drivers,
	}
}

// The same controller on a kernel that is not known, on one that has ahci and
// on one that has not.
func TestImportedKernel(t *testing.T) {
	pciDriver := func(name string, aliases ...string) catalog.Driver {
		return catalog.Driver{Bus: "pci", Name: name, Module: name, Aliases: aliases}
	}
	ahciDriver := pciDriver("ahci", aliasAHCI)
	old := pciDriver("igc", strings.Replace(aliasIGC, "15F3", "15F2", 1))
	configured := importedKernel()
	configured.Configured = []string{"nvme"}
	clock := report.Device{ID: "acpi:PNP0B00:00", Bus: "acpi", Modaliases: []string{"acpi:PNP0B00:"}}
	serial := report.Device{ID: "pci:0000:00:16.3", Bus: "pci", VendorID: "8086", DeviceID: "1e3d", Class: "070002"}
	packs := newCatalog("packs")
	on := []string{"box_1"}
	packs.extension(box, "net", on, kmod(packs.module(catalog.Module{Name: "igc"}, aliasIGC)))
	packs.extension(box, "usb", on, kmod(packs.module(catalog.Module{Name: "etxhci_hcd"}, aliasXHCI)))
	packs.extension(box, "rtc", []string{"box_2"}, kmod(packs.module(catalog.Module{Name: "rtc_cmos"}, "acpi*:PNP0B00:*")))
	for _, test := range []struct {
		name   string
		device report.Device
		kernel *catalog.Imported
		want   string
		why    string
	}{
		{"unknown kernel", ahci, nil, "base assumed", "such platforms have"},
		{"kernel with ahci", ahci, importedKernel(ahciDriver), "base known ahci", "ahci is in this kernel's image"},
		{"kernel without ahci", ahci, importedKernel(), "missing known", "ahci would drive it"},
		{"a claim on the class, unknown kernel", xhci, nil, "base assumed", ""},
		{"a claim on the class, kernel without a driver", xhci, importedKernel(), "extension known etxhci_hcd", ""},
		{"driver of the pack", igc, importedKernel(ahciDriver), "extension known igc", ""},
		{"driver of the kernel first", igc, importedKernel(pciDriver("igc", aliasIGC)), "base known igc", ""},
		{"driver of the kernel that is too old", igc, importedKernel(old), "missing known", ""},
		{"driver that the configuration names", nvme, configured, "base known nvme", "nvme is in this kernel's image"},
		{"a serial port, unknown kernel", serial, nil, "base assumed", ""},
		{"a serial port, kernel without its driver", serial, importedKernel(), "unknown assumed", ""},
		{"a bus of which not all is known", clock, importedKernel(), "base assumed", ""},
	} {
		for order, cats := range map[string]func(...*catalog.Catalog) []*catalog.Catalog{
			"after":  func(c ...*catalog.Catalog) []*catalog.Catalog { return append([]*catalog.Catalog{packs.Catalog}, c...) },
			"before": func(c ...*catalog.Catalog) []*catalog.Catalog { return append(c, packs.Catalog) },
		} {
			t.Run(test.name+", "+order, func(t *testing.T) {
				var imported []*catalog.Catalog
				if test.kernel != nil {
					imported = append(imported, test.kernel.Catalog())
				}
				opts := recommend.Options{Platforms: on, Reference: []*catalog.Catalog{reference()}}
				p := recommendChecked(t, machine(test.device), opts, cats(imported...)...)
				if diff := cmp.Diff([]string{test.want}, verdicts(p)); diff != "" {
					t.Errorf("verdict mismatch (-want +got):\n%s", diff)
				}
				if !strings.Contains(p.Devices[0].Why, test.why) {
					t.Errorf("why: %q, want %q", p.Devices[0].Why, test.why)
				}
				for _, w := range p.Warnings {
					if w.Code == "duplicate-id" {
						t.Errorf("warning %+v", w)
					}
				}
			})
		}
	}
}

// A platform that only an import knows is one, too.
func TestImportedAlone(t *testing.T) {
	k := importedKernel(catalog.Driver{Bus: "pci", Name: "nvme", Module: "nvme", Aliases: []string{aliasNVMe}})
	k.Modules = []catalog.InitrdModule{{File: "r8168.ko", Name: "r8168", Aliases: []string{aliasR8125}}}
	p := recommendChecked(t, machine(nvme, r8125, ahci), recommend.Options{Reference: []*catalog.Catalog{reference()}}, k.Catalog())
	if diff := cmp.Diff([]string{"base known nvme", "base known r8168", "missing known"}, verdicts(p)); diff != "" {
		t.Errorf("verdicts mismatch (-want +got):\n%s", diff)
	}
	if p.Platform.ID != "box_1" || p.Platform.Kernel != "4.4.180+" {
		t.Errorf("platform %+v", p.Platform)
	}
}

// RR puts its own builds in the place of the initrd's modules; redpill-load
// cannot load a second one of the name.
func TestImportedInitrdReplaced(t *testing.T) {
	for loader, want := range map[string]string{"rr": "extension known igc", "redpill": "missing known"} {
		packs := newCatalog("packs")
		packs.extension(loader, "net", []string{"box_1"}, kmod(packs.module(catalog.Module{Name: "igc"}, aliasIGC)))
		k := importedKernel()
		k.Platform.Loader = loader
		k.Modules = []catalog.InitrdModule{{File: "igc.ko", Name: "igc", Aliases: []string{strings.Replace(aliasIGC, "15F3", "15F2", 1)}}}
		p := recommendChecked(t, machine(igc), recommend.Options{Loader: loader, Platforms: []string{"box_1"},
			Reference: []*catalog.Catalog{reference()}}, packs.Catalog, k.Catalog())
		if diff := cmp.Diff([]string{want}, verdicts(p)); diff != "" {
			t.Errorf("%s: verdict mismatch (-want +got):\n%s", loader, diff)
		}
	}
}

// The kernel's exports settle whether a symbol that another extension offers
// needs that extension; its initrd tells which layout of struct module is right.
func TestImportedSettles(t *testing.T) {
	layout := func(size int64) *catalog.Layout { return &catalog.Layout{Size: size, Init: 300} }
	for _, test := range []struct {
		name   string
		kernel *catalog.Imported
		own    int64 // size of struct module in the initrd
		want   []string
	}{
		{name: "nothing known", want: []string{"igc"}},
		{name: "the kernel exports it", kernel: importedKernel(), want: []string{"igc"}},
		{name: "it does not", kernel: importedKernel(), own: 500, want: []string{"helper", "igc"}},
		{name: "another layout", kernel: importedKernel(), own: 600, want: []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			packs := newCatalog("packs")
			driver := kmod(packs.module(catalog.Module{Name: "igc", Layout: layout(500)}, aliasIGC))
			driver.Ambiguous, driver.Via = []string{"helper"}, map[string][]string{"helper": {"helper_symbol"}}
			packs.extension(box, "net", []string{"box_1"}, driver)
			packs.extension(box, "helper", []string{"box_1"}, kmod(packs.module(catalog.Module{Name: "helper", Layout: layout(500)})))
			cats := []*catalog.Catalog{packs.Catalog}
			if k := test.kernel; k != nil {
				if test.own == 0 {
					k.Platform.Exports = []string{"helper_symbol", "kfree"}
				}
				for _, name := range []string{"a", "b", "c", "d"} {
					k.Modules = append(k.Modules, catalog.InitrdModule{File: name + ".ko", Name: name, Layout: layout(max(test.own, 500))})
				}
				cats = append(cats, k.Catalog())
			}
			p := recommendChecked(t, machine(igc), recommend.Options{Reference: []*catalog.Catalog{reference()}}, cats...)
			if diff := cmp.Diff(test.want, moduleNames(p)); diff != "" {
				t.Errorf("modules mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// What a loader installs unasked, it also installs where the kernel is known.
func TestImportedBundle(t *testing.T) {
	k := importedKernel()
	k.Platform.ID, k.Platform.Loader = "ds918p_42218", "redpill"
	p := recommendChecked(t, machine(pci("00:03.0", "1af4", "1041", "020000")), recommend.Options{}, k.Catalog())
	if diff := cmp.Diff([]string{"base stated"}, verdicts(p)); diff != "" {
		t.Errorf("verdict mismatch (-want +got):\n%s", diff)
	}
}

// --base corrects an import, too.
func TestImportedBase(t *testing.T) {
	k := importedKernel(catalog.Driver{Bus: "pci", Name: "igc", Module: "igc", Aliases: []string{aliasNVMe}})
	opts := recommend.Options{Base: []string{"igc"}, Reference: []*catalog.Catalog{reference()}}
	p := recommendChecked(t, machine(igc), opts, k.Catalog())
	if diff := cmp.Diff([]string{"base stated igc"}, verdicts(p)); diff != "" {
		t.Errorf("verdict mismatch (-want +got):\n%s", diff)
	}
}
