package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/foreign"
	"github.com/modscout/modscout/scan/report"
)

// machineReport returns the report that a command's argument names: a report,
// or anything that import reads; without an argument this machine's.
func machineReport(cmd *cobra.Command, args []string) (*report.Report, error) {
	if len(args) > 0 {
		return importFiles(cmd, args, foreign.Options{})
	}
	r, err := scan.Scan(cmd.Context(), scan.Options{Tool: tool})
	if err != nil {
		return nil, withHint(fmt.Errorf("scanning this machine: %w", err), "give a report, or the output of lspci -nn")
	}
	return r, nil
}
