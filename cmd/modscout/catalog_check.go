package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newCatalogCheckCmd() *cobra.Command {
	var sources catalogSources
	var format string
	cmd := &cobra.Command{
		Use:   "check SOURCE…",
		Short: "List every defect of extension trees and module packs",
		Long: `List every defect that reading the sources finds, one line each:

  CODE<TAB>where<TAB>what

The exit status is 1 when there are any. --format json adds the effect of each
("severity": stops-boot, driver-lost, risk or cosmetic) and counts by code.`,
		Example: `  modscout catalog check rp-ext --mirror jim3ma/synology-igc=synology-igc`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, findings, err := sources.read(cmd, args, "check", "")
			if err != nil {
				return err
			}
			if err := printFindings(cmd.OutOrStdout(), findings, format); err != nil {
				return err
			}
			if len(findings) > 0 {
				return errIncomplete
			}
			return nil
		},
	}
	sources.register(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// findingCount is how often a code was found, and how often where an index
// leads a loader to it. Only what indexes lead to is looked at so far.
type findingCount struct {
	All       int `json:"all"`
	Reachable int `json:"reachable"`
}

func printFindings(w io.Writer, findings []catalog.Finding, format string) error {
	switch format {
	case "text":
		for _, f := range findings {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", f.Code, oneLine(where(f)), oneLine(f.Message)); err != nil {
				return err
			}
		}
		return nil
	case "json":
		counts := map[string]findingCount{}
		for _, f := range findings {
			n := counts[f.Code]
			n.All++
			n.Reachable++
			counts[f.Code] = n
		}
		return jsondoc.Write(w, struct {
			Findings []catalog.Finding       `json:"findings"`
			Counts   map[string]findingCount `json:"counts"`
		}{findings, counts})
	}
	return withHint(fmt.Errorf("unknown format %q", format), "text or json")
}

// where names the place of a finding in one field.
func where(f catalog.Finding) string {
	var parts []string
	for _, part := range []string{f.Extension, f.Platform, f.File} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// oneLine keeps what strangers wrote from breaking a line or driving the
// terminal.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
}
