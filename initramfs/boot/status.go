package boot

import (
	"fmt"
	"slices"
	"strings"
)

// lastLine says what became of the answer and what can be done now.
func (s *session) lastLine() string {
	return strings.Join(append(s.status(), s.keysLine()), "\n")
}

// status is what became of the answer, a line each.
func (s *session) status() []string {
	lines := append([]string{}, s.options.Mistakes...)
	switch {
	case s.place() == "" || s.report == nil:
	case s.unsaved != nil:
		lines = append(lines, fmt.Sprintf("NOT SAVED on %s: %v. Press m for another medium.", s.place(), s.unsaved))
	default:
		lines = append(lines, fmt.Sprintf("Saved on %s in %s/.", s.place(), StickDir))
	}
	return slices.Concat(lines, s.leftOutLines(), s.outcome)
}

// statusRows is how many rows of a screen the last lines take: what became of
// the answer, one at least, the keys, and the row that the cursor is in.
func (s *session) statusRows(width int) int {
	rows := 0
	for _, line := range s.status() {
		rows += rowsOf(line, width)
	}
	return max(rows, 1) + rowsOf(s.keysLine(), width) + 1
}

func rowsOf(line string, width int) int { return 1 + max(len(line)-1, 0)/max(width, 1) }

func (s *session) keysLine() string {
	if s.options.PowerOff {
		return "Powering off."
	}
	if s.hasShell {
		return keysHelp + " " + keyShell.Word
	}
	return keysHelp
}
