package packer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/generate"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// debianPlan makes real extensions of drivers of a Debian kernel, and the plan
// for a machine with PCI devices of the given ids.
func debianPlan(t *testing.T, drivers, ids []string) *plan.Plan {
	t.Helper()
	kernel := kotest.Debian(t, "linux-image-amd64")
	selection, err := generate.Default()
	if err != nil {
		t.Fatal(err)
	}
	selection.Drivers = drivers
	dir := t.TempDir()
	if _, err := generate.Tree(dir, generate.Options{Trees: []string{kernel.Modules}, Selection: selection}); err != nil {
		t.Fatal(err)
	}
	c, _, err := source.Read([]string{dir}, "generated", "2026-01-01", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	machine := &report.Report{Schema: report.Schema, Source: report.Source{Kind: "ids"}}
	for _, id := range ids {
		vendor, device, _ := strings.Cut(id, ":")
		machine.Devices = append(machine.Devices, report.Device{ID: "pci:" + id + "#1", Bus: "pci", VendorID: vendor, DeviceID: device})
	}
	p, err := recommend.Recommend(machine, []*catalog.Catalog{c}, recommend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Modules) <= len(machine.Devices) {
		t.Fatalf("the plan has %d modules for %d devices, want drivers and what they need", len(p.Modules), len(machine.Devices))
	}
	return p
}

// TestGeneratedCatalogPacks goes from a kernel's own modules to the layer: each
// of the plan's modules is in it, whole, and is loaded in the plan's order.
func TestGeneratedCatalogPacks(t *testing.T) {
	p := debianPlan(t, []string{"e1000e", "igb", "vmxnet3", "r8169", "megaraid_sas", "mptsas"},
		[]string{"8086:10d3", "8086:10c9", "15ad:07b0", "10ec:8168", "1000:0060", "1000:0054"})
	dir := t.TempDir()
	result, err := Pack("redpill", p, dir, Options{Fetch: source.Fetcher(nil, nil)})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Warnings) > 0 {
		t.Errorf("warnings: %v", result.Warnings)
	}
	layer, err := os.Open(filepath.Join(dir, "custom.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer layer.Close()
	_, bodies := uncpio(t, layer)
	g := target{shell: kotest.Tool(t, "busybox", "busybox-static"), log: filepath.Join(t.TempDir(), "log"), root: t.TempDir()}
	g.exts = filepath.Join(t.TempDir(), "exts")
	put(t, filepath.Join(g.exts, "exec.sh"), bodies["exts/exec.sh"])
	if others := len(bodies) - len(p.Modules); others != 3 {
		t.Errorf("beside the modules the layer holds %d files, want exec.sh, the boot log's script and what starts it", others)
	}
	order := ""
	for _, m := range p.Modules {
		body := []byte(bodies["exts/"+synthesised+"/"+m.File])
		if got := sum(body); got != m.SHA256 {
			t.Errorf("%s: sha256 %s, the plan says %s", m.File, got, m.SHA256)
		}
		if read, err := ko.Read(body, m.File); err != nil || read.Name != m.Name {
			t.Errorf("%s is no module %s (error %v)", m.File, m.Name, err)
		}
		order += m.File + "\n"
	}
	out, status, log := g.run(t, []string{"KERNEL=" + p.Platform.Kernel}, "load_kmods")
	if diff := cmp.Diff(order, log); diff != "" || status != 0 {
		t.Errorf("status %d, load order mismatch (-plan +insmod):\n%s\n%s", status, diff, out)
	}
	if out, _, log = g.run(t, []string{"KERNEL=4.4.180+"}, "load_kmods"); log != "" {
		t.Errorf("modules were loaded on another kernel:\n%s", out)
	}
}
