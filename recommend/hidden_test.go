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

// The cards that people add to a NAS are known by their ids to the driver that
// such kernels have for the class, also where a paste has no class.
func TestBareSATACard(t *testing.T) {
	linux := builder{reference()}
	recipe := &linux.Extensions[0].Recipes[0]
	recipe.Kmods = append(recipe.Kmods, kmod(linux.module(catalog.Module{Name: "ahci"}, aliasAHCI, "pci:v00001B21d00001166sv*sd*bc*sc*i*")))
	b := newCatalog("nas")
	b.platform(catalog.Platform{ID: "box_1", Loader: box})
	opts := recommend.Options{Loader: box, Reference: []*catalog.Catalog{linux.Catalog}}
	for device, want := range map[string]string{"1b21:1166": "base assumed", "1000:0097": "missing assumed"} {
		vendor, id, _ := strings.Cut(device, ":")
		pasted := report.Device{ID: "pci:" + device + "#1", Bus: "pci", VendorID: vendor, DeviceID: id}
		p := recommendChecked(t, machine(pasted), opts, b.Catalog)
		if diff := cmp.Diff([]string{want}, verdicts(p)); diff != "" {
			t.Errorf("%s: verdict mismatch (-want +got):\n%s", device, diff)
		}
	}
}

// A device known by name only is asked for by its ids, one known by ids that
// no driver names by its class.
func TestIDsNeeded(t *testing.T) {
	b := newCatalog("nas")
	b.extension(box, "igc", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "igc"}, aliasIGC)))
	named := report.Device{ID: "pci:0000:00:09.0", Bus: "pci", Device: "some card"}
	bare := report.Device{ID: "pci:8086:54d3#1", Bus: "pci", VendorID: "8086", DeviceID: "54d3"}
	for want, device := range map[string]report.Device{"ids-needed": named, "class-needed": bare, "": igc} {
		p := recommendChecked(t, machine(device), recommend.Options{}, b.Catalog)
		if got := p.Next; len(got) > 0 != (want != "") || len(got) > 0 && got[0].Code != want {
			t.Errorf("next of %s = %+v, want %q", device.ID, got, want)
		}
	}
}

// The ports of one card are asked for once.
func TestNextAsksOnce(t *testing.T) {
	b := newCatalog("box")
	b.extension(box, "other", []string{"box_1"}, kmod(b.module(catalog.Module{Name: "other"})))
	port := func(n string) report.Device {
		return report.Device{ID: "pci:8086:54d3#" + n, Bus: "pci", VendorID: "8086", DeviceID: "54d3"}
	}
	p := recommendChecked(t, machine(port("1"), port("2")), recommend.Options{}, b.Catalog)
	if len(p.Next) != 1 || p.Next[0].Code != "class-needed" {
		t.Errorf("next = %+v, want the class once", p.Next)
	}
}

// Nobody is sent to a platform that a rule rules out for the machine.
func TestNextIsAllowed(t *testing.T) {
	b := newCatalog("redpill")
	driver := b.module(catalog.Module{Name: "hv_netvsc"}, "vmbus:635161f83edfc546913ff2d2f965ed0e")
	b.extension("redpill", "net", []string{"ds918p_42218", "ds3622xsp_42218"}, kmod(driver))
	b.platform(catalog.Platform{ID: "sa6400_42218", Loader: "redpill"})
	r := machine(report.Device{ID: "vmbus:a", Bus: "vmbus", Modaliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}})
	for guest, want := range map[string]bool{"microsoft": false, "": true} {
		r.Machine.Hypervisor = guest
		p := recommendChecked(t, r, recommend.Options{Platforms: []string{"sa6400_42218"}}, b.Catalog)
		got := slices.ContainsFunc(p.Next, func(n plan.Next) bool { return n.Code == "other-platform" })
		if got != want {
			t.Errorf("guest of %q: sent to another platform: %t, want %t: %+v", guest, got, want, p.Next)
		}
	}
}

// Disks that a setting hides make their controller blocked, and the plan
// repeats what the report says of it.
func TestHiddenDisks(t *testing.T) {
	no, two := 0, 2
	withDisks := func(d report.Device, n *int) report.Device { d.Disks = n; return d }
	vmd, raid := pci("00:0e.0", "8086", "9a0b", "010400"), pci("00:17.0", "8086", "2822", "010400")
	megaraid := pci("01:00.0", "8086", "1960", "010400") // Intel's, and no chipset
	linux := reference()
	b := builder{linux}
	b.Extensions[0].Recipes[0].Kmods = append(b.Extensions[0].Recipes[0].Kmods,
		kmod(b.module(catalog.Module{Name: "vmd"}, "pci:v00008086d00009A0Bsv*sd*bc*sc*i*")),
		kmod(b.module(catalog.Module{Name: "megaraid"}, "pci:v00008086d00001960sv*sd*bc*sc*i*")))
	raidAlias := b.module(catalog.Module{Name: "ahci"}, aliasAHCI, "pci:v00008086d00002822sv*sd*bc*sc*i*")
	b.Extensions[0].Recipes[0].Kmods = append(b.Extensions[0].Recipes[0].Kmods, kmod(raidAlias))
	nas := newCatalog("nas")
	nas.extension(box, "igc", []string{"box_1"}, kmod(nas.module(catalog.Module{Name: "igc"}, aliasIGC)))

	for _, test := range []struct {
		name     string
		device   report.Device
		code     string // of the report's warning
		platform string
		want     string
		repeated bool
	}{
		{"VMD on a NAS", vmd, "vmd", "box_1", "blocked stated", true},
		{"VMD on Linux", vmd, "vmd", "linux:6.1.0-1-amd64", "extension known vmd", false},
		{"RAID mode is driven by ahci", raid, "raid-mode", "box_1", "base assumed", true},
		{"a RAID card is not", megaraid, "raid-mode", "box_1", "missing assumed", true},
		{"hidden disks only", withDisks(ahci, &no), "raid-remap", "box_1", "blocked stated", true},
		{"hidden disks, of others nothing known", ahci, "raid-remap", "box_1", "blocked stated", true},
		{"hidden disks beside others", withDisks(ahci, &two), "raid-remap", "box_1", "base assumed", true},
		{"no matter of the answer", ahci, "unreadable", "box_1", "base assumed", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := machine(test.device)
			r.Warn(test.code, test.device.ID, "as the scan says it")
			opts := recommend.Options{Platforms: []string{test.platform}}
			p := recommendChecked(t, r, opts, nas.Catalog, linux)
			if diff := cmp.Diff([]string{test.want}, verdicts(p)); diff != "" {
				t.Errorf("verdict mismatch (-want +got):\n%s\nwhy: %s", diff, p.Devices[0].Why)
			}
			repeated := slices.ContainsFunc(p.Warnings, func(w plan.Warning) bool {
				return w.Code == test.code && w.Device == test.device.ID
			})
			if repeated != test.repeated {
				t.Errorf("the plan repeats the warning: %t, want %t: %+v", repeated, test.repeated, p.Warnings)
			}
		})
	}
}
