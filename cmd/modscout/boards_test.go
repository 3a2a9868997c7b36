package main

import (
	"bytes"
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/generate"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
	"github.com/modscout/modscout/scan/scantest"
)

// proofFile is where make proof wants the table.
var proofFile = flag.String("proof", "", "boot every board in every way and write the table to this file")

// TestPlanIsSufficientAndMinimal boots a kernel on boards that its base initrd
// does not drive, makes a plan for what the scan finds there, packs it, and
// boots again with the layer: every device that the plan promises is bound, no
// module beyond the plan is loaded, and without any one of them some device is
// not bound.
func TestPlanIsSufficientAndMinimal(t *testing.T) {
	kotest.Boots(t)
	targets, rows := map[string]*target{}, &proofRows{path: *proofFile}
	for _, board := range provedBoards {
		if targets[board.kernel] == nil && (board.ci || *proofFile != "") {
			targets[board.kernel] = newTarget(t, kotest.Debian(t, board.kernel))
		}
	}
	t.Run("on", func(t *testing.T) {
		for i, board := range provedBoards {
			if !board.ci && *proofFile == "" {
				continue
			}
			t.Run(board.name, func(t *testing.T) {
				if *proofFile != "" {
					t.Parallel()
				}
				rows.add(t, i, targets[board.kernel].prove(t, board))
			})
		}
	})
	if *proofFile == "" && !rows.endedBoot() {
		t.Error("on no board did the original runner end the boot: none shows a module that two extensions bring")
	}
}

// prove holds the plan for a board to the board, and lets other ways of loading
// show what they do there.
func (g *target) prove(t *testing.T, board provedBoard) proofRow {
	before := g.report(t, board)
	row := proofRow{board: board, before: before, plan: g.plan(t, before)}
	ways := "modscout,original"
	layers := [][]byte{readFile(t, filepath.Join(g.pack(t, row.plan), "custom.gz")), g.originals(t, row.plan)}
	if *proofFile != "" {
		ways, layers = ways+",everything", append(layers, g.all)
	}
	var usb sticks
	if board.stick {
		usb = plugSticks(t, &board.Board)
	}
	out := g.boot(t, board, ways, layers...)
	said := sections(out)
	row.modscout, row.original, row.everything = readOutcome(said, "modscout"), readOutcome(said, "original"), readOutcome(said, "everything")
	if !row.modscout.whole {
		t.Fatalf("the guest did not come to its end:\n%s", out)
	}
	wantSufficient(t, row.plan, before, row.modscout)
	row.without = wantMinimal(t, row.plan, before, row.modscout)
	if board.stick {
		wantBootLog(t, usb, row.plan)
	}
	return row
}

// wantSufficient wants every device bound that the plan promises a module for or
// says that the platform drives itself, and no module loaded beyond the plan's.
func wantSufficient(t *testing.T, p *plan.Plan, before *report.Report, o outcome) {
	t.Helper()
	if lost := unbound(p, before, o.bound); len(lost) > 0 {
		t.Errorf("with the whole plan these devices are not bound: %v\n%s", lost, o.said["modscout: load"])
	}
	for _, d := range p.Devices {
		known := d.Verdict == plan.Base && d.Certainty == plan.Known
		predicted := slices.ContainsFunc(before.Devices, func(r report.Device) bool { return r.ID == d.ID && r.ImpliedBy != "" })
		bound := slices.ContainsFunc(o.bound, func(s sight) bool { return s.is(d.ID, "") })
		if known && !predicted && !bound {
			t.Errorf("the plan knows that the platform drives %s, and it has no driver", d.ID)
		}
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(planModules(p))), o.loaded); diff != "" {
		t.Errorf("modules loaded mismatch (-plan +guest):\n%s", diff)
	}
}

// wantMinimal holds each module of the plan to be needed, and returns what is
// not bound without it. The guest unloaded everything before each attempt; that
// all is bound again at the end tells that a device was lost for want of the
// module, not by the unloading.
func wantMinimal(t *testing.T, p *plan.Plan, before *report.Report, o outcome) map[string][]string {
	t.Helper()
	without := map[string][]string{}
	for _, m := range p.Modules {
		if left := o.said["unload before "+m.File]; left != "" {
			t.Errorf("leaving out %s: %s", m.File, left)
		}
		after, tried := o.said["without "+m.File]
		without[m.Name] = unbound(p, before, sights(after))
		if !tried || len(without[m.Name]) == 0 {
			t.Errorf("without %s every device is still bound, so the plan is not minimal", m.Name)
		}
		t.Logf("without %s: %v not bound", m.Name, without[m.Name])
	}
	if lost := unbound(p, before, sights(o.said["again"])); len(lost) > 0 || !strings.Contains(o.said["load again"], " 0 failed") {
		t.Errorf("after all the unloading %v are not bound:\n%s", lost, o.said["load again"])
	}
	return without
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

// pack runs modscout pack and returns its output directory.
func (g *target) pack(t *testing.T, p *plan.Plan) string {
	t.Helper()
	file, dir := filepath.Join(t.TempDir(), "plan.json"), t.TempDir()
	var text bytes.Buffer
	if err := jsondoc.Write(&text, p); err != nil {
		t.Fatal(err)
	}
	scantest.File(t, file, text.String())
	mustRun(t, "pack", file, "--for", "redpill", "--layer", "cpio", "-o", dir)
	return dir
}

func planModules(p *plan.Plan) []string {
	var names []string
	for _, m := range p.Modules {
		names = append(names, m.Name)
	}
	return names
}
