package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// findingsWriter returns what prints findings in a format, or nil.
func findingsWriter(format string) func(io.Writer, []catalog.Finding) error {
	switch format {
	case "text":
		return findingsText
	case "json":
		return findingsJSON
	case "github":
		return findingsGitHub
	}
	return nil
}

// bind makes a writer of one argument.
func bind[T any](write func(io.Writer, T) error, value T) func(io.Writer) error {
	return func(w io.Writer) error { return write(w, value) }
}

func findingsText(w io.Writer, findings []catalog.Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", f.Code, oneLine(f.Where()), oneLine(f.Message)); err != nil {
			return err
		}
	}
	return nil
}

// findingsDocument is what --format json prints and --baseline reads.
type findingsDocument struct {
	Findings []catalog.Finding        `json:"findings"`
	Counts   map[string]catalog.Count `json:"counts"`
}

func findingsJSON(w io.Writer, findings []catalog.Finding) error {
	return jsondoc.Write(w, findingsDocument{findings, catalog.CountFindings(findings)})
}

// annotations are GitHub's names for what we call effects.
var annotations = map[string]string{
	catalog.StopsBoot: "error", catalog.DriverLost: "error", catalog.Risk: "warning", catalog.Cosmetic: "notice",
}

// findingsGitHub prints workflow commands (GitHub, "Workflow commands for
// GitHub Actions", setting an error message; the escapes are those of
// actions/toolkit packages/core/src/command.ts).
func findingsGitHub(w io.Writer, findings []catalog.Finding) error {
	for _, f := range findings {
		file := ""
		if f.Source != "" {
			file = "file=" + githubProperty.Replace(fileBelow(f.Source, f.File)) + ","
		}
		_, err := fmt.Fprintf(w, "::%s %stitle=%s::%s\n", annotations[f.Severity], file, f.Code,
			githubData.Replace(f.Where()+": "+f.Message))
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// fileBelow names a file of a source relative to the current directory, or to
// the source where that lies elsewhere.
func fileBelow(source, file string) string {
	path := filepath.Join(source, file)
	if here, err := os.Getwd(); err == nil && filepath.IsAbs(path) {
		path, err = filepath.Rel(here, path)
		if err != nil {
			return file
		}
	}
	if !filepath.IsLocal(path) {
		return file
	}
	return filepath.ToSlash(path)
}

// baseline holds the places of defects that are known, by code and place: what
// the message says may change with the rest of the tree.
type baseline map[[2]string]bool

// readBaseline reads what an earlier check printed, as JSON or as text. No
// name, no baseline.
func readBaseline(cmd *cobra.Command, name string) (baseline, error) {
	if name == "" {
		return nil, nil
	}
	data, err := readInput(cmd, name)
	if err != nil {
		return nil, err
	}
	known := baseline{}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		var doc findingsDocument
		if err := json.Unmarshal(data, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, f := range doc.Findings {
			known[[2]string{f.Code, oneLine(f.Where())}] = true
		}
		return known, nil
	}
	for line := range strings.Lines(string(data)) {
		field := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(field) != 3 {
			return nil, withHint(fmt.Errorf("%s: %q is no finding", name, oneLine(strings.TrimSpace(line))), "give what catalog check printed as text or JSON")
		}
		known[[2]string{field[0], field[1]}] = true
	}
	return known, nil
}

// without leaves out what is known.
func (b baseline) without(findings []catalog.Finding) []catalog.Finding {
	fresh := []catalog.Finding{}
	for _, f := range findings {
		if !b[[2]string{f.Code, oneLine(f.Where())}] {
			fresh = append(fresh, f)
		}
	}
	return fresh
}

// oneLine is [report.OneLine], which nearly every verb prints with.
func oneLine(s string) string { return report.OneLine(s) }
