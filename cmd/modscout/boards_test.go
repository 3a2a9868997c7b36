package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/generate"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan/report"
)

// TestPlanIsSufficientAndMinimal boots a kernel on boards that its base initrd
// does not drive, makes a plan for what the scan finds, and boots again: with
// the plan's modules every device that it promised is bound, and without any
// one of them some device is not.
func TestPlanIsSufficientAndMinimal(t *testing.T) {
	kotest.Boots(t)
	target := newTarget(t, kotest.Debian(t, "linux-image-amd64"))
	for name, devices := range map[string][]string{
		"a server":                    {"e1000e", "vmxnet3", "megasas"},
		"a converted virtual machine": {"mptsas1068", "virtio-net-pci"},
	} {
		t.Run(name, func(t *testing.T) { target.prove(t, devices) })
	}
}

// target is a kernel as a loader's platform: what its initrd loads, and the
// generated catalogue of extensions for the rest.
type target struct {
	kernel  kotest.Kernel
	program string
	catalog *catalog.Catalog
	base    []string // modules of its initrd, in load order
}

func newTarget(t *testing.T, kernel kotest.Kernel) *target {
	t.Helper()
	tree, file := t.TempDir(), filepath.Join(t.TempDir(), "catalog.json.zst")
	mustRun(t, "catalog", "generate", "--kernel-tree", kernel.Modules, "-o", tree)
	mustRun(t, "catalog", "build", tree, "--name", "generated", "-o", file)
	c, err := catalog.Read(bytes.NewReader(readFile(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	return &target{kernel: kernel, program: buildStatic(t), catalog: c, base: baseModules(t, kernel)}
}

// baseModules lists the modules that the generated platform's initrd loads, in
// load order.
func baseModules(t *testing.T, kernel kotest.Kernel) []string {
	t.Helper()
	selection, err := generate.Default()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := ko.ReadTree(kernel.Modules)
	if err != nil {
		t.Fatal(err)
	}
	graph := tree.Graph()
	wanted := slices.DeleteFunc(selection.Base, func(name string) bool { return graph.Module(name) == nil })
	order, err := graph.LoadOrder(wanted...)
	if err != nil {
		t.Fatal(err)
	}
	return moduleNames(order)
}

func moduleNames(modules []*ko.Module) []string {
	var names []string
	for _, m := range modules {
		names = append(names, m.Name)
	}
	return names
}

// mustRun runs modscout and wants success.
func mustRun(t *testing.T, args ...string) {
	t.Helper()
	var talk bytes.Buffer
	if status := run(t.Context(), args, nil, &talk, &talk); status != exitDone {
		t.Fatalf("modscout %s: status %d\n%s", strings.Join(args, " "), status, &talk)
	}
}

func (g *target) prove(t *testing.T, devices []string) {
	before := g.boot(t, devices, nil)
	p := g.plan(t, before)
	names := planModules(p)
	t.Logf("plan: %s", strings.Join(names, " "))
	if lost := unbound(p, before, g.boot(t, devices, names)); len(lost) > 0 {
		t.Errorf("with the whole plan these devices are not bound: %v", lost)
	}
	for i, name := range names {
		without := slices.Delete(slices.Clone(names), i, i+1)
		if lost := unbound(p, before, g.boot(t, devices, without)); len(lost) == 0 {
			t.Errorf("without %s every device is still bound, so the plan is not minimal", name)
		} else {
			t.Logf("without %s: %v not bound", name, lost)
		}
	}
}

// boot runs the board with the base initrd and further modules, and returns
// what a scan finds then.
func (g *target) boot(t *testing.T, devices, modules []string) *report.Report {
	t.Helper()
	load := strings.Join(slices.Concat(g.base, modules), ",")
	parts := buildImage(t, g.program, g.kernel, t.TempDir()+"/", "--load", load)
	board := qemu.Plain().WithKernel(filepath.Join(parts, "vmlinuz"), filepath.Join(parts, "initrd"))
	board.Devices = slices.Concat(devices, board.Devices)
	r, err := bootBoard(t, board).Report()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (g *target) plan(t *testing.T, r *report.Report) *plan.Plan {
	t.Helper()
	cats := []*catalog.Catalog{g.catalog}
	p, err := recommend.Recommend(r, cats, recommend.Options{Platforms: []string{generate.PlatformKey(g.kernel.Release)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range verify.Verify(p, r, cats) {
		t.Errorf("verify: %v", problem)
	}
	if !p.Proof.Optimal || len(p.Modules) == 0 {
		t.Errorf("a plan of %d modules, proof %+v", len(p.Modules), p.Proof)
	}
	return p
}

func planModules(p *plan.Plan) []string {
	var names []string
	for _, m := range p.Modules {
		names = append(names, m.Name)
	}
	return names
}

// unbound lists the devices that the plan promises a module for and that have
// no driver of that module in the report after. A device that the report
// before only predicted has another id once it is there: its transport tells
// which it is.
func unbound(p *plan.Plan, before, after *report.Report) []string {
	impliedBy := map[string]string{}
	for _, d := range before.Devices {
		impliedBy[d.ID] = d.ImpliedBy
	}
	var lost []string
	for _, d := range p.Devices {
		transport := impliedBy[d.ID]
		isBound := slices.ContainsFunc(after.Devices, func(now report.Device) bool {
			same := now.ID == d.ID || transport != "" && now.Parent == transport
			return same && (now.Driver == d.Module || slices.Contains(now.Modules, d.Module))
		})
		if d.Verdict == plan.ByModule && !isBound {
			lost = append(lost, d.ID)
		}
	}
	return lost
}
