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
	switch {
	case errors.Is(err, modalias.ErrNoTable):
		err = withHint(err, "make one with: modscout db build SOURCE -o "+file)
	case errors.Is(err, modalias.ErrVersion):
		err = withHint(err, "build it again with: modscout db build SOURCE -o "+file)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the database %s: %w", file, err)
	}
	return table, nil
}

// readPlatforms opens a database and decodes it.
func readPlatforms(cmd *cobra.Command, file string) ([]modalias.Platform, error) {
	table, err := readDB(cmd, file)
	if err != nil {
		return nil, err
	}
	return decodePlatforms(table, "")
}

// onePlatform returns the ID of the platform that is meant. Without an ID the
// database must hold just one.
func onePlatform(table *modalias.Table, id string) (string, error) {
	ids := table.PlatformIDs()
	switch {
	case slices.Contains(ids, id):
		return id, nil
	case id == "" && len(ids) == 1:
		return ids[0], nil
	}
	err := fmt.Errorf("the database has no platform %q", id)
	if id == "" {
		err = fmt.Errorf("the database holds %d platforms", len(ids))
	}
	return "", withHint(err, "use --platform with one of: "+strings.Join(ids, ", "))
}

// decodePlatforms returns one platform of a database, or all where id is "".
func decodePlatforms(table *modalias.Table, id string) ([]modalias.Platform, error) {
	if id != "" {
		if _, err := onePlatform(table, id); err != nil {
			return nil, err
		}
	}
	platforms, err := table.Platforms()
	if err != nil || id == "" {
		return platforms, err
	}
	return slices.DeleteFunc(platforms, func(p modalias.Platform) bool { return p.ID != id }), nil
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
