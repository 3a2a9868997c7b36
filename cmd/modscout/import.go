package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/foreign"
	"github.com/modscout/modscout/scan/report"
)

// importFlags are what import is told besides the files.
type importFlags struct {
	kind   string
	each   bool
	pciIDs pciIDs
	out    reportOutput
}

func newImportCmd() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…|-",
		Short: "Make a report of what people paste: lspci, lsusb, dmesg, ids and others",
		Long: `Make a report of lists that other tools print. What a file holds is detected,
and it may hold several lists. Read are the output of lspci, lsusb, dmesg,
udevadm info --export-db, hwinfo, inxi, lshw, lscpu, dmidecode, pciconf;
facter.json, Hardware-Sniffer's Report.json, umockdev's dumps, captured trees of
/sys and /proc and archives of logs; ids such as 8086:15f3,
PCI\VEN_8086&DEV_15F3 or pciid 8086d000015f3; modaliases; modscout's reports.

All files of one call are one machine: devices are merged by address, and
contradictions are warnings. With --each every file is a machine of its own.
Prompts, markdown and damaged lines are skipped. The report holds no serial
number, MAC address, UUID, host name or user name.`,
		Example: `  lspci -nnk | modscout import -
  echo 8086:15f3 10ec:8125 | modscout import --format json -
  modscout import lspci.txt lsusb.txt lscpu.txt -o report.json --format json
  modscout import --each *.txt --format json -o reports/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := flags.options()
			if err != nil {
				return err
			}
			if flags.each {
				return flags.runEach(cmd, args, opts)
			}
			rep, err := importFiles(cmd, args, opts)
			if err != nil {
				return err
			}
			return flags.out.write(cmd, rep)
		},
	}
	cmd.Flags().StringVar(&flags.kind, "from", "", "kind of input: "+strings.Join(foreign.Kinds, ", ")+" (default: detected)")
	cmd.Flags().BoolVar(&flags.each, "each", false, "make one report of each file; -o names a directory then")
	flags.pciIDs.register(cmd)
	flags.out.register(cmd)
	return cmd
}

func (f importFlags) options() (foreign.Options, error) {
	ids, err := f.pciIDs.open()
	return foreign.Options{Kind: f.kind, Names: ids}, err
}

// runEach makes a report of each file. A file that is no list does not keep the
// others from being read.
func (f importFlags) runEach(cmd *cobra.Command, files []string, opts foreign.Options) error {
	var failed []error
	written := map[string]string{}
	for _, file := range files {
		rep, err := importFiles(cmd, []string{file}, opts)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		out := f.out
		if out.file != "" && out.file != "-" {
			out.file = filepath.Join(out.file, eachName(file, out.format))
		}
		if other := written[out.file]; other != "" && out.file != "" && out.file != "-" {
			return withHint(fmt.Errorf("writing the reports: %s and %s would both be %s", other, file, out.file), "rename one of them")
		}
		written[out.file] = file
		if err := f.writeEach(cmd, out, file, rep); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}

// eachName names the report of a file: "nas.txt" becomes "nas.json".
func eachName(file, format string) string {
	if file == "-" {
		file = "stdin"
	}
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	if format == "json" {
		return base + ".json"
	}
	return base + ".report.txt"
}

// writeEach writes one report; between those on standard output that are for
// people stands the name of the file.
func (f importFlags) writeEach(cmd *cobra.Command, out reportOutput, file string, rep *report.Report) error {
	if out.format != "text" || out.file != "" && out.file != "-" {
		return out.write(cmd, rep)
	}
	return writeOutput(cmd, out.file, func(w io.Writer) error {
		fmt.Fprintf(w, "== %s ==\n", file)
		err := show.Report(w, rep)
		fmt.Fprintln(w)
		return err
	})
}

// importFiles makes one report of files in any form that import reads.
func importFiles(cmd *cobra.Command, files []string, opts foreign.Options) (*report.Report, error) {
	var inputs []foreign.Input
	for _, name := range files {
		data, err := readInput(cmd, name)
		if err != nil {
			return nil, fmt.Errorf("reading the list: %w", err)
		}
		inputs = append(inputs, foreign.Input{Name: name, Data: data})
	}
	return importInputs(cmd.Context(), inputs, opts)
}

// importInputs is importFiles for what has been read already.
func importInputs(ctx context.Context, inputs []foreign.Input, opts foreign.Options) (*report.Report, error) {
	opts.Tool, opts.Tree = tool, treeReader(ctx)
	rep, err := foreign.Import(inputs, opts)
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

// treeReader lets package scan read the captured trees that foreign meets. A
// file is the one way in, so that a tree from standard input becomes one.
func treeReader(ctx context.Context) func([]byte) (*report.Report, error) {
	return func(archive []byte) (*report.Report, error) {
		f, err := os.CreateTemp("", "modscout-*.tar")
		if err != nil {
			return nil, err
		}
		defer os.Remove(f.Name())
		_, err = f.Write(archive)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		return scan.Scan(ctx, scan.Options{Root: f.Name(), Tool: tool})
	}
}

func inputNames(inputs []foreign.Input) string {
	var names []string
	for _, input := range inputs {
		names = append(names, input.Name)
	}
	return strings.Join(names, ", ")
}
