package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// proofRow is what the ways of loading did on one board.
type proofRow struct {
	board                          provedBoard
	plan                           *plan.Plan
	before                         *report.Report
	everything, original, modscout outcome
	without                        map[string][]string // module -> what is not bound without it
}

// tableMark ends the part of docs/proof.md that is written by hand.
const tableMark = "<!-- below this line: make proof -->\n"

// writeProof writes the tables below the mark of a document.
func writeProof(t *testing.T, path string, rows []proofRow) {
	t.Helper()
	head, _, found := bytes.Cut(readFile(t, path), []byte(tableMark))
	if !found {
		t.Fatalf("%s has no line %q", path, strings.TrimSpace(tableMark))
	}
	text := string(head) + tableMark + proofTables(rows)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func proofTables(rows []proofRow) string {
	var b strings.Builder
	b.WriteString("\n| board | kernel | way | devices bound | modules | KiB | seconds | failures |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range rows {
		for _, way := range []struct {
			name string
			outcome
		}{{"all-in", row.everything}, {"original", row.original}, {"modscout", row.modscout}} {
			promised, bound := row.count(way.outcome)
			fmt.Fprintf(&b, "| %s | %s | %s | %d of %d | %d | %d | %.1f | %s |\n", row.board.name, row.plan.Platform.Kernel, way.name,
				bound, promised, len(way.loaded), way.bytes/1024, way.seconds, way.failures())
		}
	}
	b.WriteString("\n| board | without the module | not bound |\n|---|---|---|\n")
	for _, row := range rows {
		for _, m := range row.plan.Modules {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", row.board.name, m.Name, strings.Join(row.names(row.without[m.Name]), ", "))
		}
	}
	return b.String()
}

// count returns how many devices the plan promises and how many of them one way
// bound, by whichever module.
func (row proofRow) count(o outcome) (promised, bound int) {
	lost := unboundByAny(row.plan, row.before, sights(o.said["bound"]))
	for _, d := range row.plan.Devices {
		if d.Verdict == plan.ByModule {
			promised++
		}
	}
	return promised, promised - len(lost)
}

// failures says in a few words what went wrong.
func (o outcome) failures() string {
	switch {
	case !o.whole:
		return "the guest did not come to its end"
	case len(o.refused) == 0:
		return "none"
	case slices.ContainsFunc(o.refused, func(line string) bool { return strings.Contains(line, "Exit 99") }):
		return "boot ended (Exit 99): " + strings.ReplaceAll(o.refused[0], "|", "/")
	}
	return fmt.Sprintf("%d modules not loaded", len(o.refused))
}

// names spells ids as a person knows the devices.
func (row proofRow) names(ids []string) (list []string) {
	for _, id := range ids {
		i := slices.IndexFunc(row.before.Devices, func(d report.Device) bool { return d.ID == id })
		if i >= 0 && row.before.Devices[i].VendorID != "" {
			d := row.before.Devices[i]
			id = d.VendorID + ":" + d.DeviceID
		}
		list = append(list, id)
	}
	return list
}
