// Package foreign reads hardware lists that other tools print and people paste
// into the same report that a scan makes.
//
// It is tolerant: prompts, markdown fences, several commands in one file and
// damaged lines are expected. It never guesses: what a line does not say is
// absent, and a cut-off id is no id. Only fields that are named here are
// carried, so no MAC address or serial number is.
package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Input is one file or paste.
type Input struct {
	Name string // for messages
	Data []byte
}

// Options say how to import.
type Options struct {
	Kind  string    // one of Kinds; "" detects it by content
	Tool  string    // for the report: "modscout 0.1.0"
	Names *names.DB // nil: the embedded lists
}

// Kinds are the kinds of input, as Options.Kind and a report's source name them.
var Kinds = []string{"report", "lspci", "ids"}

var (
	// ErrNothing is returned where no input holds a device, or one is too long to
	// be a list of devices.
	ErrNothing = errors.New("no device found")
	// ErrKind is returned for an unknown Options.Kind, or input that is not of it.
	ErrKind = errors.New("unknown kind of input")
)

// Import reads inputs that describe one machine and merges them by address:
// the first that says something wins, and a contradiction is a warning.
func Import(inputs []Input, opts Options) (*report.Report, error) {
	if opts.Kind != "" && !slices.Contains(Kinds, opts.Kind) {
		return nil, fmt.Errorf("%w %q, want one of %s", ErrKind, opts.Kind, strings.Join(Kinds, ", "))
	}
	if opts.Names == nil {
		opts.Names = names.Open()
	}
	m := newMerger(opts, len(inputs) > 1)
	for _, input := range inputs {
		if err := m.read(input); err != nil {
			return nil, fmt.Errorf("%s: %w", input.Name, err)
		}
	}
	return m.finish()
}

// maxList is the largest list that is read, in bytes: lspci -vvvxxx of the
// largest machine known has 4 MB.
const maxList = 16 << 20

// read takes in one input.
func (m *merger) read(input Input) error {
	m.input = input.Name
	kind := m.opts.Kind
	if kind == "" {
		kind = detect(input.Data[:min(len(input.Data), maxList)])
	}
	if kind == "report" {
		return m.readReport(input.Data)
	}
	if len(input.Data) > maxList {
		return fmt.Errorf("%w: a list has no more than %d MiB", ErrNothing, maxList>>20)
	}
	lines := splitLines(input.Data)
	if kind == "lspci" {
		devices := parseLspci(lines, m.warn)
		m.add("lspci", devices)
		if lines = besides(lines, devices); len(lines) == 0 {
			return nil
		}
	}
	if devices := m.parseIDs(lines); kind == "ids" || len(devices) > 0 {
		if kind == "ids" {
			m.warnUnknown(lines, devices)
		}
		m.add("ids", devices)
	}
	return nil
}

// warnUnknown warns where ids stand in so much other text that it may be of a
// tool that is not known here, and the ids only a part of what it says.
func (m *merger) warnUnknown(lines []line, devices []found) {
	const paste = 20 // lines that people write around an id
	holding := map[int]bool{}
	for _, d := range devices {
		holding[d.line] = true
	}
	if len(holding) > 0 && len(lines) > paste && 2*len(holding) < len(lines) {
		m.warn(0, "ids-in-text", fmt.Sprintf("this is no list that is known here; the ids in %d of its %d lines are taken", len(holding), len(lines)))
	}
}

// besides returns the lines of a paste with lspci's output where other ids may
// stand: those of lsusb, ids alone on their line, and where the list itself has
// names only, all that people wrote around it.
func besides(lines []line, devices []found) []line {
	namesOnly := !slices.ContainsFunc(devices, func(d found) bool { return d.VendorID != "" })
	return slices.DeleteFunc(lines, func(l line) bool {
		return isLspci(l.text) || !namesOnly && !lsusbForm.MatchString(l.text) && !aloneForm.MatchString(l.text)
	})
}

// detect tells the kind of an input by its content.
func detect(data []byte) string {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return "report"
	}
	for _, line := range splitLines(data) {
		if isLspci(line.text) {
			return "lspci"
		}
	}
	return "ids"
}

// readReport takes in a report that modscout wrote.
func (m *merger) readReport(data []byte) error {
	schema, err := jsondoc.Schema(data)
	if err != nil {
		return err
	}
	if schema != report.Schema {
		return fmt.Errorf("%w: JSON of schema %q, want %q", ErrKind, schema, report.Schema)
	}
	rep, err := report.Read(bytes.NewReader(data))
	if err != nil {
		return err
	}
	m.addReport(rep)
	return nil
}
