package main

import (
	"errors"
	"fmt"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/busybox"
)

// shellCommands builds u-root's commands.
func shellCommands(cmd *cobra.Command) (*initramfs.Commands, error) {
	fmt.Fprintln(cmd.ErrOrStderr(), "building u-root's commands, this takes a minute ...")
	bb, err := busybox.Build(cmd.Context())
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, withHint(err, "install Go (https://go.dev/dl), or leave --shell out")
	case errors.Is(err, busybox.ErrNoSource):
		return nil, withHint(err, "go takes it from its module cache or downloads it: connect to a network once, and see go env GOPROXY")
	case err != nil:
		return nil, err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d commands of u-root, %.1f MB\n", len(bb.Commands), float64(len(bb.Program))/1e6)
	return &initramfs.Commands{Program: bb.Program, Names: bb.Commands}, nil
}
