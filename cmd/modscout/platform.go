package main

import "github.com/spf13/cobra"

func newPlatformCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "platform",
		Short: "Find out what a platform's own kernel and initrd drive",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newPlatformImportCmd())
	return cmd
}
