package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// progress returns a function that draws a bar on standard error while work is
// done, or nil if that is no terminal.
func progress(cmd *cobra.Command, what string) func(done, total int) {
	stderr, isFile := cmd.ErrOrStderr().(*os.File)
	if !isFile || !term.IsTerminal(int(stderr.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(stderr), progressbar.OptionSetDescription(what),
				progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
		}
		bar.Set(done)
	}
}

// stages is progress for work of several kinds, one after the other.
func stages(cmd *cobra.Command) func(what string, done, total int) {
	var current string
	var draw func(done, total int)
	return func(what string, done, total int) {
		if what != current {
			current, draw = what, progress(cmd, what)
		}
		if draw != nil {
			draw(done, total)
		}
	}
}
