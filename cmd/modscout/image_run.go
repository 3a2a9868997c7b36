package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
)

type imageRun struct {
	board    string
	memory   int
	firmware string
	powerOff bool
	dryRun   bool
}

func newImageRunCmd() *cobra.Command {
	var r imageRun
	cmd := &cobra.Command{
		Use:   "run FILE.img|FILE.iso|DIR/ [-- QEMU ARGS]",
		Short: "Boot a scan image in QEMU",
		Long: `Boot a scan image in QEMU, with its serial port on this terminal.

An image is plugged in as a USB stick and written to, as on a real machine: the
answer is on its FAT partition afterwards. Keys go to the guest: p powers it off.`,
		Example: `  modscout image run scan.img --board demo --poweroff
  modscout image run scan.img -- -device e1000e -device megasas`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0], args[1:]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&r.board, "board", "plain", "emulated PC: plain, or demo with network cards, a RAID controller and NVMe")
	flags.IntVar(&r.memory, "memory", 512, "MB of memory")
	flags.StringVar(&r.firmware, "firmware", string(qemu.BIOS), "bios, uefi, or secure: UEFI with Secure Boot on")
	flags.BoolVar(&r.powerOff, "poweroff", false, "power off when the answer is there")
	flags.BoolVar(&r.dryRun, "dry-run", false, "print QEMU's command line only")
	return cmd
}

func (r imageRun) run(cmd *cobra.Command, image string, extra []string) error {
	board, err := r.pickBoard(image)
	if err != nil {
		return fmt.Errorf("running %s: %w", image, err)
	}
	board.Extra = extra
	if r.dryRun {
		fmt.Fprintln(cmd.OutOrStdout(), shellLine(append([]string{qemu.Program}, board.Args()...)))
		return nil
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
	defer stop()
	_, err = qemu.Run(ctx, board, cmd.OutOrStdout(), cmd.InOrStdin())
	switch {
	case errors.Is(err, qemu.ErrNotInstalled):
		err = withHint(err, "apt-get install qemu-system-x86")
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	if err != nil {
		return fmt.Errorf("running %s: %w", image, err)
	}
	return nil
}

func (r imageRun) pickBoard(image string) (qemu.Board, error) {
	boards := map[string]qemu.Board{"plain": qemu.Plain(), "demo": qemu.Demo()}
	board, known := boards[r.board]
	if !known {
		return board, withHint(fmt.Errorf("no board %q", r.board), "plain or demo")
	}
	board.MemoryMB = r.memory
	board.Firmware = qemu.Firmware(r.firmware)
	switch err := board.Firmware.Check(); {
	case errors.Is(err, qemu.ErrNoFirmware):
		return board, withHint(err, "apt-get install ovmf")
	case err != nil:
		return board, withHint(err, "bios, uefi or secure")
	}
	if r.powerOff {
		board.Prompt, board.Answer = "p power off", "p"
	}
	info, err := os.Stat(image)
	switch {
	case err != nil:
		return board, err
	case info.IsDir():
		return board.WithKernel(filepath.Join(image, initramfs.KernelName), filepath.Join(image, initramfs.InitrdName)), nil
	case strings.HasSuffix(image, ".iso"):
		return board.WithCD(image), nil
	default:
		return board.WithStick(image, false), nil
	}
}

// shellLine quotes arguments for a POSIX shell.
func shellLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if strings.ContainsAny(arg, " \t\n'\"\\$`*?[]{}()<>|&;#~!") || arg == "" {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
