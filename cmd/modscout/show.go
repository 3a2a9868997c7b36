package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newShowCmd() *cobra.Command {
	var format, output, machine string
	cmd := &cobra.Command{
		Use:   "show FILE|-",
		Short: "Show a report, a plan or a catalogue to a person",
		Long: `Show a report, a plan or a catalogue to a person. What FILE is, it says itself.

A plan names devices by id only; --report gives the report it was made of, and
with it their names.`,
		Example: `  modscout show report.json
  modscout show plan.json --report report.json --format markdown`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readInput(cmd, args[0])
			if err != nil {
				return fmt.Errorf("reading %s: %w", args[0], err)
			}
			print, err := shower(cmd, data, format, machine)
			if err != nil {
				return fmt.Errorf("showing %s: %w", args[0], err)
			}
			return writeOutput(cmd, output, print)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or (of a plan) markdown")
	cmd.Flags().StringVar(&machine, "report", "", "the report that a plan was made of")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default: standard output)")
	return cmd
}

// shower picks how to print a document, by its schema.
func shower(cmd *cobra.Command, data []byte, format, machine string) (func(io.Writer) error, error) {
	schema, err := jsondoc.Schema(data)
	if err != nil { // a catalogue is compressed
		schema = catalog.Schema
	}
	switch schema {
	case report.Schema:
		r, err := report.Read(bytes.NewReader(data))
		return formats(format, r, func(w io.Writer) error { return show.Report(w, r) }, nil), err
	case plan.Schema:
		return planShower(cmd, data, format, machine)
	case catalog.Schema:
		c, err := catalog.Read(bytes.NewReader(data))
		return formats(format, c, func(w io.Writer) error { return printCatalogInfo(w, c) }, nil), err
	}
	return nil, withHint(fmt.Errorf("%w %q", jsondoc.ErrSchema, schema), "this program shows reports, plans and catalogues; modscout db show shows databases")
}

func planShower(cmd *cobra.Command, data []byte, format, machine string) (func(io.Writer) error, error) {
	p, err := plan.Read(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	r := &report.Report{}
	if machine != "" {
		if r, err = machineReport(cmd, []string{machine}); err != nil {
			return nil, err
		}
	}
	return formats(format, p,
		func(w io.Writer) error { return show.Plan(w, p, r, show.Options{}) },
		func(w io.Writer) error { return show.Markdown(w, p, r) }), nil
}

// formats picks the way to print a document that --format asks for.
func formats(format string, document any, text, markdown func(io.Writer) error) func(io.Writer) error {
	switch {
	case format == "text":
		return text
	case format == "json":
		return func(w io.Writer) error { return jsondoc.Write(w, document) }
	case format == "markdown" && markdown != nil:
		return markdown
	}
	return func(io.Writer) error {
		return withHint(fmt.Errorf("no format %q for this document", format), "use text or json; of a plan also markdown")
	}
}
