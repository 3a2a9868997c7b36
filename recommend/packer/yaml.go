package packer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// yamlFile is a YAML mapping that a person or a loader wrote. The parser says
// where each key is; changes are made to the text, so that everything else,
// comments and odd spelling included, stays as it is byte for byte.
type yamlFile struct {
	lines   []string // with their line ends
	entries []yamlEntry
}

// yamlEntry is one key of the mapping and the lines that it takes.
type yamlEntry struct {
	key, value string // value: the text of a scalar, "" for anything else
	comment    string // at the end of its line, with the mark
	anchor     bool   // other entries may refer to it
	whole      string // the entry as the parser understood it
	from, to   int    // positions in lines, to excluded
}

// The most that a file may hold: RR's own have 20 KB and three levels, and the
// parser's memory grows with the square of the levels.
const (
	maxYAML      = 256 << 10 // bytes
	maxYAMLDepth = 1000
)

// checkYAML refuses files that would cost more than they can be worth. It
// counts what can open a level inside a line; levels by indentation are few in
// so many bytes.
func checkYAML(data []byte) error {
	if len(data) > maxYAML {
		return fmt.Errorf("larger than %d KiB", maxYAML>>10)
	}
	depth := bytes.Count(data, []byte("[")) + bytes.Count(data, []byte("{"))
	for line := range bytes.Lines(data) {
		depth = max(depth, len(line)-len(bytes.TrimLeft(line, " -?:")))
	}
	if depth > maxYAMLDepth {
		return fmt.Errorf("nested deeper than %d levels", maxYAMLDepth)
	}
	return nil
}

// parseYAML reads one mapping; nothing at all is an empty one.
func parseYAML(data []byte) (*yamlFile, error) {
	y := &yamlFile{}
	if len(bytes.TrimSpace(data)) == 0 || string(bytes.TrimSpace(data)) == "{}" {
		return y, nil
	}
	if err := checkYAML(data); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(data, parser.ParseComments)
	if err != nil {
		return nil, errors.New(yaml.FormatError(err, false, false))
	}
	if len(file.Docs) != 1 {
		return nil, fmt.Errorf("%d documents instead of one", len(file.Docs))
	}
	root, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok || root.IsFlowStyle {
		return nil, errors.New("not a mapping with one key a line")
	}
	y.lines = slices.Collect(strings.Lines(string(data)))
	return y, y.locate(root)
}

// locate fills in the entries.
func (y *yamlFile) locate(root *ast.MappingNode) error {
	for i, node := range root.Values {
		at := node.Key.GetToken().Position
		if at.Column != 1 || !y.starts(at.Line, node.Key.GetToken().Origin) {
			return fmt.Errorf("line %d: the key %s does not start its line", at.Line, node.Key)
		}
		entry := entryOf(node)
		entry.from, entry.to = at.Line-1, len(y.lines)
		if i > 0 {
			if entry.from <= y.entries[i-1].from {
				return fmt.Errorf("line %d: two keys on one line", at.Line)
			}
			y.entries[i-1].to = entry.from
		}
		y.entries = append(y.entries, entry)
	}
	for i := range y.entries {
		y.trim(&y.entries[i])
	}
	return nil
}

// entryOf returns what the parser knows of an entry, without its lines.
func entryOf(node *ast.MappingValueNode) yamlEntry {
	entry := yamlEntry{
		key:    node.Key.GetToken().Value,
		whole:  node.String(),
		anchor: len(ast.Filter(ast.AnchorType, node)) > 0,
	}
	if scalar, ok := node.Value.(ast.ScalarNode); ok && scalar.GetValue() != nil {
		entry.value = scalar.GetToken().Value
	}
	if c := node.Value.GetComment(); c != nil {
		entry.comment = strings.TrimSpace(c.String())
	}
	return entry
}

// starts reports whether a line, counted from 1, begins with a key. The parser
// and we count alike except where a file has lone carriage returns.
func (y *yamlFile) starts(line int, key string) bool {
	return line >= 1 && line <= len(y.lines) && strings.HasPrefix(y.lines[line-1], strings.TrimSpace(key))
}

// trim takes from the end of an entry the blank lines, and the comments that
// belong to the next one.
func (y *yamlFile) trim(e *yamlEntry) {
	for e.to > e.from+1 {
		last := y.lines[e.to-1]
		if strings.TrimSpace(last) != "" && !strings.HasPrefix(last, "#") {
			return
		}
		e.to--
	}
}

// text returns a scalar as it is written, without quotes; "" where the key is
// missing, null or no scalar.
func (y *yamlFile) text(key string) string {
	for _, e := range y.entries {
		if e.key == key {
			return e.value
		}
	}
	return ""
}

func (y *yamlFile) has(key string) bool {
	return slices.ContainsFunc(y.entries, func(e yamlEntry) bool { return e.key == key })
}

// setting is a key that gets a value: a string, or a map of names to "".
type setting struct {
	key     string
	value   string
	names   []string // where the value is a map
	block   string   // where the value is a mapping in lines of its own, indented
	comment string   // for the line above
}

// ourComment begins the comments that we write, so that the next run finds and
// replaces them.
const ourComment = "# modscout: "

// String renders the setting as YAML. A JSON string is a YAML one.
func (s setting) String() string {
	var b strings.Builder
	if s.comment != "" {
		fmt.Fprintf(&b, "%s%s\n", ourComment, s.comment)
	}
	if s.block != "" {
		return b.String() + s.key + ":\n" + s.block
	}
	if s.names == nil {
		fmt.Fprintf(&b, "%s: %s\n", s.key, quote(s.value))
		return b.String()
	}
	if len(s.names) == 0 {
		return b.String() + s.key + ": {}\n"
	}
	fmt.Fprintf(&b, "%s:\n", s.key)
	for _, name := range s.names {
		fmt.Fprintf(&b, "  %s: \"\"\n", quote(name))
	}
	return b.String()
}

// replacing renders the setting in the place of an entry, whose comment at the
// end of the line stays.
func (s setting) replacing(e yamlEntry) string {
	text := s.String()
	if s.names != nil || s.block != "" || e.to != e.from+1 || e.comment == "" || strings.Contains(e.comment, "\n") {
		return text
	}
	return strings.TrimSuffix(text, "\n") + " " + e.comment + "\n"
}

func quote(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}

// set returns the text with settings applied: each in its place, or at the end.
// It checks that the result says the new things and that everything else
// still says what it said.
func (y *yamlFile) set(settings []setting) ([]byte, error) {
	var b strings.Builder
	at := 0
	for _, e := range y.entries {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.key == e.key })
		if i < 0 {
			continue
		}
		before := y.lines[at:e.from]
		if n := len(before); n > 0 && strings.HasPrefix(before[n-1], ourComment) {
			before = before[:n-1]
		}
		if e.anchor {
			return nil, fmt.Errorf("%s holds an anchor, which other keys may need", e.key)
		}
		b.WriteString(strings.Join(before, ""))
		b.WriteString(settings[i].replacing(e))
		at = e.to
	}
	b.WriteString(strings.Join(y.lines[at:], ""))
	if text := b.String(); text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteString("\n")
	}
	for _, s := range settings {
		if !y.has(s.key) {
			b.WriteString(s.String())
		}
	}
	out := []byte(b.String())
	return out, y.compare(out, settings)
}

// compare holds the new text to the old one.
func (y *yamlFile) compare(text []byte, settings []setting) error {
	fresh, err := parseYAML(text)
	if err != nil {
		return fmt.Errorf("cannot be changed without damage: %w", err)
	}
	isSet := func(e yamlEntry) bool {
		return slices.ContainsFunc(settings, func(s setting) bool { return s.key == e.key })
	}
	rest := func(entries []yamlEntry) (wholes []string) {
		for _, e := range entries {
			if !isSet(e) {
				wholes = append(wholes, e.whole)
			}
		}
		return wholes
	}
	if !slices.Equal(rest(y.entries), rest(fresh.entries)) {
		return errors.New("cannot be changed without damage to its other keys")
	}
	for _, s := range settings {
		if !fresh.has(s.key) || s.names == nil && s.block == "" && fresh.text(s.key) != s.value {
			return fmt.Errorf("cannot be changed: %s does not take its new value", s.key)
		}
	}
	return nil
}
