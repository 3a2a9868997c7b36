package recommend_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// box is the loader of the tests: one that no curated table knows.
const box = "box"

func TestVerdicts(t *testing.T) {
	b := newCatalog("box")
	both := []string{"box_1", "box_2"}
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	b.extension(box, "etxhci", both, kmod(b.module(catalog.Module{Name: "etxhci_hcd"}, aliasXHCI)))
	b.extension(box, "r8125", []string{"box_2"}, kmod(b.module(catalog.Module{Name: "r8125"}, aliasR8125)))

	imported := newCatalog("imported")
	imported.extension(box, "igc", []string{"box_k"}, kmod(imported.module(catalog.Module{Name: "igc"}, aliasIGC)))
	initrd := imported.module(catalog.Module{Name: "nvme"}, aliasNVMe)
	imported.platform(catalog.Platform{ID: "box_k", Loader: box, Builtin: []string{"xhci_pci"}, Initrd: []int{initrd}})

	clock := report.Device{ID: "acpi:PNP0B00:00", Bus: "acpi", Modaliases: []string{"acpi:PNP0B00:"}}
	for _, on := range []builder{b, imported} {
		on.extension(box, "rtc", []string{"box_1", "box_k"}, kmod(on.module(catalog.Module{Name: "rtc_cmos"}, "acpi*:PNP0B00:*")))
	}

	pasted := report.Device{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3"}
	idsOnly := report.Device{ID: "pci:8086:54ed#1", Bus: "pci", VendorID: "8086", DeviceID: "54ed"}
	nameless := report.Device{ID: "pci:0000:00:09.0", Bus: "pci", Class: "0200", Device: "some card"}
	serial := report.Device{ID: "pci:0000:00:16.3", Bus: "pci", VendorID: "8086", DeviceID: "1e3d", Class: "070002"}
	bridge := report.Device{ID: "pci:8086:9b61#1", Bus: "pci", VendorID: "8086", DeviceID: "9b61", Device: "Comet Lake-U v1 4c Host Bridge/DRAM Controller"}
	stream := report.Device{ID: "usb:3-1:1.1", Bus: "usb", VendorID: "3277", DeviceID: "0055", Class: "ef0201", Interface: "0e0200"}
	stick := report.Device{ID: "usb:0951:1666#1", Bus: "usb", VendorID: "0951", DeviceID: "1666"}
	for _, test := range []struct {
		name   string
		device report.Device
		on     builder
		id     string
		want   string
	}{
		{"a module of the catalogue", igc, b, "box_1", "extension known igc"},
		{"ids alone are enough for a pattern of ids", pasted, b, "box_1", "extension known igc"},
		{"ids alone match no class", idsOnly, b, "box_1", "unknown assumed"},
		{"a name decides nothing", nameless, b, "box_1", "unknown assumed"},
		{"another platform has it", igc, b, "box_2", "missing assumed"},
		{"no platform has it, and it matters", hba, b, "box_1", "missing assumed"},
		{"no platform has it, and it does not matter", sound, b, "box_1", "base assumed"},
		{"every such kernel has it", ahci, b, "box_1", "base assumed"},
		{"a claim on the class proves nothing", xhci, b, "box_1", "base assumed"},
		{"nobody knows it", alien, b, "box_1", "unknown assumed"},
		{"needs none", host, b, "box_1", "inert stated"},
		{"by its name a bridge", bridge, b, "box_1", "inert possible"},
		{"video of a camera, beside its control interface", stream, b, "box_1", "inert stated"},
		{"a serial port", serial, b, "box_1", "base assumed"},
		{"imported kernel: a serial port without its driver", serial, imported, "box_k", "unknown assumed"},
		{"a USB device without its class", stick, b, "box_1", "base possible"},
		{"imported kernel: built in", xhci, imported, "box_k", "base known xhci_pci"},
		{"imported kernel: in its initrd", nvme, imported, "box_k", "base known nvme"},
		{"imported kernel: the twin without ahci", ahci, imported, "box_k", "missing known"},
		{"a node of the board", clock, b, "box_1", "base assumed"},
		{"imported kernel: a node of the board", clock, imported, "box_k", "extension known rtc_cmos"},
		{"the reference's own kernel", ahci, builder{reference()}, "linux:6.1.0-1-amd64", "extension known ahci"},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := recommend.Options{Platforms: []string{test.id}, Reference: []*catalog.Catalog{reference()}}
			p := recommendChecked(t, machine(test.device), opts, test.on.Catalog)
			if diff := cmp.Diff([]string{test.want}, verdicts(p)); diff != "" {
				t.Errorf("verdict mismatch (-want +got):\n%s\nwhy: %s", diff, p.Devices[0].Why)
			}
		})
	}
}

// A claim that depends on what the report leaves out is possible, never more.
func TestVerdictPossible(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasSubIG)))
	pasted := report.Device{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3", Class: "0200"}
	p := recommendChecked(t, machine(pasted), recommend.Options{}, b.Catalog)
	if diff := cmp.Diff([]string{"extension possible igc"}, verdicts(p)); diff != "" {
		t.Errorf("verdict mismatch (-want +got):\n%s", diff)
	}
}

func TestTiers(t *testing.T) {
	no := false
	good := catalog.Module{Name: "good"}
	exact := []string{aliasR8125}
	layout := func(size int64) *catalog.Layout { return &catalog.Layout{Size: size, Init: 300} }
	for _, test := range []struct {
		name  string
		rival catalog.Module
		alias []string
		kmod  catalog.Kmod
		spoil func(*catalog.Recipe)
		why   string
	}{
		{name: "certain over possible", rival: catalog.Module{Name: "a"}, alias: []string{"pci:v000010ECd00008125sv00001043sd*bc*sc*i*"}, why: "possible only"},
		{name: "ids over class", rival: catalog.Module{Name: "a"}, alias: []string{"pci:v*d*sv*sd*bc02sc00i*"}, why: "wider"},
		{name: "in-tree over out-of-tree", rival: catalog.Module{Name: "a", OutOfTree: true}, alias: exact, why: "out of tree"},
		{name: "listed over merely shipped", rival: catalog.Module{Name: "a"}, alias: exact, kmod: catalog.Kmod{Listed: &no}, why: "does not load it"},
		{name: "stripped", rival: catalog.Module{Name: "a", Stripped: true}, alias: exact, why: "stripped"},
		{name: "other kernel", rival: catalog.Module{Name: "a", Vermagic: "4.4.59+ SMP mod_unload "}, alias: exact, why: "built for kernel 4.4.59+"},
		{name: "other layout", rival: catalog.Module{Name: "a", Layout: layout(500)}, alias: exact, why: "struct module"},
		{name: "broken recipe", rival: catalog.Module{Name: "a"}, alias: exact, spoil: func(r *catalog.Recipe) { r.Broken = "no scripts" }, why: "no scripts"},
		{name: "dependency that cannot be loaded", rival: catalog.Module{Name: "a", Depends: []string{"b"}}, alias: exact, why: "no b here is usable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newCatalog("box")
			on := []string{"box_1"}
			test.kmod.Module = b.module(test.rival, test.alias...)
			recipe := b.extension(box, "a", on, test.kmod)
			if test.spoil != nil {
				test.spoil(recipe)
			}
			b.extension(box, "b", on, kmod(b.module(catalog.Module{Name: "b", Stripped: true})))
			b.extension(box, "z.good", on, kmod(b.module(good, exact...)))
			for _, name := range []string{"x", "y", "z"} {
				b.extension(box, "layout."+name, on, kmod(b.module(catalog.Module{Name: name, Layout: layout(600)})))
			}
			b.platform(catalog.Platform{ID: "box_1", Loader: box, KernelRelease: "4.4.180+", KernelVersion: "4.4.180"})
			device := report.Device{ID: "pci:10ec:8125#1", Bus: "pci", VendorID: "10ec", DeviceID: "8125", Class: "0200"}
			p := recommendChecked(t, machine(device), recommend.Options{}, b.Catalog)
			if diff := cmp.Diff([]string{"good"}, moduleNames(p)); diff != "" {
				t.Errorf("modules mismatch (-want +got):\n%s", diff)
			}
			i := slices.IndexFunc(p.Devices[0].Candidates, func(c plan.Candidate) bool { return c.Module == "a" })
			if i < 0 || !strings.Contains(p.Devices[0].Candidates[i].Why, test.why) {
				t.Errorf("candidates do not say %q of the module that lost: %+v", test.why, p.Devices[0].Candidates)
			}
		})
	}
}

// The user can correct the catalogue, and the plan records it.
func TestBaseAndWithout(t *testing.T) {
	b := newCatalog("box")
	on := []string{"box_1"}
	b.extension(box, "a", on, kmod(b.module(catalog.Module{Name: "r8125"}, aliasR8125)))
	b.extension(box, "b", on, kmod(b.module(catalog.Module{Name: "r81_25"}, aliasR8125)))
	for _, test := range []struct {
		name string
		opts recommend.Options
		want []string
	}{
		{"neither", recommend.Options{}, []string{"r8125"}},
		{"without", recommend.Options{Without: []string{"r8125"}}, []string{"r81_25"}},
		{"without, as the file is called", recommend.Options{Without: []string{"r81-25.ko", "r8125"}}, []string{}},
		{"base", recommend.Options{Base: []string{"r8125"}}, []string{}},
	} {
		p := recommendChecked(t, machine(r8125), test.opts, b.Catalog)
		if diff := cmp.Diff(test.want, moduleNames(p)); diff != "" {
			t.Errorf("%s: modules mismatch (-want +got):\n%s", test.name, diff)
		}
		if len(p.Options.Without) != len(test.opts.Without) || len(p.Options.Base) != len(test.opts.Base) {
			t.Errorf("%s: the plan records %+v", test.name, p.Options)
		}
	}
}

func TestLoadOrder(t *testing.T) {
	b := newCatalog("box")
	driver := b.module(catalog.Module{Name: "driver", Depends: []string{"lib"}, SoftPre: []string{"first"}}, aliasR8125)
	lib := b.module(catalog.Module{Name: "lib", Depends: []string{"core"}})
	core := b.module(catalog.Module{Name: "core"})
	first := b.module(catalog.Module{Name: "first"}, aliasIGC)
	idle := b.module(catalog.Module{Name: "idle"})
	b.extension(box, "all", []string{"box_1"}, kmod(driver), kmod(lib), kmod(core), kmod(first), kmod(idle))
	p := recommendChecked(t, machine(r8125, igc), recommend.Options{}, b.Catalog)
	if diff := cmp.Diff([]string{"core", "lib", "first", "driver"}, moduleNames(p)); diff != "" {
		t.Errorf("load order mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"driver"}, p.Modules[1].RequiredBy); diff != "" {
		t.Errorf("required_by mismatch (-want +got):\n%s", diff)
	}
}

// Of two chosen modules that claim a device, its driver is loaded first, and
// the other one is named.
func TestAlsoClaimed(t *testing.T) {
	b := newCatalog("box")
	wide := b.module(catalog.Module{Name: "a_wide"}, "pci:v000010ECd*sv*sd*bc02sc*i*", aliasIGC)
	exact := b.module(catalog.Module{Name: "exact"}, aliasR8125)
	b.extension(box, "all", []string{"box_1"}, kmod(wide), kmod(exact))
	p := recommendChecked(t, machine(igc, r8125), recommend.Options{}, b.Catalog)
	if diff := cmp.Diff([]string{"exact", "a_wide"}, moduleNames(p)); diff != "" {
		t.Errorf("load order mismatch (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(p.Warnings, func(w plan.Warning) bool { return w.Code == "also-claimed" && w.Device == r8125.ID }) {
		t.Errorf("no also-claimed warning: %+v", p.Warnings)
	}
}

// A virtio device appears only with the driver of the function that carries it.
func TestVirtio(t *testing.T) {
	function := pci("00:03.0", "1af4", "1000", "020000")
	child := report.Device{ID: "virtio:0000:00:03.0", Bus: "virtio", ImpliedBy: function.ID,
		Modaliases: []string{"virtio:d00000001v00001AF4"}}
	b := newCatalog("box")
	on := []string{"box_1", "box_2"}
	bus := []string{"virtio", "virtio_ring"}
	ring := b.module(catalog.Module{Name: "virtio_ring"})
	virtio := b.module(catalog.Module{Name: "virtio"})
	transport := b.module(catalog.Module{Name: "virtio_pci", Depends: bus}, "pci:v00001AF4d*sv*sd*bc*sc*i*")
	net := b.module(catalog.Module{Name: "virtio_net", Depends: bus}, "virtio:d00000001v*")
	b.extension(box, "net", on, kmod(ring), kmod(virtio), kmod(net))
	b.extension(box, "pci", on[:1], kmod(transport))

	p := recommendChecked(t, machine(function, child), recommend.Options{Platforms: on[:1]}, b.Catalog)
	if diff := cmp.Diff([]string{"virtio_ring", "virtio", "virtio_net", "virtio_pci"}, moduleNames(p)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	p = recommendChecked(t, machine(function, child), recommend.Options{Platforms: on[1:]}, b.Catalog)
	if diff := cmp.Diff([]string{"missing assumed", "missing known"}, verdicts(p)); diff != "" {
		t.Errorf("without the transport: verdicts mismatch (-want +got):\n%s", diff)
	}
}

// Loading every module twice is what stops RedPill's boot.
func TestOneModuleFromTheFewestExtensions(t *testing.T) {
	b := newCatalog("box")
	on := []string{"box_1"}
	mii := b.module(catalog.Module{Name: "mii"})
	for id, name := range map[string]string{"a": "driver_a", "b": "driver_b"} {
		alias := map[string]string{"a": aliasIGC, "b": aliasR8125}[id]
		b.extension(box, id, on, kmod(mii), kmod(b.module(catalog.Module{Name: name, Depends: []string{"mii"}}, alias)))
	}
	b.extension(box, "0.mii", on, kmod(mii))
	p := recommendChecked(t, machine(igc, r8125), recommend.Options{}, b.Catalog)
	if diff := cmp.Diff([]string{"mii", "driver_a", "driver_b"}, moduleNames(p)); diff != "" {
		t.Errorf("modules mismatch (-want +got):\n%s", diff)
	}
	if len(p.Extensions) != 2 || !p.Proof.Optimal {
		t.Errorf("%d extensions, proof %+v; want 2, proven", len(p.Extensions), p.Proof)
	}
}

func TestWinner(t *testing.T) {
	b := newCatalog("many")
	driver := kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC))
	b.extension(box, "igc", []string{"box_1"}, driver)
	b.extension("rr", "rr:one-7.1", []string{"rr:one-7.1"}, driver)
	b.extension("rr", "rr:two-7.2", []string{"rr:two-7.2"}, driver)
	b.extension("rr", "rr:three-7.2", []string{"rr:three-7.2"}, driver)
	for id, version := range map[string]string{"rr:one-7.1": "7.1", "rr:two-7.2": "7.2", "rr:three-7.2": "7.2"} {
		b.platform(catalog.Platform{ID: id, Loader: "rr", OSVersion: version})
	}
	cats := []*catalog.Catalog{b.Catalog, reference()}
	for _, test := range []struct {
		name  string
		opts  recommend.Options
		want  string
		equal []string
	}{
		{"RR, the newest, and its equals", recommend.Options{}, "rr:three-7.2", []string{"rr:two-7.2"}},
		{"a version", recommend.Options{OS: "7.1"}, "rr:one-7.1", []string{}},
		{"a loader", recommend.Options{Loader: box}, "box_1", []string{}},
		{"the kernel that runs", recommend.Options{Running: "6.1.0-1-amd64"}, "linux:6.1.0-1-amd64", []string{}},
		{"another build of the kernel that runs", recommend.Options{Running: "6.1.0-57-amd64"}, "linux:6.1.0-1-amd64", []string{}},
		{"another kernel runs", recommend.Options{Running: "6.12.9-amd64"}, "rr:three-7.2", []string{"rr:two-7.2"}},
	} {
		p := recommendChecked(t, machine(igc), test.opts, cats...)
		if p.Platform.ID != test.want || !slices.Equal(p.Platform.Equal, test.equal) {
			t.Errorf("%s: %s, equal %v; want %s, equal %v", test.name, p.Platform.ID, p.Platform.Equal, test.want, test.equal)
		}
	}
}

// A kind of device that the user asks for decides between platforms.
func TestWant(t *testing.T) {
	wifi := pci("00:09.0", "8086", "2725", "028000")
	b := newCatalog("box")
	driver := kmod(b.module(catalog.Module{Name: "iwlwifi"}, "pci:v00008086d00002725sv*sd*bc*sc*i*"))
	b.extension(box, "wifi", []string{"box_old"}, driver)
	b.platform(catalog.Platform{ID: "box_old", Loader: box, OSVersion: "7.1"})
	b.platform(catalog.Platform{ID: "box_new", Loader: box, OSVersion: "7.2"})
	for _, test := range []struct {
		want       []string
		platform   string
		importance string
	}{
		{nil, "box_new", plan.Optional},
		{[]string{"sound"}, "box_new", plan.Optional},
		{[]string{"sound", "wifi"}, "box_old", plan.Wanted},
	} {
		p := recommendChecked(t, machine(wifi), recommend.Options{Want: test.want}, b.Catalog)
		if p.Platform.ID != test.platform || p.Devices[0].Importance != test.importance || !slices.Equal(p.Options.Want, test.want) {
			t.Errorf("want %v: %s, %s, recorded %v", test.want, p.Platform.ID, p.Devices[0].Importance, p.Options.Want)
		}
	}
}

func TestNoPlatform(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	_, err := recommend.Recommend(machine(igc), []*catalog.Catalog{b.Catalog}, recommend.Options{Platforms: []string{"box_99"}})
	var none *recommend.NoPlatformError
	if !errors.As(err, &none) {
		t.Fatalf("Recommend() = %v, want a NoPlatformError", err)
	}
	if want := "the catalogue has box_1"; none.Hint() != want {
		t.Errorf("hint %q, want %q", none.Hint(), want)
	}
}

// A missing driver that matters ends in steps: another platform, newer data, an
// adapter that works there, then a request.
func TestNext(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	adapter := b.module(catalog.Module{Name: "r8152"}, "usb:v0BDAp8153d*dc*dsc*dp*icFFiscFFip00in*")
	spoilt := b.module(catalog.Module{Name: "asix", Stripped: true}, "usb:v0B95p772Bd*dc*dsc*dp*ic*isc*ip*in*")
	b.extension(box, "net-usb", []string{"box_2"}, kmod(adapter), kmod(spoilt))
	opts := recommend.Options{Platforms: []string{"box_2"}, Reference: []*catalog.Catalog{reference()}}
	p := recommendChecked(t, machine(igc), opts, b.Catalog)
	want := []plan.Next{
		{Code: "other-platform", Text: "8086:15f3: box_1 has it"},
		{Code: "newer-catalogue", Text: "this is the data of 2026-01-02: modscout catalog update fetches newer data, which may have the driver"},
		{Code: "usb-adapter", Text: "a USB network adapter works there: one with Realtek RTL8153 (0bda:8153, r8152 of net-usb)"},
		{Code: "request", Text: "to paste for the maintainer: Please add a driver for 8086:15f3 (class 020000) on box_2; Linux has it in its tree as igc"},
	}
	if diff := cmp.Diff(want, p.Next); diff != "" {
		t.Errorf("next mismatch (-want +got):\n%s", diff)
	}
}

func TestPlanIsDeterministic(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	first := recommendChecked(t, machine(igc, ahci, host), recommend.Options{}, b.Catalog)
	for range 5 {
		if again := recommendChecked(t, machine(igc, ahci, host), recommend.Options{}, b.Catalog); again.ID != first.ID {
			t.Fatalf("plan id %s, then %s", first.ID, again.ID)
		}
	}
}
