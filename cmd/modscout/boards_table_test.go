package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modscout/modscout/cmd/internal/marked"
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

// proofRows are the rows so far, by the place of their boards in the list, and
// the document that the table is for.
type proofRows struct {
	sync.Mutex
	path string // "": none
	rows map[int]proofRow
}

// add takes in a row and writes the document anew.
func (p *proofRows) add(t *testing.T, place int, row proofRow) {
	p.Lock()
	defer p.Unlock()
	if p.rows == nil {
		p.rows = map[int]proofRow{}
	}
	p.rows[place] = row
	if p.path != "" {
		writeProof(t, p.path, p.rows)
	}
}

// endedBoot says whether the original runner gave up on any of the boards.
func (p *proofRows) endedBoot() bool {
	for _, row := range p.rows {
		if row.original.endedBoot() {
			return true
		}
	}
	return false
}

// writeProof writes the tables of a document. What they say there of boards
// that were not booted now stays.
func writeProof(t *testing.T, path string, rows map[int]proofRow) {
	t.Helper()
	tables, err := marked.Part(path, "make proof")
	if err != nil {
		t.Fatal(err)
	}
	ways, without, _ := strings.Cut(strings.TrimSpace(tables), "\n\n")
	text := table("| board | kernel | way | devices bound | modules | KiB | seconds | failures |", ways, rows, proofRow.ways) + "\n" +
		table("| board | without the module | not bound |", without, rows, proofRow.leftOut)
	if err := marked.Replace(path, "make proof", text); err != nil {
		t.Fatal(err)
	}
}

// table returns a table with the lines of each board: new ones, or those of old.
func table(head, old string, rows map[int]proofRow, of func(proofRow) string) string {
	text := head + "\n" + strings.Repeat("|---", strings.Count(head, "|")-1) + "|\n"
	for place, board := range provedBoards {
		if row, booted := rows[place]; booted {
			text += of(row)
			continue
		}
		text += linesOf(old, "| "+board.name+" |")
	}
	return text
}

// linesOf returns those lines of a table that begin so.
func linesOf(table, beginning string) (text string) {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, beginning) {
			text += strings.TrimSpace(line) + "\n"
		}
	}
	return text
}

// ways returns the lines of the first table.
func (row proofRow) ways() string {
	var b strings.Builder
	for _, way := range []struct {
		name string
		outcome
	}{{"all-in", row.everything}, {"original", row.original}, {"modscout", row.modscout}} {
		promised, bound := row.count(way.outcome)
		fmt.Fprintf(&b, "| %s | %s | %s | %d of %d | %d | %d | %.1f | %s |\n", row.board.name, row.plan.Platform.Kernel, way.name,
			bound, promised, len(way.loaded), way.bytes/1024, way.seconds, way.failures())
	}
	return b.String()
}

// leftOut returns those of the second.
func (row proofRow) leftOut() string {
	var b strings.Builder
	for _, m := range row.plan.Modules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", row.board.name, m.Name, strings.Join(row.names(row.without[m.Name]), ", "))
	}
	return b.String()
}

// count returns how many devices the plan promises and how many of them one way
// bound, by whichever module.
func (row proofRow) count(o outcome) (promised, bound int) {
	lost := unboundByAny(row.plan, row.before, o.bound)
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
	case o.endedBoot():
		return "boot ended (Exit 99): " + strings.ReplaceAll(o.refused[0], "|", "/")
	}
	return fmt.Sprintf("%d modules not loaded", len(o.refused))
}

// endedBoot says whether the runner gave up.
func (o outcome) endedBoot() bool { return slices.Contains(o.refused, "Exit 99") }

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
