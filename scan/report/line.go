package report

import (
	"strings"
	"unicode"
)

// OneLine keeps what strangers wrote (names of devices, of files, of modules)
// from breaking a line or driving the terminal: control characters become
// blanks.
func OneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
}
