package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog/generate"
)

func newCatalogGenerateCmd() *cobra.Command {
	var opts generate.Options
	var output, list string
	cmd := &cobra.Command{
		Use:   "generate --kernel-tree DIR… -o DIR",
		Short: "Turn distribution kernels into a catalogue of RedPill form",
		Long: `Turn /lib/modules/VERSION trees into an extension tree: one extension a
driver, with index, recipe and archive for each kernel, as RedPill's packer
reads them. A platform modscout-platforms.json describes has the rest in its
kernel and initrd. Tests, demo and proofs use it, because anybody can boot it.

The same kernels give the same bytes; SOURCE_DATE_EPOCH sets the times in the
archives.`,
		Example: `  modscout catalog generate --kernel-tree /lib/modules/6.1.0-56-amd64 -o extensions
  modscout catalog build extensions -o extensions.json.zst`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if opts.Selection, err = selection(list); err != nil {
				return fmt.Errorf("reading the list of drivers: %w", err)
			}
			opts.Time = sourceDate(time.Time{})
			opts.Progress = progress(cmd, "kernels")
			sum, err := generate.Tree(output, opts)
			if err != nil {
				return fmt.Errorf("generating extensions: %w", err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d platforms, %d extensions, %d recipes, %d modules in %d bytes of archives\n",
				sum.Platforms, sum.Extensions, sum.Recipes, sum.Modules, sum.Bytes)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&opts.Trees, "kernel-tree", nil, "a /lib/modules/VERSION directory; repeat for several platforms")
	flags.StringVar(&opts.BaseURL, "base-url", "", "where the tree will be served (default: file URLs)")
	flags.StringVar(&list, "drivers", "", `JSON file {"base":[…],"drivers":[…]} of module names (default: built in)`)
	flags.StringVarP(&output, "output", "o", "", "directory to write")
	cmd.MarkFlagRequired("kernel-tree")
	cmd.MarkFlagRequired("output")
	return cmd
}

// selection reads which modules are base and which become extensions.
func selection(file string) (generate.Selection, error) {
	if file == "" {
		return generate.Default()
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return generate.Selection{}, err
	}
	return generate.ParseSelection(data)
}
