package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// version is the release that this tree becomes; CHANGELOG.md has its section.
const version = "0.1.0"

// tool is what documents name as their maker.
const tool = "modscout " + version

func newVersionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program and of its catalogue",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := defaultCatalog()
			if err != nil {
				return fmt.Errorf("reading the default catalogue: %w", err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\ncatalogue %s of %s\n", tool, c.Name, c.Date)
			return err
		},
	}
}
