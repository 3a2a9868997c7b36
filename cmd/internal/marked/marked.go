// Package marked puts what a command has measured into a document, between
// two marks, so that no figure is typed by hand:
//
//	<!-- make bench: begin -->
//	…
//	<!-- make bench: end -->
package marked

import (
	"fmt"
	"os"
	"strings"

	"github.com/google/renameio/v2"
)

// Part returns what stands between the marks of a command in a file.
func Part(file, command string) (string, error) {
	_, part, _, err := split(file, command)
	return part, err
}

// Replace writes text between the marks of a command in a file.
func Replace(file, command, text string) error {
	before, _, after, err := split(file, command)
	if err != nil {
		return err
	}
	return renameio.WriteFile(file, []byte(before+text+after), 0o644)
}

// split cuts a file behind the first mark and before the second.
func split(file, command string) (before, part, after string, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", "", "", err
	}
	begin, end := "<!-- "+command+": begin -->\n", "<!-- "+command+": end -->"
	text := string(data)
	from, to := strings.Index(text, begin)+len(begin), strings.Index(text, end)
	if from < len(begin) || to < from {
		return "", "", "", fmt.Errorf("%s has no lines %q and %q", file, strings.TrimSpace(begin), end)
	}
	return text[:from], text[from:to], text[to:], nil
}
