package packer

import (
	"fmt"
	"slices"
	"strings"
)

// nested returns the mapping that is the value of a key, as a file of its own;
// an empty one where the key is missing or has no value.
func (y *yamlFile) nested(key string) (*yamlFile, error) {
	i := slices.IndexFunc(y.entries, func(e yamlEntry) bool { return e.key == key })
	if i < 0 {
		return &yamlFile{}, nil
	}
	e := y.entries[i]
	_, value, _ := strings.Cut(y.lines[e.from], ":")
	value, _, _ = strings.Cut(value, "#")
	if value = strings.TrimSpace(value); value != "" && value != "{}" {
		return nil, fmt.Errorf("%s: not a mapping with one key a line", key)
	}
	text, err := dedent(y.lines[e.from+1 : e.to])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	inner, err := parseYAML([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return inner, nil
}

// below returns the setting that gives a key's mapping other settings and
// keeps the rest of it.
func (y *yamlFile) below(key string, settings ...setting) (setting, error) {
	inner, err := y.nested(key)
	if err != nil {
		return setting{}, err
	}
	text, err := inner.set(settings)
	if err != nil {
		return setting{}, fmt.Errorf("%s: %w", key, err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return setting{key: key, block: b.String()}, nil
}

// dedent takes away the blanks that the first line with a key begins with.
func dedent(lines []string) (string, error) {
	indent := ""
	for _, line := range lines {
		if text := strings.TrimLeft(line, " "); strings.TrimSpace(text) != "" && !strings.HasPrefix(text, "#") {
			indent = line[:len(line)-len(text)]
			break
		}
	}
	var b strings.Builder
	for i, line := range lines {
		text, found := strings.CutPrefix(line, indent)
		if !found && strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			return "", fmt.Errorf("line %d of it is indented less than the first", i+1)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
