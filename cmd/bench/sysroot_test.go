package main

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan"
)

// A scan of the tree that the rows are measured on finds what went into it.
func TestSysroot(t *testing.T) {
	keys := []string{viaRhine, ahci, "pci:v00008086d000015F3sv00001458sd0000E000bc02sc00i00"}
	dir := t.TempDir()
	if err := sysroot(dir, keys); err != nil {
		t.Fatal(err)
	}
	rep, err := scan.Scan(context.Background(), scan.Options{Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, d := range rep.Devices {
		if d.ImpliedBy == "" {
			got = append(got, []string{d.ID, d.Modaliases[0], d.VendorID + ":" + d.DeviceID, d.SubvendorID, d.Class})
		}
	}
	want := [][]string{
		{"pci:0000:00:00.0", keys[0], "1106:3065", "", "020000"},
		{"pci:0000:00:01.0", keys[1], "1022:7904", "1022", "010601"},
		{"pci:0000:00:02.0", keys[2], "8086:15f3", "1458", "020000"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Scan(sysroot) mismatch (-want +got):\n%s", diff)
	}
	if err := sysroot(t.TempDir(), []string{"usb:v1D6Bp0002"}); err == nil {
		t.Error("sysroot(usb) = nil, want an error")
	}
}
