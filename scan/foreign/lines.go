package foreign

import (
	"bytes"
	"strings"
	"unicode/utf16"
)

// line is a line of input without what terminals, editors and forums add to it.
type line struct {
	number int
	indent int    // columns of white space before the text, where a tab counts as 8
	text   string // without white space around it
}

// maxLine cuts lines that no tool writes.
const maxLine = 1 << 14

// escapes are ANSI control sequences (ECMA-48, section 5.4) and window titles.
var escapes = pattern("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07]*\x07)")

// lookalikes are characters that web pages and input methods put in the place
// of plain ones, or that look like nothing.
var lookalikes = strings.NewReplacer(
	"\u00a0", " ", "\ufeff", "", "\u200b", "", "\x00", "",
	"&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&nbsp;", " ", "&amp;", "&",
	"：", ":", "［", "[", "］", "]", "“", `"`, "”", `"`,
)

// bullet begins an item of a list.
var bullet = pattern(`^\s*[-*+•]\s+`)

// splitLines splits text with line ends of any system, and leaves out the empty
// lines. It stops after one more than maxLines.
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
			lines = append(lines, line{number, indentOf(raw), trimmed})
		}
		if len(lines) > maxLines {
			break
		}
	}
	return lines
}

// clean drops control sequences, marks of quotes and lists, and unusual white
// space.
func clean(raw string) string {
	raw = raw[:min(len(raw), maxLine)]
	if strings.IndexByte(raw, '\x1b') >= 0 {
		raw = escapes().ReplaceAllString(raw, "")
	}
	if !isPlain(raw) {
		raw = lookalikes.Replace(strings.ToValidUTF8(raw, "?"))
	}
	for strings.HasPrefix(raw, ">") {
		raw = strings.TrimPrefix(raw[1:], " ")
	}
	if text := strings.TrimLeft(raw, " \t"); text != "" && strings.ContainsAny(text[:1], "-*+\xe2") {
		raw = bullet().ReplaceAllString(raw, "")
	}
	return mend(raw)
}

// isPlain says whether a line has nothing that needs replacing, as most have.
func isPlain(raw string) bool {
	for i := range len(raw) {
		if c := raw[i]; c >= 0x80 || c == '&' || c == 0 {
			return false
		}
	}
	return true
}

// tornID is an id in brackets with the white space in it that a terminal puts
// where it broke the line.
var tornID = pattern(`(?i)\[[0-9a-f]{1,4}(?:\s*[0-9a-f]{1,4})?\s*:\s*[0-9a-f]{1,4}(?:\s+[0-9a-f]{1,4})?\]`)

// mend closes up ids such as "[1b3      6:000d]". One that is not whole then
// stays as it is.
func mend(text string) string {
	if open := strings.IndexByte(text, '['); open < 0 || !strings.Contains(text[open:], "]") {
		return text
	}
	return tornID().ReplaceAllStringFunc(text, func(torn string) string {
		if closed := strings.Join(strings.Fields(torn), ""); idsForm().MatchString(closed) {
			return closed
		}
		return torn
	})
}

func indentOf(raw string) int {
	columns := 0
	for _, r := range raw {
		switch r {
		case ' ':
			columns++
		case '\t':
			columns += 8 - columns%8
		default:
			return columns
		}
	}
	return columns
}

// isPrompt says whether a line is a shell's prompt, with or without a command.
func isPrompt(text string) bool {
	return strings.ContainsAny(text, "$#%>") && prompt().MatchString(text)
}

var prompt = pattern(`^(?:[$#]|\S*[\w.-]+@[\w.-]+\S*[ :].*?[#$%>]|PS [A-Z]:.*>|\w+[#$%])(?:\s|$)`)

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
