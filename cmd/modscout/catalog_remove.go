package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCatalogRemoveCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME…",
		Short: "Use a kept catalogue no longer",
		Long: `Remove catalogues that were added. "catalog remove default" removes a newer
default, so that the embedded one counts again.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := openStore()
			if err != nil {
				return err
			}
			for _, name := range args {
				if err := kept.Remove(name); err != nil {
					return withHint(fmt.Errorf("removing a catalogue: %w", err), "modscout catalog list names them")
				}
			}
			return nil
		},
	}
}
