package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
)

func newCatalogCheckCmd() *cobra.Command {
	sources := catalogSources{all: true}
	var format, baseline, output string
	var fix bool
	cmd := &cobra.Command{
		Use:   "check SOURCE…",
		Short: "List every defect of extension trees, module packs and kernel trees",
		Long: `List every defect of the sources, one line each:

  CODE<TAB>where<TAB>what is wrong, and what to do

docs/catalogue-check.md describes the codes. What no index leads to is checked
as well. The exit status is 1 when there are defects.

--format json adds the effect of each ("severity": stops-boot, driver-lost, risk
or cosmetic) and counts by code, of all and of what an index leads to.
--format github prints annotations for a workflow. With --baseline, a file that
an earlier check wrote as text or JSON, only new defects are reported.

--fix prints a patch for what has one right answer and changes nothing. Its
paths are relative to the current directory, or to the source where that lies
elsewhere:

  modscout catalog check . --fix | patch -p1`,
		Example: `  modscout catalog check rp-ext --mirror jim3ma/synology-igc=synology-igc
  modscout catalog check . --format json -o known.json
  modscout catalog check . --format github --baseline known.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := readBaseline(cmd, baseline)
			if err != nil {
				return fmt.Errorf("reading the baseline: %w", err)
			}
			_, findings, err := sources.read(cmd, args, "check", "")
			if err != nil {
				return err
			}
			findings = known.without(findings)
			fmt.Fprintln(cmd.ErrOrStderr(), summary(&sources.tally, findings))
			print := findingsWriter(format)
			switch {
			case print == nil:
				return withHint(fmt.Errorf("unknown format %q", format), "text, json or github")
			case fix:
				print = func(w io.Writer, f []catalog.Finding) error { return source.Fix(w, f, fileBelow) }
			}
			if err := writeOutput(cmd, output, bind(print, findings)); err != nil {
				return fmt.Errorf("writing the findings: %w", err)
			}
			return statusOf(findings)
		},
	}
	sources.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&format, "format", "text", "text, json or github")
	flags.StringVar(&baseline, "baseline", "", "findings of an earlier check, which are not reported again")
	flags.BoolVar(&fix, "fix", false, "print a patch instead of the findings")
	flags.StringVarP(&output, "output", "o", "", "file to write (default: standard output)")
	return cmd
}

// summary says how much was read, and what came of it.
func summary(t *source.Tally, findings []catalog.Finding) string {
	bySeverity := map[string]int{}
	for _, f := range findings {
		bySeverity[f.Severity]++
	}
	text := fmt.Sprintf("read %d indexes, %d entries of lists, %d ids, %d releases, %d recipes, %d archives, %d modules\n%d findings",
		t.Indexes, t.Entries, t.IDs, t.Releases, t.Recipes, t.Archives, t.Modules, len(findings))
	for _, severity := range []string{catalog.StopsBoot, catalog.DriverLost, catalog.Risk, catalog.Cosmetic} {
		if n := bySeverity[severity]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, severity)
		}
	}
	return text
}

func statusOf(findings []catalog.Finding) error {
	if len(findings) > 0 {
		return errIncomplete
	}
	return nil
}
