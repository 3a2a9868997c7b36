package show

import (
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"rsc.io/qr"
	"rsc.io/qr/coding"

	"github.com/modscout/modscout/scan/report"
)

// Codes returns a report as the texts of QR codes that fit a screen, half a
// character for each module: the machine, then its storage, network, USB hosts
// and display. A person can read them, and modscout import does; see
// docs/importing.md. A screen of 80x25 has room for some 150 characters a code.
func Codes(r *report.Report, options Options) []string {
	words := append(r.Machine.CodeWords(), deviceWords(r)...)
	sum := crc32.ChecksumIEEE([]byte(strings.Join(words, " "))) & 0xffff
	head := func(part, of int) string { return fmt.Sprintf("%s %d/%d-%04X", report.CodeHead, part, of, sum) }
	room := codeRoom(options) - len(head(999, 999))
	var lines []string
	for _, word := range words {
		if last := len(lines) - 1; last >= 0 && len(lines[last])+1+len(word) < room {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	for i := range lines {
		lines[i] = head(i+1, len(lines)) + " " + lines[i]
	}
	return lines
}

// deviceWords are the devices that people ask about, of each table of a report
// together; of USB devices the network cards. What stands several times is
// counted.
func deviceWords(r *report.Report) []string {
	var words []string
	times := map[string]int{}
	for _, group := range groups[:len(groups)-1] {
		for i := range r.Devices {
			d := &r.Devices[i]
			word := d.CodeWord()
			if word == "" || groupOf(d) != group.title || d.Bus == "usb" && group.title != "NETWORK" {
				continue
			}
			if times[word]++; times[word] == 1 {
				words = append(words, word)
			}
		}
	}
	for i, word := range words {
		words[i] = report.CodeTimes(word, times[word])
	}
	return words
}

// quiet is the light margin that a reader needs, in modules (ISO/IEC 18004,
// 6.3.8), and captionLines what stands below a code.
const (
	quiet        = 4
	captionLines = 2
)

// codeRoom returns how many characters a code on a screen may hold: of version
// 5 at least, for 80x25, and of 15 at most, as more modules are hard to
// photograph.
func codeRoom(options Options) int {
	width, height := options.size()
	modules := min(width, 2*(height-captionLines)) - 2*quiet
	version := coding.Version(min(max((modules-17)/4, 5), 15)) // 21 modules, and 4 more a version
	room := 0
	for coding.Alpha(strings.Repeat("A", room+1)).Bits(version) <= 8*version.DataBytes(coding.L) {
		room++
	}
	return room
}

// Code draws one text of [Codes]. The colours are set: a code must be dark on
// light, whatever the terminal's are.
func Code(w io.Writer, text string) error {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return err
	}
	dark := func(x, y int) bool { return code.Black(x-quiet, y-quiet) }
	var b strings.Builder
	for y := 0; y < code.Size+2*quiet; y += 2 {
		b.WriteString("\x1b[1;37;40m")
		for x := range code.Size + 2*quiet {
			below := dark(x, y+1) || y+1 == code.Size+2*quiet
			b.WriteString(halves[[2]bool{dark(x, y), below}])
		}
		b.WriteString("\x1b[0m\n")
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// halves are two modules, one above the other, light on a dark ground: whether
// each is dark.
var halves = map[[2]bool]string{
	{false, false}: "█", {false, true}: "▀", {true, false}: "▄", {true, true}: " ",
}

// QR writes a report as QR codes, each with its text, which says which of how
// many it is.
func QR(w io.Writer, r *report.Report, options Options) error {
	width, _ := options.size()
	for _, text := range Codes(r, options) {
		if err := Code(w, text); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, strings.Join(wrap(text, width-1, captionLines), "\n")); err != nil {
			return err
		}
	}
	return nil
}
