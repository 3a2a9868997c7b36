// Package foreign reads hardware lists that other tools print and people paste
// into the same report that a scan makes.
//
// It is tolerant: prompts, markdown fences, several commands in one file and
// damaged lines are expected. It never guesses: what a line does not say is
// absent, and a cut-off id is no id. Only fields that are named here are
// carried, so no MAC address, serial number, UUID or host name is.
//
// Text is read by blocks ([readText]): each format says by which line a block of
// its own begins and which lines belong to it. What no format claims is searched
// for bare ids. JSON documents and archives are formats of their own.
package foreign

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
)

// Input is one file or paste.
type Input struct {
	Name string // for errors; a report does not carry it
	Data []byte
}

// Options say how to import.
type Options struct {
	Kind  string    // one of Kinds; "" detects it by content
	Tool  string    // for the report: "modscout 0.1.0"
	Names *names.DB // nil: the embedded lists

	// Tree reads a captured /sys and /proc, a tar archive that may be
	// compressed, as package scan does; nil refuses them.
	Tree func(archive []byte) (*report.Report, error)
}

// Kinds are the kinds of input, as Options.Kind and a report's source name them.
var Kinds = kinds()

func kinds() []string {
	list := []string{"report", "sysfs"}
	for _, f := range formats {
		list = append(list, f.kind)
	}
	for _, d := range documents {
		list = append(list, d.kind)
	}
	slices.Sort(list)
	return append(slices.Compact(list), "ids")
}

var (
	// ErrNothing is returned where no input says anything of a machine, or one is
	// too long to be a list of devices.
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
	for i, input := range inputs {
		m.input = i + 1
		if err := m.read(input.Data); err != nil {
			return nil, fmt.Errorf("%s: %w", input.Name, err)
		}
	}
	return m.finish()
}

// Limits of a list. lspci -vvvxxx of the largest machine known has 4 MB and
// 90,000 lines.
const (
	maxList  = 16 << 20 // bytes
	maxLines = 1 << 20
)

// read takes in one input.
func (m *merger) read(packed []byte) error {
	data, err := unpack(packed)
	if err != nil {
		return err
	}
	if isTar(data) {
		return m.readArchive(packed, data)
	}
	before := len(m.rep.Devices)
	lines, err := m.readLists(data)
	if err != nil || m.opts.Kind != "" && m.opts.Kind != "ids" {
		return err
	}
	if m.hasIDs(before) {
		lines = m.besides(lines)
	}
	m.readIDs(lines)
	return nil
}

// readLists takes in the documents and lists of a paste and returns the lines
// that are of neither.
func (m *merger) readLists(data []byte) ([]line, error) {
	data, err := m.readDocuments(toUTF8(data))
	if err != nil {
		return nil, err
	}
	if len(data) > maxList {
		return nil, fmt.Errorf("%w: a list has no more than %d MiB", ErrNothing, maxList>>20)
	}
	lines := splitLines(data)
	switch {
	case len(lines) > maxLines:
		return nil, fmt.Errorf("%w: a list has no more than %d lines", ErrNothing, maxLines)
	case m.opts.Kind == "ids":
		return lines, nil
	}
	return m.readText(lines), nil
}

// hasIDs says whether a device with an id came in since there were that many.
func (m *merger) hasIDs(before int) bool {
	return slices.ContainsFunc(m.rep.Devices[min(before, len(m.rep.Devices)):], func(d report.Device) bool { return d.VendorID != "" })
}
