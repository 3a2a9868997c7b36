package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/initramfs/scanimage"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newProbeCmd() *cobra.Command {
	var modules, format string
	cmd := &cobra.Command{
		Use:   "probe [--modules DIR]",
		Short: "In the scan image: load drivers one by one and see which one attaches",
		Long: `Load the drivers that claim a device without one, one by one, see whether one
attaches, and unload it where it does not. Each attempt is one line.

This runs drivers of unknown quality and can hang the machine, so it works in
the scan image only; there modscout.probe=1 on the kernel command line does the
same after report and plan are saved. No device in use is touched, and nothing
that was built for another kernel is loaded.

What it proves is about the kernel that runs: "bound by Linux 6.12's igc" means
that the hardware answers to that driver. The target's module is another build.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := inScanImage(); err != nil {
				return err
			}
			rep, err := scan.Scan(cmd.Context(), scan.Options{Tool: tool})
			if err != nil {
				return fmt.Errorf("scanning: %w", err)
			}
			results, err := scanimage.Probe(cmd.Context(), rep, modules, func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) })
			if err != nil {
				return fmt.Errorf("probing: %w", err)
			}
			return writeProbe(cmd.OutOrStdout(), format, results)
		},
	}
	release := probe.Release()
	cmd.Flags().StringVar(&modules, "modules", filepath.Join("/lib/modules", release), "directory of the running kernel's modules")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// inScanImage looks for what only our initramfs has.
func inScanImage() error {
	if _, err := os.Stat(filepath.Join("/", layout.ManifestPath)); err != nil {
		return withHint(errors.New("probing: this is not the scan image"),
			"boot the image that modscout image build --drivers all makes, with modscout.probe=1")
	}
	return nil
}

func writeProbe(w io.Writer, format string, results []probe.Result) error {
	if format == "json" {
		return jsondoc.Write(w, results)
	}
	for _, r := range results {
		if _, err := fmt.Fprintln(w, r); err != nil {
			return err
		}
	}
	return nil
}
