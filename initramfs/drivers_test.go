package initramfs

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestDrivers packs the drivers of a stick: those that claim no device are left
// out and what the initramfs loads is not there twice; the prober's reader finds
// each of the others, and the same input gives the same bytes.
func TestDrivers(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-cloud-amd64")
	tree, err := openTree(kernel.Modules)
	if err != nil {
		t.Fatal(err)
	}
	loaded, _, err := tree.closure(Enumerators)
	if err != nil {
		t.Fatal(err)
	}
	files, err := NetworkDrivers.drivers(tree, loaded)
	if err != nil {
		t.Fatal(err)
	}
	again, err := NetworkDrivers.drivers(tree, loaded)
	if diff := cmp.Diff(files, again, cmp.AllowUnexported(content{})); err != nil || diff != "" {
		t.Errorf("packed again: %v, mismatch:\n%s", err, diff)
	}
	got := map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.path, probe.ArchiveSuffix) {
			continue
		}
		err := archive.Walk(bytes.NewReader(f.data), layout.Limits, func(e archive.Entry) error {
			if e.Regular {
				got[e.Name] = e.Size > 0
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]bool{"failover.ko": true, "hv_netvsc.ko": true, "net_failover.ko": true, "virtio_net.ko": true, "vmxnet3.ko": true, "xen-netfront.ko": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("drivers() mismatch (-want +got):\n%s", diff)
	}
}
