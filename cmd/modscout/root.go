package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias/hint"
)

// Exit statuses, as in diff(1).
const (
	exitDone       = 0
	exitIncomplete = 1 // done, and the answer is "not complete"
	exitFailed     = 2 // usage error or failure
)

// errIncomplete ends a command that did its work and whose answer is not
// complete. It prints nothing: the answer itself has been printed.
var errIncomplete = errors.New("the answer is not complete")

// run is modscout itself, callable from tests: it takes the arguments after
// the program's name and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errIncomplete):
		return exitIncomplete
	}
	printError(stderr, err)
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "modscout",
		Short: "Find the platform and the drivers that a machine needs",
		Long: `Find the platform and the drivers that a machine needs.

Without a command, modscout looks at this machine and says which platform of its
catalogue fits, and which drivers there. On a plain distribution that is the
kernel that runs; "modscout recommend --loader rr" asks about RR.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRecommend(cmd, nil, recommendFlags{format: "text"})
		},
	}
	root.AddCommand(
		newRecommendCmd(),
		newWhichCmd(),
		newDBCmd(),
		newScanCmd(),
		newImportCmd(),
		newShowCmd(),
		newCatalogCmd(),
		newPackCmd(),
		newPlatformCmd(),
		newImageCmd(),
		newProbeCmd(),
		newCheckCmd(),
		newVersionCmd(),
	)
	return root
}

// printError writes "modscout: what failed: why", and a hint where the error
// has one, a line each whatever names are in them.
func printError(w io.Writer, err error) {
	fmt.Fprintf(w, "modscout: %s\n", oneLine(err.Error()))
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		fmt.Fprintf(w, "hint: %s\n", oneLine(hinted.Hint()))
	}
}

// withHint attaches to err what the user can do about it.
func withHint(err error, text string) error { return hint.With(err, text) }
