package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/scan/foreign"
	"github.com/modscout/modscout/scan/report"
)

func newImportCmd() *cobra.Command {
	var kind string
	var out reportOutput
	cmd := &cobra.Command{
		Use:   "import FILE…|-",
		Short: "Make a report of what people paste: lspci's output, ids, modaliases",
		Long: `Make a report of lists that other tools print. Read are: lspci with any of
-n, -nn, -k, -v, -x, -D and -m; ids such as 8086:15f3, PCI\VEN_8086&DEV_15F3 or
pciid 8086d000015f3; modaliases; reports of modscout.

All files of one call are one machine: devices are merged by address, and
contradictions are warnings. Prompts, markdown and damaged lines are skipped.`,
		Example: `  lspci -nnk | modscout import -
  echo 8086:15f3 10ec:8125 | modscout import --format json -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rep, err := importFiles(cmd, args, kind)
			if err != nil {
				return err
			}
			return out.write(cmd, rep)
		},
	}
	cmd.Flags().StringVar(&kind, "from", "", "kind of input: "+strings.Join(foreign.Kinds, ", ")+" (default: detected)")
	out.register(cmd)
	return cmd
}

// importFiles makes one report of files in any form that import reads.
func importFiles(cmd *cobra.Command, files []string, kind string) (*report.Report, error) {
	var inputs []foreign.Input
	for _, name := range files {
		data, err := readInput(cmd, name)
		if err != nil {
			return nil, fmt.Errorf("reading the list: %w", err)
		}
		inputs = append(inputs, foreign.Input{Name: name, Data: data})
	}
	return importInputs(inputs, kind)
}

// importInputs is importFiles for what has been read already.
func importInputs(inputs []foreign.Input, kind string) (*report.Report, error) {
	rep, err := foreign.Import(inputs, foreign.Options{Kind: kind, Tool: tool})
	switch {
	case errors.Is(err, foreign.ErrNothing):
		err = withHint(err, "give the output of lspci -nnk, or ids such as 8086:15f3")
	case errors.Is(err, foreign.ErrKind):
		err = withHint(err, "the kinds are "+strings.Join(foreign.Kinds, ", ")+"; without --from the kind is detected")
	}
	if err != nil {
		return nil, fmt.Errorf("importing %s: %w", inputNames(inputs), err)
	}
	return rep, nil
}

func inputNames(inputs []foreign.Input) string {
	var names []string
	for _, input := range inputs {
		names = append(names, input.Name)
	}
	return strings.Join(names, ", ")
}
