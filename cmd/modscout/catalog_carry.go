package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/platform"
)

// carryAnswer is what carry prints with --format json.
type carryAnswer struct {
	*catalog.Carry
	Patch string `json:"patch"`
}

func newCatalogCarryCmd() *cobra.Command {
	var sources catalogSources
	var from, to, kernel, facts, format, output string
	cmd := &cobra.Command{
		Use:   "carry --from PLATFORM --to PLATFORM SOURCE…",
		Short: "Which recipes can serve a new OS build, as a patch, and why the rest cannot",
		Long: `Find the recipes of one platform that can serve another one of the same kernel,
such as the next build of the OS. A kernel takes modules that were built for its
flavour and release, with its layout of struct module and symbols that it has.

What is printed is a patch of the indexes in the first SOURCE, for git apply or
patch -p1. The lines before it, which both skip, say what was carried, what
not and why, and what all of it rests on: what is not known of the new kernel is
named as an assumption. --kernel names its release where nothing else does;
--facts reads what "modscout platform import" wrote of it, whose list of
built-in modules and exports turns assumptions into knowledge.

The status is 1 where a recipe was refused.`,
		Example: `  modscout catalog carry --from ds918p_42218 --to ds918p_42962 rp-ext >carry.patch
  git -C rp-ext apply ../carry.patch`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sources.symbols = true
			c, _, err := sources.read(cmd, args, "carry", "")
			if err != nil {
				return err
			}
			next, err := newPlatform(c, to, kernel, facts)
			if err != nil {
				return err
			}
			carry, err := c.Carry(from, next)
			if err != nil {
				return withHint(fmt.Errorf("carrying %s to %s: %w", from, to, err), "--facts or --kernel can say what is not known of "+to)
			}
			patch, err := source.CarryPatch(args[0], carry)
			if err != nil {
				return fmt.Errorf("making the patch: %w", err)
			}
			answer := carryAnswer{carry, string(patch)}
			err = writeOutput(cmd, output, (&document{value: answer, text: bind(printCarry, answer)}).as(format))
			if err == nil && len(carry.Refused) > 0 {
				err = errIncomplete
			}
			return err
		},
	}
	sources.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "platform whose recipes are there")
	flags.StringVar(&to, "to", "", "platform that they should serve")
	flags.StringVar(&kernel, "kernel", "", "kernel release of the new platform, such as 4.4.180+")
	flags.StringVar(&facts, "facts", "", "catalogue that says what the new platform's kernel has")
	flags.StringVar(&format, "format", "text", "text or json")
	flags.StringVarP(&output, "output", "o", "", "file to write (default: standard output)")
	cmd.MarkFlagRequired("from")
	cmd.MarkFlagRequired("to")
	return cmd
}

// newPlatform gathers what is known of the platform to carry to: by the user,
// by the facts, by the sources, by the curated tables, in this order.
func newPlatform(c *catalog.Catalog, id, kernel, facts string) (*catalog.Platform, error) {
	var b catalog.Builder
	b.AddPlatform(catalog.Platform{ID: id, Loader: "redpill", KernelRelease: kernel, KernelVersion: strings.TrimRight(kernel, "+")})
	if facts != "" {
		known, err := platformFacts(facts)
		if err != nil {
			return nil, fmt.Errorf("reading the facts %s: %w", facts, err)
		}
		for _, p := range known {
			p.ID, p.Loader, p.Initrd, p.Drivers = id, "redpill", nil, nil
			b.AddPlatform(p)
		}
	}
	for _, p := range c.Platforms {
		if p.ID == id && p.Loader == "redpill" {
			b.AddPlatform(p)
		}
	}
	next := b.Catalog("", "", "").Platforms[0]
	platform.Complete(&next)
	return &next, nil
}

// platformFacts reads the platforms of a catalogue.
func platformFacts(file string) ([]catalog.Platform, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := catalog.Read(f)
	if err != nil {
		return nil, err
	}
	if len(c.Platforms) != 1 {
		return nil, fmt.Errorf("it has %d platforms, not one", len(c.Platforms))
	}
	return c.Platforms, nil
}

// printCarry writes the reasons as lines that patch(1) and git apply skip, and
// the patch.
func printCarry(w io.Writer, a carryAnswer) error {
	fmt.Fprintf(w, "# %s -> %s: %d extensions carried, %d refused, %d there already\n", a.From, a.To, len(a.Carried), len(a.Refused), len(a.Existing))
	for _, assumption := range a.Assumed {
		fmt.Fprintf(w, "# assumed: %s\n", oneLine(assumption))
	}
	for _, c := range a.Carried {
		fmt.Fprintf(w, "# carried: %s\n", oneLine(c.Extension))
		for _, assumption := range c.Assumed {
			fmt.Fprintf(w, "#   assumed: %s\n", oneLine(assumption))
		}
	}
	for _, r := range a.Refused {
		fmt.Fprintf(w, "# refused: %s: %s\n", oneLine(r.Extension), oneLine(r.Reason))
	}
	_, err := io.WriteString(w, a.Patch)
	return err
}
