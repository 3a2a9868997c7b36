package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
)

func printMatrixAnswer(w io.Writer, a *matrixAnswer, flags matrixFlags) error {
	if a.Coverage != nil {
		if err := printCoverage(w, a.Coverage, flags.rows); err != nil {
			return err
		}
	}
	for i := range a.Matrices {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := printMatrix(w, &a.Matrices[i], flags.why); err != nil {
			return err
		}
	}
	var data []string
	for _, c := range a.Catalogs {
		data = append(data, c.Name+" of "+c.Date)
	}
	_, err := fmt.Fprintf(w, "\nData: %s.\n", oneLine(strings.Join(data, ", ")))
	return err
}

// signs are those of the usual states; others get letters as they come.
var signs = map[string]byte{catalog.Usable: '+', catalog.NoRelease: '.', catalog.InPlatform: '='}

// printMatrix writes a row of signs for each extension or module. Platforms
// that do not differ in any row share a column.
func printMatrix(w io.Writer, m *catalog.Matrix, why bool) error {
	columns := columnsOf(m)
	letters := lettersOf(m)
	width := len(m.Of)
	for _, row := range m.Rows {
		width = max(width, len(row.Name))
	}
	fmt.Fprintf(w, "%s: %d %ss, %d platforms in %d columns\n\n", m.Loader, len(m.Rows), m.Of, len(m.Platforms), len(columns))
	for _, line := range header(len(columns)) {
		fmt.Fprintf(w, "%-*s  %s\n", width, "", line)
	}
	for _, row := range m.Rows {
		line := make([]byte, len(columns))
		for i, c := range columns {
			line[i] = letters[row.Cells[c[0]].State]
		}
		fmt.Fprintf(w, "%-*s  %s\n", width, oneLine(row.Name), line)
	}
	fmt.Fprintln(w)
	for i, c := range columns {
		fmt.Fprintf(w, "%3d  %s\n", i+1, oneLine(platformNames(m, c)))
	}
	fmt.Fprintln(w)
	for _, state := range slices.SortedFunc(maps.Keys(letters), func(a, b string) int { return int(letters[a]) - int(letters[b]) }) {
		fmt.Fprintf(w, "  %c  %s\n", letters[state], state)
	}
	if why {
		printReasons(w, m)
	}
	return nil
}

// columnsOf groups the platforms whose cells are alike in all rows.
func columnsOf(m *catalog.Matrix) [][]int {
	var columns [][]int
	at := map[string]int{}
	for i := range m.Platforms {
		var states strings.Builder
		for _, row := range m.Rows {
			states.WriteString(row.Cells[i].State + "\n")
		}
		c, found := at[states.String()]
		if !found {
			c = len(columns)
			at[states.String()] = c
			columns = append(columns, nil)
		}
		columns[c] = append(columns[c], i)
	}
	return columns
}

func lettersOf(m *catalog.Matrix) map[string]byte {
	states := map[string]bool{}
	for _, row := range m.Rows {
		for _, cell := range row.Cells {
			states[cell.State] = true
		}
	}
	letters, next := map[string]byte{}, byte('a')
	for _, state := range slices.Sorted(maps.Keys(states)) {
		sign, usual := signs[state]
		if !usual {
			sign = next
			next++
		}
		letters[state] = sign
	}
	return letters
}

// header numbers columns from 1, read downwards.
func header(columns int) []string {
	digits := len(fmt.Sprint(columns))
	lines := make([]string, digits)
	for i := range columns {
		for d, c := range fmt.Sprintf("%*d", digits, i+1) {
			lines[d] += string(c)
		}
	}
	return lines
}

func platformNames(m *catalog.Matrix, column []int) string {
	var names []string
	for _, i := range column {
		names = append(names, m.Platforms[i])
	}
	return strings.Join(names, ", ")
}

func printReasons(w io.Writer, m *catalog.Matrix) {
	for _, row := range m.Rows {
		for i, cell := range row.Cells {
			if cell.Reason != "" {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", oneLine(row.Name), oneLine(m.Platforms[i]), cell.State, oneLine(cell.Reason))
			}
		}
	}
}

// printCoverage writes what platforms do for machines, best first, and the
// missing devices.
func printCoverage(w io.Writer, c *recommend.Coverage, top int) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "PLATFORM\tKERNEL\tMACHINES\tKNOWN\tASSUMED\tPOSSIBLE\tMISSING\tBLOCKED\tUNKNOWN")
	platforms := slices.Clone(c.Platforms)
	slices.SortStableFunc(platforms, func(a, b recommend.PlatformCoverage) int {
		if d := len(b.Serves) - len(a.Serves); d != 0 {
			return d
		}
		return a.Missing + a.Blocked - b.Missing - b.Blocked
	})
	for _, p := range platforms {
		machines := "-"
		if c.Machines > 0 {
			machines = fmt.Sprintf("%d of %d", len(p.Serves), c.Machines)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", oneLine(p.Platform), oneLine(p.Kernel), machines,
			p.Known, p.Assumed, p.Possible, p.Missing, p.Blocked, p.Unknown)
	}
	if err := table.Flush(); err != nil || len(c.Missing) == 0 {
		return err
	}
	fmt.Fprintln(w, "\nMissing, worst first:")
	for i, d := range c.Missing {
		if i == top {
			fmt.Fprintf(w, "and %d more (--top)\n", len(c.Missing)-top)
			break
		}
		fmt.Fprintf(w, "%s  %d machines, %s: missing on %d platforms; %s\n", oneLine(d.ID), d.Count,
			oneLine(strings.Join(d.Modules, ", ")), len(d.Without), oneLine(whoHas(d)))
	}
	return nil
}

func whoHas(d *recommend.MissingDevice) string {
	if len(d.Have) == 0 {
		return "no platform has it"
	}
	return fmt.Sprintf("on %s; kernels %s", someOf(d.Have, 4), someOf(d.Kernels, 6))
}

// someOf lists the first few of many names.
func someOf(names []string, few int) string {
	switch {
	case len(names) == 0:
		return "none"
	case len(names) <= few:
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
