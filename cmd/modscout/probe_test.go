package main

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan/report"
)

// probed are the drivers that must take the cards of the probe test's board.
// Two modules claim the Realtek card; QEMU's is the newer one.
var probed = map[string]string{
	"8086:100e": "e1000",
	"8086:10d3": "e1000e",
	"8086:1209": "e100",
	"15ad:07b0": "vmxnet3",
	"10ec:8139": "8139cp",
	"1022:2000": "pcnet32",
	"1011:0019": "tulip",
	"10ec:8029": "ne2k_pci",
	"1000:0060": "megaraid_sas",
	"1000:0054": "mptsas",
	"1000:0012": "sym53c8xx",
	"1022:2020": "am53c974",
	"15ad:07c0": "vmw_pvscsi",
	"8086:2668": "snd_hda_intel",
	"8086:25ab": "i6300esb",
}

// TestProbe boots a board of many cards from a stick with drivers, and wants
// every card to be bound by the right one, what was tried in vain unloaded, and
// the answer saved.
func TestProbe(t *testing.T) {
	kotest.Boots(t)
	kernel := kotest.Debian(t, "linux-image-6.12-amd64")
	image := buildImage(t, buildInit(t), kernel, filepath.Join(t.TempDir(), "scan.img"), "--drivers", "all", "--append", "modscout.poweroff=1 modscout.probe=1")
	board := qemu.Plain().WithStick(image, false)
	board.MemoryMB = 512
	board.Devices = append([]string{"pcie-pci-bridge,id=pci"}, board.Devices...)
	board.Devices = append(board.Devices,
		"e1000,bus=pci,romfile=", "e1000e,romfile=", "i82559er,bus=pci,romfile=", "vmxnet3,romfile=", "rtl8139,bus=pci,romfile=",
		"pcnet,bus=pci,romfile=", "tulip,bus=pci,romfile=", "ne2k_pci,bus=pci,romfile=",
		"megasas", "mptsas1068", "lsi53c895a,bus=pci", "am53c974,bus=pci", "pvscsi", "intel-hda", "i6300esb,bus=pci", "edu,bus=pci")
	out := bootBoard(t, board)
	results, err := out.Probe()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r := wantReport(t, out)
	got := map[string]string{}
	for _, result := range results {
		t.Log(result)
		if result.State == probe.Matched && result.Kept {
			t.Errorf("%s was tried in vain and is still loaded: %s", result.Module, result.Why)
		}
		if result.State == probe.Bound || result.State == probe.Works {
			got[idsOf(r, result.Device)] = result.Module
		}
	}
	maps.DeleteFunc(got, func(id, _ string) bool { return probed[id] == "" })
	if diff := cmp.Diff(probed, got); diff != "" {
		t.Errorf("bound mismatch (-want +got):\n%s", diff)
	}
	readStick(t, openStick(t, image), "modscout/probe.json")
}

// idsOf returns "vendor:device" of a device of a report.
func idsOf(r *report.Report, id string) string {
	i := slices.IndexFunc(r.Devices, func(d report.Device) bool { return d.ID == id })
	if i < 0 {
		return ""
	}
	return r.Devices[i].VendorID + ":" + r.Devices[i].DeviceID
}
