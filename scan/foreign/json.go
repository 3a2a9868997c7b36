package foreign

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// document is a kind of JSON that other tools write.
type document struct {
	kind    string
	members []string // that a document of this kind has at its top, or its first node
	read    func(m *merger, data []byte) error
}

var documents = []document{
	{"facter", []string{"hardware", "version"}, readFacter},
	{"lscpu", []string{"lscpu"}, readLscpuJSON},
	{"lshw", []string{"id", "class"}, readLshwJSON},
	{"hwsniffer", []string{"Motherboard", "CPU"}, readSniffer},
}

// unmarshal decodes what other tools write: with members that nobody asked for,
// some of them twice, and names in any encoding.
func unmarshal(data []byte, v any) error {
	return json.Unmarshal(data, v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// maxDocuments bounds how often a paste is searched for JSON.
const maxDocuments = 16

// readDocuments takes in the JSON documents of a paste and returns the text
// without them; its lines keep their numbers.
func (m *merger) readDocuments(data []byte) ([]byte, error) {
	trimmed := bytes.TrimLeft(data, " \t\r\n\ufeff")
	if m.opts.Kind == "report" || isOwn(trimmed) {
		return nil, m.readReport(trimmed)
	}
	for range maxDocuments {
		start := nextDocument(data)
		if start < 0 {
			break
		}
		end, own, err := m.readDocument(data[start:])
		if own && err == nil {
			return nil, nil // the console that printed it says no more than it does
		}
		if err != nil {
			m.warn(1+bytes.Count(data[:start], []byte("\n")), "json", "this JSON is damaged or of a tool that is not known here; ids in it are taken as they stand")
			break
		}
		data = slices.Concat(data[:start], bytes.Repeat([]byte("\n"), bytes.Count(data[start:start+end], []byte("\n"))), data[start+end:])
	}
	return data, nil
}

// isOwn says whether a text is a document of modscout alone, good or bad: then
// what is wrong with it is an error, not prose.
func isOwn(data []byte) bool {
	head := data[:min(len(data), 1<<10)]
	return bytes.HasPrefix(data, []byte("{")) && (bytes.Contains(head, []byte(`"modscout.`)) || len(bytes.TrimSpace(data)) <= len("{}"))
}

// nextDocument returns where a line begins with what JSON may begin with, or -1.
func nextDocument(data []byte) int {
	for at := 0; at < len(data); {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			end = len(data) - at
		}
		text := bytes.TrimLeft(data[at:at+end], " \t\r\ufeff")
		if start := at + end - len(text); isBrace(data[start:]) {
			return start
		}
		at += end + 1
	}
	return -1
}

// isBrace tells JSON from the "[8086:15f3]" and "[    0.1]" of other lists.
func isBrace(text []byte) bool {
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	const margin = 256 // white space in it
	next := bytes.TrimLeft(text[1:min(len(text), margin)], " \t\r\n")
	return len(next) > 0 && (text[0] == '{' && next[0] == '"' || text[0] == '[' && next[0] == '{')
}

// readDocument takes in the document at the start of data. It returns its length
// and whether it is a report of modscout.
func (m *merger) readDocument(data []byte) (length int, own bool, err error) {
	value, err := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)).ReadValue()
	if err != nil {
		return 0, false, err
	}
	var head map[string]jsontext.Value
	if value.Kind() == '[' {
		var nodes []map[string]jsontext.Value
		if err := unmarshal(value, &nodes); err != nil || len(nodes) == 0 {
			return 0, false, ErrKind
		}
		head = nodes[0]
	} else if err := unmarshal(value, &head); err != nil {
		return 0, false, err
	}
	if head["schema"] != nil {
		return len(value), true, m.readReport(value)
	}
	for _, d := range documents {
		if d.fits(head) && (m.opts.Kind == "" || m.opts.Kind == d.kind) {
			m.kind = d.kind
			return len(value), false, d.read(m, value)
		}
	}
	return 0, false, ErrKind
}

func (d *document) fits(head map[string]jsontext.Value) bool {
	for _, member := range d.members {
		if head[member] == nil {
			return false
		}
	}
	return true
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
	rep, err := report.Read(strings.NewReader(string(data)))
	if err != nil {
		return err
	}
	m.addReport(rep)
	return nil
}
