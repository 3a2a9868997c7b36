package foreign

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf16"
)

// line is a line of input without what terminals, editors and forums add to it.
type line struct {
	number   int
	indented bool
	text     string // without white space around it
}

// maxLine cuts lines that no tool writes.
const maxLine = 1 << 14

// escapes are ANSI control sequences (ECMA-48, section 5.4) and window titles.
var escapes = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07]*\x07)")

// invisible are characters that look like a space or like nothing.
var invisible = strings.NewReplacer("\u00a0", " ", "\ufeff", "", "\u200b", "", "\x00", "")

// bullet begins an item of a list.
var bullet = regexp.MustCompile(`^\s*[-*+•]\s+`)

// splitLines splits text with line ends of any system.
func splitLines(data []byte) []line {
	text := string(toUTF8(data))
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	var lines []line
	number := 0
	for raw := range strings.SplitSeq(text, "\n") {
		number++
		raw = clean(raw)
		if trimmed := strings.TrimSpace(raw); trimmed != "" {
			lines = append(lines, line{number, raw[0] == ' ' || raw[0] == '\t', trimmed})
		}
	}
	return lines
}

// clean drops control sequences, marks of quotes and lists, and unusual white
// space.
func clean(raw string) string {
	raw = raw[:min(len(raw), maxLine)]
	if strings.ContainsRune(raw, '\x1b') {
		raw = escapes.ReplaceAllString(raw, "")
	}
	raw = strings.ToValidUTF8(raw, "?")
	raw = invisible.Replace(raw)
	for strings.HasPrefix(raw, ">") {
		raw = strings.TrimPrefix(raw[1:], " ")
	}
	return bullet.ReplaceAllString(raw, "")
}

// toUTF8 decodes UTF-16 with a byte order mark, which PowerShell writes.
func toUTF8(data []byte) []byte {
	little := bytes.HasPrefix(data, []byte("\xff\xfe"))
	if !little && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		low, high := data[i], data[i+1]
		if !little {
			low, high = high, low
		}
		units = append(units, uint16(high)<<8|uint16(low))
	}
	return []byte(string(utf16.Decode(units)))
}
