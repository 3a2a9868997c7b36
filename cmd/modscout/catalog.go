package main

import "github.com/spf13/cobra"

func newCatalogCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Build, check and keep catalogues of platforms and their drivers",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(
		newCatalogBuildCmd(),
		newCatalogCheckCmd(),
		newCatalogGraphCmd(),
		newCatalogMatrixCmd(),
		newCatalogDiffCmd(),
		newCatalogCarryCmd(),
		newCatalogListCmd(),
		newCatalogInfoCmd(),
		newCatalogAddCmd(),
		newCatalogRemoveCmd(),
		newCatalogUpdateCmd(),
		newCatalogGenerateCmd(),
	)
	return cmd
}
