package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newCheckCmd() *cobra.Command {
	var sysroot, format string
	cmd := &cobra.Command{
		Use:   "check PLAN",
		Short: "On the running target: is every device of the plan bound?",
		Long: `Compare a plan with the machine that runs by it: one line for each module and
its device, and one for each device that the platform drives by itself. Nothing
is changed and nothing loaded. The status is 0 only if every device of the plan
is bound.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPlan(cmd, args[0])
			if err != nil {
				return err
			}
			live, err := scan.Scan(cmd.Context(), scan.Options{Tool: tool, Root: sysroot})
			if err != nil {
				return fmt.Errorf("scanning: %w", err)
			}
			lines := verify.Target(p, live, func(module string) bool {
				_, err := os.Stat(filepath.Join("/", sysroot, "sys/module", module))
				return err == nil
			})
			if err := writeCheck(cmd.OutOrStdout(), format, lines, kernelLog(sysroot)); err != nil {
				return err
			}
			if slices.ContainsFunc(lines, func(l verify.Running) bool { return !l.Good() }) {
				return errIncomplete
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&sysroot, "sysroot", "", "directory of a copied /sys, instead of this machine")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func writeCheck(w io.Writer, format string, lines []verify.Running, log []string) error {
	if format == "json" {
		return jsondoc.Write(w, lines)
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, line := range lines {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", orDash(line.Module), strings.ToUpper(line.State), orDash(line.Device), more(line))
		if !line.Good() && line.Module != "" {
			for _, said := range about(log, line.Module) {
				fmt.Fprintf(table, "\t\t\t%s\n", said)
			}
		}
	}
	return table.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// more is what a device shows besides its driver.
func more(line verify.Running) string {
	var words []string
	if line.Driver != "" {
		words = append(words, "driver "+line.Driver)
	}
	if line.Carrier != nil {
		words = append(words, map[bool]string{true: "carrier", false: "no carrier"}[*line.Carrier])
	}
	if line.Disks != nil {
		words = append(words, fmt.Sprintf("%d disks", *line.Disks))
	}
	return strings.Join(words, ", ")
}

// about returns the last lines of the kernel's log that name a module.
func about(log []string, module string) []string {
	const shown = 3
	var lines []string
	for _, line := range log {
		if strings.Contains(line, module) {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-shown):]
}

// kernelLog returns the messages that the kernel still has, nil where they must
// not be read or are another machine's.
func kernelLog(sysroot string) []string {
	if sysroot != "" {
		return nil
	}
	log := probe.OpenLog()
	defer log.Close()
	return log.Read()
}
