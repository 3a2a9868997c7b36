package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// showFlags are what show is told besides the file.
type showFlags struct{ format, output, machine string }

func newShowCmd() *cobra.Command {
	var flags showFlags
	cmd := &cobra.Command{
		Use:   "show FILE|-",
		Short: "Show a report, a plan, a database or a catalogue to a person",
		Long: `Show a report, a plan, a database or a catalogue to a person. What FILE is, it
says itself.

A plan names devices by id only. Their names are in the report that it was made
of: --report, or a report.json beside the plan.

--format qr draws a report as QR codes for a terminal of 80 columns: what a
phone reads there is plain text, which modscout import takes back.

--format html makes one page of a report, or of a plan and its report, that needs
nothing else and can be sent to somebody; it holds both documents as they are.`,
		Example: `  modscout show report.json
  modscout show plan.json --report report.json --format markdown
  modscout show plan.json --format html -o page.html
  modscout show report.json --format qr`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args[0]) },
	}
	cmd.Flags().StringVar(&flags.format, "format", "text", "text, json, html (of a report or plan), markdown (of a plan) or qr (of a report)")
	cmd.Flags().StringVar(&flags.machine, "report", "", "the report that a plan was made of")
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "file to write (default: standard output)")
	return cmd
}

func (f showFlags) run(cmd *cobra.Command, file string) error {
	data, err := readInput(cmd, file)
	if err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	d, err := f.open(cmd, file, data)
	if err != nil {
		return fmt.Errorf("showing %s: %w", file, err)
	}
	return writeOutput(cmd, f.output, d.as(f.format))
}

// document is a file that show understands, and the ways to print it.
type document struct {
	value          any // as JSON has it
	text, markdown func(io.Writer) error
	html, qr       func(io.Writer) error
}

// as picks the way to print the document that --format asks for. A nil one is a
// way that the document does not have.
func (d *document) as(format string) func(io.Writer) error {
	ways := map[string]func(io.Writer) error{
		"text": d.text, "markdown": d.markdown, "html": d.html, "qr": d.qr,
		"json": func(w io.Writer) error { return jsondoc.Write(w, d.value) },
	}
	if ways[format] != nil {
		return ways[format]
	}
	maps.DeleteFunc(ways, func(_ string, write func(io.Writer) error) bool { return write == nil })
	return func(io.Writer) error {
		return withHint(fmt.Errorf("no format %q for this document", format), "use "+strings.Join(slices.Sorted(maps.Keys(ways)), ", "))
	}
}

// open finds out what a file is, by its first bytes and its schema, and reads
// it.
func (f showFlags) open(cmd *cobra.Command, file string, data []byte) (*document, error) {
	table, err := modalias.ReadTable(data)
	if err == nil {
		return openTable(table)
	}
	if !errors.Is(err, modalias.ErrNoTable) {
		return nil, err
	}
	schema := catalog.Schema // where it is compressed
	if !bytes.HasPrefix(data, zstdMagic) {
		if schema, err = jsondoc.Schema(data); err != nil {
			return nil, withHint(err, "show reads what modscout writes; modscout import reads what other tools print")
		}
	}
	switch schema {
	case report.Schema:
		return openReport(data)
	case plan.Schema:
		return f.openPlan(cmd, file, data)
	case catalog.Schema:
		return openCatalog(data)
	case catalog.ImportedSchema:
		return openImported(data)
	}
	return nil, withHint(fmt.Errorf("%w %q", jsondoc.ErrSchema, schema), "this program shows reports, plans, databases, catalogues and imported platforms")
}

// zstdMagic begins a Zstandard frame (RFC 8878, section 3.1.1).
var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

func openTable(table *modalias.Table) (*document, error) {
	platforms, err := table.Platforms()
	if err != nil {
		return nil, err
	}
	return &document{value: dbDocument(table, platforms), text: func(w io.Writer) error { return showPlatforms(w, platforms) }}, nil
}

func openReport(data []byte) (*document, error) {
	r, err := report.Read(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return reportDocument(r), nil
}

func reportDocument(r *report.Report) *document {
	return &document{
		value: r,
		text:  func(w io.Writer) error { return show.Report(w, r) },
		html:  func(w io.Writer) error { return show.HTML(w, nil, r) },
		qr:    func(w io.Writer) error { return show.QR(w, r, show.Options{}) },
	}
}

func openCatalog(data []byte) (*document, error) {
	c, err := catalog.Read(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return &document{value: c, text: func(w io.Writer) error { return printCatalogInfo(w, c) }}, nil
}

func openImported(data []byte) (*document, error) {
	i, err := catalog.ReadImported(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return &document{value: i, text: func(w io.Writer) error { return showImported(w, i) }}, nil
}

func (f showFlags) openPlan(cmd *cobra.Command, file string, data []byte) (*document, error) {
	p, err := plan.Read(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	r, err := f.reportOf(cmd, p, file)
	if err != nil {
		return nil, err
	}
	return &document{
		value:    p,
		text:     func(w io.Writer) error { return show.Plan(w, p, r, show.Options{}) },
		markdown: func(w io.Writer) error { return show.Markdown(w, p, r) },
		html:     func(w io.Writer) error { return show.HTML(w, p, r) },
	}, nil
}

// reportOf returns the report that a plan answers: that of --report, which must
// be it, or the one beside the plan, if it is it. Without either it is empty.
func (f showFlags) reportOf(cmd *cobra.Command, p *plan.Plan, file string) (*report.Report, error) {
	if f.machine == "" {
		if r := reportBeside(file); answers(p, r) {
			return r, nil
		}
		return &report.Report{}, nil
	}
	r, err := machineReport(cmd, []string{f.machine})
	if err != nil {
		return nil, err
	}
	if !answers(p, r) {
		return nil, withHint(fmt.Errorf("the plan is not of the report %s", f.machine),
			"make a new plan: modscout recommend "+f.machine)
	}
	return r, nil
}

// reportBeside reads the report.json in a file's folder, as a scan stick has
// it; nil where there is none that can be read.
func reportBeside(file string) *report.Report {
	in, err := os.Open(filepath.Join(filepath.Dir(file), "report.json"))
	if err != nil {
		return nil
	}
	defer in.Close()
	r, err := report.Read(in)
	if err != nil {
		return nil
	}
	return r
}

// answers says whether a plan was made of a report.
func answers(p *plan.Plan, r *report.Report) bool {
	if r == nil {
		return false
	}
	hash, err := r.Hash()
	return err == nil && hash == p.Report
}
