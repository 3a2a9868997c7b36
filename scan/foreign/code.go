package foreign

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// code is a QR code's text, as the scan image shows it: "MODSCOUT1 1/2-5F0C"
// and its words, which a mail program may have broken into lines.
type code struct {
	number   int    // of the line
	part, of int    // from 1
	sum      string // four digits that all codes of a report share
	words    []string
}

// codeHead is how a code begins. There are at most 999.
var codeHead = pattern(`^` + report.CodeHead + ` ([1-9]\d{0,2})/([1-9]\d{0,2})-([0-9A-F]{4})(?: |$)`)

func beginCode(l line) block {
	text := strings.ToUpper(l.text)
	m := codeHead().FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	c := &code{number: l.number, sum: m[3]}
	c.part, _ = strconv.Atoi(m[1]) // the pattern has digits alone
	c.of, _ = strconv.Atoi(m[2])
	c.words = strings.Fields(text[len(m[0]):])
	return c
}

// line takes in a line that has nothing but words of a code.
func (c *code) line(l line) bool {
	words := strings.Fields(strings.ToUpper(l.text))
	for _, word := range words {
		if _, times := report.ReadDeviceCode(word); times == 0 && !new(report.Machine).ReadCodeWord(word) {
			return false
		}
	}
	c.words = append(c.words, words...)
	return true
}

func (c *code) end(m *merger) { m.codes = append(m.codes, c) }

// useCodes takes in what the codes say together, in the order of their numbers
// and each number once.
func (m *merger) useCodes() {
	if len(m.codes) == 0 {
		return
	}
	m.kind = "code"
	first := m.codes[0]
	parts := make([]*code, first.of)
	for _, c := range m.codes {
		switch {
		case c.sum != first.sum || c.of != first.of || c.part > c.of:
			m.warn(c.number, "conflict", "this code is of another report than the first: one import is one machine")
		case parts[c.part-1] == nil:
			parts[c.part-1] = c
		}
	}
	var all []string
	missing := 0
	for _, c := range parts {
		if c == nil {
			missing++
			continue
		}
		all = append(all, c.words...)
		m.addCode(c)
	}
	sum := fmt.Sprintf("%04X", crc32.ChecksumIEEE([]byte(strings.Join(all, " ")))&0xffff)
	switch {
	case missing > 0:
		m.warn(first.number, "code-missing", fmt.Sprintf("%d of %d codes are missing: the report lacks devices", missing, first.of))
	case sum != first.sum:
		m.warn(first.number, "code-damaged", "the codes are not what was shown: a word was changed or left out")
	}
	m.rep.Source.Complete = new(false) // a code leaves out most of a machine
}

// addCode takes in the words of one code.
func (m *merger) addCode(c *code) {
	var machine report.Machine
	var devices []found
	for _, word := range c.words {
		d, times := report.ReadDeviceCode(word)
		if times == 0 && !machine.ReadCodeWord(word) {
			m.warn(c.number, "unread", "the code has a word that is not known here")
		}
		for range times {
			devices = append(devices, found{Device: d, number: c.number})
		}
	}
	m.addMachine(machine, "")
	m.add(devices...)
}
