package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// whichAnswer is what which prints for one query with --format json.
type whichAnswer struct {
	Query    string              `json:"query"`
	Servings []recommend.Serving `json:"servings"`
}

func newWhichCmd() *cobra.Command {
	var catalogs []string
	var format string
	cmd := &cobra.Command{
		Use:   "which ID|MODALIAS|MODULE…",
		Short: "Say in one line which module drives a device, and where it is to be had",
		Long: `Say which module drives a device, one line a loader: on which platforms it is
to be had, since which OS version, in which extension, and which platforms are
without it.

Ask for ids (8086:15f3), the kernel's device string or a module. Exit status 1
says that no module is known for one of them, 2 that one of them is none of these;
the others are answered all the same.`,
		Example: "  modscout which 8086:15f3\n  modscout which igc r8125",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cats, err := openCatalogs(cmd, catalogs)
			if err != nil {
				return err
			}
			answers, wrong := askWhich(cats, args)
			if len(answers) > 0 {
				if err := printWhich(cmd.OutOrStdout(), answers, len(args) > 1, cats, format); err != nil {
					return err
				}
			}
			err = whichStatus(answers)
			if err != nil {
				noteAge(cmd, cats)
			}
			return cmp.Or(wrong, err)
		},
	}
	cmd.Flags().StringArrayVar(&catalogs, "catalog", nil, "catalogue file instead of the embedded one; again for more")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// askWhich answers the queries that it can, in their order, and returns the
// errors of the others.
func askWhich(cats []*catalog.Catalog, queries []string) (answers []whichAnswer, wrong error) {
	for _, query := range queries {
		servings, err := recommend.Which(cats, query)
		switch {
		case err != nil && wrong != nil:
			wrong = fmt.Errorf("%w; %w", wrong, err)
		case err != nil:
			wrong = err
		default:
			answers = append(answers, whichAnswer{query, servings})
		}
	}
	return answers, wrong
}

// whichStatus is errIncomplete where a query has no answer in any catalogue.
func whichStatus(answers []whichAnswer) error {
	for _, a := range answers {
		if !slices.ContainsFunc(a.Servings, func(s recommend.Serving) bool { return s.Module != "" }) {
			return errIncomplete
		}
	}
	return nil
}

// printWhich prints the answers; with named, each below its query.
func printWhich(w io.Writer, answers []whichAnswer, named bool, cats []*catalog.Catalog, format string) error {
	switch format {
	case "json":
		return jsondoc.Write(w, map[string]any{"answers": answers, "catalogs": catalogVersions(cats)})
	case "text":
	default:
		return withHint(fmt.Errorf("unknown format %q", format), "use text or json")
	}
	for i, a := range answers {
		if named {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "%s:\n", a.Query)
		}
		for _, s := range a.Servings {
			if _, err := fmt.Fprintln(w, whichLine(s)); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, "Data: %s.\n", versions(cats))
	return err
}

// whichLine words one answer.
func whichLine(s recommend.Serving) string {
	if s.Module == "" {
		return fmt.Sprintf("%s: no driver on its %d platforms", s.Loader, len(s.Without))
	}
	line := fmt.Sprintf("%s: %s", s.Loader, s.Module)
	switch {
	case s.Certainty == "assumed":
		return line + fmt.Sprintf(", probably built into the kernels of its %d platforms", len(s.Platforms))
	case s.Class:
		line += " (claims the whole class)"
	case s.Certainty == "possible":
		line += " (for some devices with these ids)"
	}
	line += whichSource(s)
	if s.Since != "" {
		line += ", since " + s.Since
	}
	if len(s.Without) == 0 {
		return line + fmt.Sprintf(", on all %d platforms", len(s.Platforms))
	}
	return line + fmt.Sprintf(", on %d of %d platforms (%s), not on %s",
		len(s.Platforms), len(s.Platforms)+len(s.Without), show.Platforms(s.Platforms, s.Without), show.Platforms(s.Without, s.Platforms))
}

// whichSource words where a module comes from: a pack bears its platform's own
// name, and a kernel's modules are in the kernel's package.
func whichSource(s recommend.Serving) string {
	switch {
	case s.Extension == "":
		return ", built in"
	case s.Loader == "linux":
		return ", in the kernel package"
	case slices.Contains(s.Platforms, s.Extension):
		return ", in the pack"
	}
	return ", in " + strings.Join(append([]string{s.Extension}, s.More...), " or ")
}
