package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
)

func newDBCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Build modalias databases, look devices up in them, compare them",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newDBBuildCmd(), newDBMatchCmd(), newDBShowCmd(), newDBDiffCmd())
	return cmd
}

// readDB opens a database; "-" is standard input.
func readDB(cmd *cobra.Command, file string) (*modalias.Table, error) {
	data, err := readInput(cmd, file)
	if err != nil {
		return nil, fmt.Errorf("reading the database: %w", err)
	}
	table, err := modalias.ReadTable(data)
	if errors.Is(err, modalias.ErrNoTable) {
		err = withHint(err, "make one with: modscout db build SOURCE -o "+file)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the database %s: %w", file, err)
	}
	return table, nil
}

// choosePlatform narrows a database to one platform. Without an ID it must
// hold just one.
func choosePlatform(table *modalias.Table, id string) (*modalias.Table, error) {
	if id == "" && len(table.Platforms) == 1 {
		return table, nil
	}
	if p := table.Platform(id); p != nil {
		return &modalias.Table{Platforms: []modalias.Platform{*p}}, nil
	}
	hint := "use --platform with one of: " + platformList(table)
	if id == "" {
		return nil, withHint(fmt.Errorf("the database holds %d platforms", len(table.Platforms)), hint)
	}
	return nil, withHint(fmt.Errorf("the database has no platform %q", id), hint)
}

// isDir says whether a path is a directory; what cannot be read is not.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// checkFormat refuses a --format that a command does not have.
func checkFormat(format string, known ...string) error {
	if slices.Contains(known, format) {
		return nil
	}
	return withHint(fmt.Errorf("unknown format %q", format), "known formats: "+strings.Join(known, ", "))
}
