package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report"
)

// TestMachine counts cards by what their system had for a driver.
func TestMachine(t *testing.T) {
	const platform = "linux:6.1"
	var b catalog.Builder
	add := func(name, alias string) catalog.Kmod {
		return catalog.Kmod{Module: b.AddModule(catalog.Module{File: name + ".ko", Name: name}, []string{alias})}
	}
	kmods := []catalog.Kmod{
		add("igb", "pci:v00008086d00001539sv*sd*bc*sc*i*"),
		add("ahci", "pci:v*d*sv*sd*bc01sc06i01*"),
		add("mt76x0e", "pci:v000014C3d00007630sv*sd*bc*sc*i*"),
		add("rt2800pci", "pci:v00001814d00000601sv*sd*bc*sc*i*"),
	}
	b.AddPlatform(catalog.Platform{ID: platform, Loader: "linux", Builtin: []string{"nvme"}})
	b.AddExtension(catalog.Extension{ID: platform, Loader: "linux", Releases: map[string]int{platform: 0}, Recipes: []catalog.Recipe{{Kmods: kmods}}})

	card := func(id, vendor, device, class, driver string) report.Device {
		return report.Device{ID: id, Bus: "pci", VendorID: vendor, DeviceID: device, Class: class, Driver: driver}
	}
	e := newEvaluation(b.Catalog("test", "", "2026-01-01"), false)
	err := e.machine("box", &report.Report{Devices: []report.Device{
		card("pci:0000:00:00.0", "8086", "1539", "020000", "igb"),
		card("pci:0000:00:01.0", "8086", "a352", "010601", "ahci"),
		card("pci:0000:00:02.0", "14c3", "7630", "028000", "mt76x0e"),
		card("pci:0000:00:03.0", "8086", "1539", "020000", "mt76x0e"),   // for other cards only
		card("pci:0000:00:04.0", "14c3", "7630", "028000", "rt2800pci"), // likewise
		card("pci:0000:00:05.0", "8086", "1539", "020000", "ahci"),      // may be: a miss
		card("pci:0000:00:06.0", "8086", "1539", "020000", "vfio-pci"),
		card("pci:0000:00:07.0", "8086", "1539", "020000", "r8125"),
		card("pci:0000:00:08.0", "dead", "beef", "020000", ""),
	}})
	if err != nil || e.wrong() {
		t.Fatalf("machine() = %v, problems %v", err, e.problems)
	}
	got := []int{e.devices, len(e.notKnown), e.held, e.found, e.exact, len(e.misses), len(e.otherwise)}
	if diff := cmp.Diff([]int{9, 1, 4, 3, 3, 1, 2}, got); diff != "" {
		t.Errorf("devices, unknown, held, found, exact, misses, otherwise mismatch (-want +got):\n%s\n%q\n%q", diff, e.misses, e.otherwise)
	}
}
