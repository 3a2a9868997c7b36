package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newDBMatchCmd() *cobra.Command {
	var platform, format string
	var configs []string
	cmd := &cobra.Command{
		Use:   "match DB [--platform ID] [--config DIR] [MODALIAS…|-]",
		Short: "Which modules claim a device",
		Long: `Print one line a key, in input order: the key, a tab, and the modules that
claim it, exact ids before class-wide patterns, then by name. A built-in module
is named where no other claims the device, as "modprobe -R" does it; JSON has
all, with "builtin": true. Without keys, or with -, they are read from standard
input, one a line.

A database of several kernels needs --platform; JSON answers for all of them
without it.

With --config the answer is what modprobe would load under this configuration
(modprobe.d(5)): its aliases come before those of the modules, and blacklisted
modules are left out. Options, softdeps and commands do not change it. Several
directories, the one that wins first, are one configuration.

The keys are what the kernel writes into the modalias files below /sys. The
status is 1 where a key has no module.`,
		Example: `  modscout db match running.db pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00
  cat /sys/bus/*/devices/*/modalias | modscout db match running.db -
  modscout db match running.db -C /etc/modprobe.d -C /lib/modprobe.d platform:pcspkr`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			table, err := readDB(cmd, args[0])
			if err != nil {
				return err
			}
			if format == "text" || platform != "" {
				if platform, err = onePlatform(table, platform); err != nil {
					return err
				}
			}
			keys, err := readKeys(cmd, args[1:])
			if err != nil {
				return fmt.Errorf("reading the keys: %w", err)
			}
			results := lookupAll(table, platform, keys)
			if len(configs) > 0 {
				if err := configure(cmd, table, platform, configs, results); err != nil {
					return err
				}
			}
			return printMatches(cmd.OutOrStdout(), format, results)
		},
	}
	cmd.Flags().StringVar(&platform, "platform", "", "answer for this platform only")
	cmd.Flags().StringArrayVarP(&configs, "config", "C", nil, "directory or file of modprobe's configuration, several times if need be")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// readKeys returns the arguments; what is "-" among them stands for the lines
// of standard input.
func readKeys(cmd *cobra.Command, args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{"-"}
	}
	var keys []string
	for _, arg := range args {
		if arg != "-" {
			keys = append(keys, arg)
			continue
		}
		data, err := readInput(cmd, arg)
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(data) {
			if key := strings.TrimRight(string(line), "\r\n"); key != "" {
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// matchDocument is the answer in JSON.
type matchDocument struct {
	Schema  string        `json:"schema"`
	Matches []matchResult `json:"matches"`
}

// matchResult is the answer for one key.
type matchResult struct {
	Modalias string        `json:"modalias"`
	Modules  []matchModule `json:"modules"`
}

type matchModule struct {
	Module    string `json:"module"`
	File      string `json:"file,omitempty"` // absent: built in, and the kernel does not say from what
	Platform  string `json:"platform"`
	Pattern   string `json:"pattern"`
	Certainty string `json:"certainty"`
	Builtin   bool   `json:"builtin,omitzero"`
}

const matchSchema = "modscout.match/v1"

// lookupAll answers for one platform, or for all where platform is "".
func lookupAll(table *modalias.Table, platform string, keys []string) []matchResult {
	results := make([]matchResult, len(keys))
	for i, key := range keys {
		results[i] = matchResult{key, []matchModule{}}
		for _, c := range table.Lookup(key) {
			for _, id := range c.Platforms() {
				if platform == "" || id == platform {
					results[i].Modules = append(results[i].Modules,
						matchModule{c.Name, c.File, id, c.Pattern, c.Verdict.String(), c.Builtin})
				}
			}
		}
		slices.SortStableFunc(results[i].Modules, func(a, b matchModule) int { return strings.Compare(a.Platform, b.Platform) })
	}
	return results
}

func printMatches(w io.Writer, format string, results []matchResult) error {
	var err error
	if format == "json" {
		err = jsondoc.Write(w, matchDocument{matchSchema, results})
	} else {
		err = writeBuffered(w, func(w io.Writer) error { return writeMatches(w, results) })
	}
	if err != nil {
		return err
	}
	for _, r := range results {
		if len(r.Modules) == 0 {
			return errIncomplete
		}
	}
	return nil
}

func writeMatches(w io.Writer, results []matchResult) error {
	for _, r := range results {
		if _, err := fmt.Fprintf(w, "%s\t%s\n", r.Modalias, strings.Join(r.names(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// names returns each module once: two files of one name count as one. As with
// "modprobe -R", built-in ones are named where no other answers.
func (r *matchResult) names() []string {
	var names []string
	for _, builtin := range []bool{false, true} {
		for _, m := range r.Modules {
			if m.Builtin == builtin && !slices.Contains(names, m.Module) {
				names = append(names, m.Module)
			}
		}
		if names != nil {
			break
		}
	}
	return names
}
