package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs/scanimage"
	"github.com/modscout/modscout/recommend/catalog"
)

// tool is what documents name as their maker.
const tool = scanimage.Tool

func newVersionCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program and of its catalogue",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := defaultCatalog()
			if err != nil {
				return fmt.Errorf("reading the default catalogue: %w", err)
			}
			answer := map[string]any{"tool": tool, "version": scanimage.Version, "catalogs": catalogVersions([]*catalog.Catalog{c})}
			return printAs(cmd, format, answer, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s\ncatalogue %s of %s\n", tool, c.Name, c.Date)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}
