package scan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// gaps are the reasons why files and directories could not be read, by path.
type gaps map[string]string

// gapsFile is a captured tree's list of what could not be read on the machine
// that it was captured on: a line "path TAB reason" for each.
const gapsFile = "modscout.gaps"

func readGaps(text []byte) gaps {
	g := gaps{}
	for line := range strings.Lines(strings.ToValidUTF8(string(text), "\uFFFD")) {
		if file, reason, found := strings.Cut(strings.TrimRight(line, "\n"), "\t"); found {
			g[file] = reason
		}
	}
	return g
}

// text writes the list as readGaps reads it.
func (g gaps) text() []byte {
	var text []byte
	for _, file := range g.files() {
		text = fmt.Appendf(text, "%s\t%s\n", file, g[file])
	}
	return text
}

func (g gaps) files() []string { return slices.Sorted(maps.Keys(g)) }

// maxGapWarnings bounds what a report says about gaps. After them it counts:
// a tree that may not be read at all has thousands.
const maxGapWarnings = 20

// conclude turns the gaps of the tree into warnings.
func (s *scanner) conclude() {
	files := s.gaps.files()
	for _, file := range files[:min(len(files), maxGapWarnings)] {
		s.rep.Warn("unreadable", "", impersonal(file)+": "+s.gaps[file])
	}
	if more := len(files) - maxGapWarnings; more > 0 {
		s.rep.Warn("unreadable", "", fmt.Sprintf("%d more files and directories", more))
	}
	complete := len(files) == 0
	s.rep.Source.Complete = &complete
}
