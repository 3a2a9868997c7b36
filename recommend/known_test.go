package recommend_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// known are machines that people have, on platforms of pocopico/rp-ext, with
// the answer that is right there. TCRP brings no virtio drivers of its own.
var known = []struct {
	name     string
	devices  []report.Device
	platform string
	modules  []string
	missing  string // id of the device without a driver, or ""
	why      string // its candidate loses, or what its text says
}{
	{name: "ESXi", devices: esxi, platform: "ds918p_42218", modules: []string{"vmw_pvscsi", "vmxnet3"}},
	{name: "ESXi", devices: esxi, platform: "ds3615xs_42218", modules: []string{"vmw_pvscsi", "vmxnet3"}},
	{name: "ESXi", devices: esxi, platform: "ds3622xsp_42218", modules: []string{"vmw_pvscsi", "vmxnet3"}},
	{name: "R720", devices: r720, platform: "ds918p_42218", modules: []string{"mdio", "bnx2x", "megaraid_sas"}},
	{name: "R720", devices: r720, platform: "ds3615xs_42218", modules: []string{"libcrc32c", "mdio", "bnx2x"},
		missing: "pci:0000:02:00.0", why: "its struct module has size 504"},
	{name: "Proxmox", devices: proxmox, platform: "ds918p_42218",
		modules: []string{"virtio", "virtio_ring", "virtio_net", "virtio_pci", "virtio_scsi"}},
	{name: "Proxmox", devices: proxmox, platform: "ds3615xs_42218",
		modules: []string{"virtio", "virtio_ring", "virtio_net", "virtio_pci"}, missing: "virtio:0000:00:05.0", why: "struct module"},
	{name: "I225-V", devices: []report.Device{igc}, platform: "ds3615xs_42218", missing: igc.ID, why: "ds1520p_42962"},
}

var (
	esxi = []report.Device{pci("03:00.0", "15ad", "07b0", "020000"), pci("04:00.0", "15ad", "07c0", "010700")}
	r720 = []report.Device{pci("01:00.0", "14e4", "168a", "020000"), pci("02:00.0", "1000", "005b", "010400")}

	proxmox = withVirtio(
		report.Device{ID: "pci:0000:00:05.0", Bus: "pci", VendorID: "1af4", DeviceID: "1004", Class: "0100"},
		report.Device{ID: "pci:0000:00:12.0", Bus: "pci", VendorID: "1af4", DeviceID: "1000", Class: "0200"})
)

// withVirtio adds what appears behind virtio's PCI functions, as an import does.
func withVirtio(devices ...report.Device) []report.Device {
	for _, d := range slices.Clone(devices) {
		if child, found := report.VirtioChild(&d); found {
			devices = append(devices, child)
		}
	}
	return devices
}

// TestKnownBoxes: the boxes come out right on the catalogue that is embedded.
func TestKnownBoxes(t *testing.T) { testKnownBoxes(t, defaultCatalog(t)) }

// TestKnownBoxesRealTrees reads pocopico/rp-ext@9d4f6493 and
// jim3ma/synology-igc@cdc6bd10.
func TestKnownBoxesRealTrees(t *testing.T) {
	trees := []string{kotest.Outside(t, "RPEXT"), kotest.Outside(t, "IGC")}
	c, _, err := source.Read(trees, "real", "", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	testKnownBoxes(t, c)
}

func testKnownBoxes(t *testing.T, c *catalog.Catalog) {
	for _, box := range known {
		t.Run(box.name+" on "+box.platform, func(t *testing.T) {
			opts := recommend.Options{Loader: "tcrp", Platforms: []string{box.platform}}
			p := recommendChecked(t, machine(box.devices...), opts, c)
			want, got := slices.Sorted(slices.Values(box.modules)), slices.Sorted(slices.Values(moduleNames(p)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("modules mismatch (-want +got):\n%s", diff)
			}
			for _, d := range p.Devices {
				checkKnown(t, d, box.missing, box.why)
			}
		})
	}
}

// checkKnown checks that a device is driven, or that it is the missing one and
// its story says why.
func checkKnown(t *testing.T, d plan.Device, missing, why string) {
	t.Helper()
	if d.ID != missing {
		if d.Verdict != plan.ByModule {
			t.Errorf("%s is %s (%s)", d.ID, d.Verdict, d.Why)
		}
		return
	}
	story := d.Why
	for _, c := range d.Candidates {
		story += "\n" + c.Why
	}
	if d.Verdict != plan.Missing || !strings.Contains(story, why) {
		t.Errorf("%s is %s, want missing because of %q:\n%s", d.ID, d.Verdict, why, story)
	}
}

// A network card with a driver is not all: the plan says what else keeps a box
// silent, of old kernels more, and where nothing is reachable, nothing.
func TestSilent(t *testing.T) {
	for _, test := range []struct {
		device   report.Device
		platform string
		want     []string
	}{
		{igc, "ds918p_42218", []string{"silent-after-boot", "no-sata-disk"}},
		{igc, "ds3615xs_42218", nil},
		{igc, "rr:epyc7002-7.2", []string{"silent-after-boot"}},
		{hba, "rr:epyc7002-7.2", nil},
	} {
		p := recommendChecked(t, machine(test.device), recommend.Options{Platforms: []string{test.platform}}, defaultCatalog(t))
		var got []string
		for _, w := range p.Warnings {
			if w.Code == "silent-after-boot" || w.Code == "no-sata-disk" {
				got = append(got, w.Code)
			}
			if w.Code == "silent-after-boot" && w.Hint == "" {
				t.Error("no log is named")
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s on %s mismatch (-want +got):\n%s", test.device.ID, test.platform, diff)
		}
	}
}

// Of the ten modules of pocopico.v9fs a Proxmox guest needs five, and no other
// extension.
func TestKnownProxmox(t *testing.T) {
	c := defaultCatalog(t)
	p := recommendChecked(t, machine(proxmox...), recommend.Options{Loader: "tcrp", Platforms: []string{"ds918p_42218"}}, c)
	if len(p.Extensions) != 1 || p.Extensions[0].ID != "pocopico.v9fs" || len(p.Modules) != 5 {
		t.Errorf("%d modules of %+v, want 5 of pocopico.v9fs", len(p.Modules), p.Extensions)
	}
	i := slices.IndexFunc(c.Extensions, func(e catalog.Extension) bool { return e.ID == "pocopico.v9fs" })
	if has := len(c.Extensions[i].RecipeFor("ds918p_42218").Loaded()); has != 10 {
		t.Errorf("pocopico.v9fs loads %d modules there, want 10", has)
	}
}

// The platforms that serve a card are named, and are those whose packages claim
// it: I225-V on no build of DS3615xs.
func TestKnownServers(t *testing.T) {
	c := defaultCatalog(t)
	var want []string
	for _, site := range c.Platforms {
		if site.Loader != "redpill" {
			continue
		}
		p := recommendChecked(t, machine(igc), recommend.Options{Loader: "tcrp", Platforms: []string{site.ID}}, c)
		if p.Devices[0].Verdict == plan.ByModule {
			want = append(want, site.ID)
		}
	}
	opts := recommend.Options{Loader: "tcrp", Platforms: []string{"ds3615xs_42218"}}
	x, err := recommend.Explain(recommendChecked(t, machine(igc), opts, c), machine(igc), []*catalog.Catalog{c}, opts, igc.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, x.Platforms[0].Serve); diff != "" {
		t.Errorf("platforms that serve I225-V mismatch (-want +got):\n%s", diff)
	}
	for _, id := range want {
		if strings.HasPrefix(id, "ds3615xs") {
			t.Errorf("%s serves it", id)
		}
	}
}

// A disk that will appear behind a boot controller needs its driver as early as
// the controller does.
func TestBootStageOfDisk(t *testing.T) {
	b := newCatalog("box")
	disk := report.Device{ID: "scsi:0000:00:06.0", Bus: "scsi", Parent: hba.ID, ImpliedBy: hba.ID, Modaliases: []string{"scsi:t-0x00"}}
	sas, sd := b.module(catalog.Module{Name: "mpt3sas"}, aliasMPT), b.module(catalog.Module{Name: "sd_mod"}, "scsi:t-0x00*")
	b.extension(box, "disks", []string{"box_1"}, kmod(sas), kmod(sd))
	b.platform(catalog.Platform{ID: "box_1", Loader: box, Builtin: []string{"scsi_mod"}})
	p := recommendChecked(t, machine(hba, disk), recommend.Options{}, b.Catalog)
	stages := map[string]string{}
	for _, m := range p.Modules {
		stages[m.Name] = m.Stage
	}
	if diff := cmp.Diff(map[string]string{"mpt3sas": plan.StageBoot, "sd_mod": plan.StageBoot}, stages); diff != "" {
		t.Errorf("stages mismatch (-want +got):\n%s", diff)
	}
}
