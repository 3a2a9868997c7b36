package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report"
)

func newScanCmd() *cobra.Command {
	var sysroot string
	var out reportOutput
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Report the hardware of this machine, or of a captured /sys and /proc",
		Long: `Report the hardware of this machine.

With --sysroot, read a copy of another machine's /sys and /proc instead. What
cannot be read is a warning in the report. The report holds no serial number,
MAC address, UUID, host name or user name.`,
		Example: `  modscout scan
  modscout scan --format json -o report.json
  modscout scan --sysroot captured/`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rep, err := scan.Scan(cmd.Context(), scan.Options{Root: sysroot, Tool: tool})
			if errors.Is(err, scan.ErrNoSysfs) {
				err = withHint(err, "give the directory that holds sys and proc; on this machine, mount sysfs at /sys")
			}
			if err != nil {
				return fmt.Errorf("scanning: %w", err)
			}
			return out.write(cmd, rep)
		},
	}
	cmd.Flags().StringVar(&sysroot, "sysroot", "", "directory that holds a copy of another machine's sys and proc")
	out.register(cmd)
	return cmd
}

// reportOutput is where a command puts a report, and how.
type reportOutput struct{ format, file string }

func (o *reportOutput) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.format, "format", "text", "text or json")
	cmd.Flags().StringVarP(&o.file, "output", "o", "", "file to write, - for standard output")
}

func (o *reportOutput) write(cmd *cobra.Command, rep *report.Report) error {
	text := func(w io.Writer) error { return show.Report(w, rep) }
	err := writeOutput(cmd, o.file, formats(o.format, rep, text, nil))
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
