package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"
)

// maxInput is the largest input that commands read into memory, in bytes. The
// largest real one we know, a captured /sys with /proc, has 4 MB.
const maxInput = 64 << 20

// readInput returns all of a file, or of standard input where name is "-".
func readInput(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return readCapped(cmd.InOrStdin(), "standard input")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readCapped(f, name)
}

func readCapped(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxInput>>20)
	}
	return data, nil
}

// writeOutput lets write write to a file, or to standard output where file is
// "-" or "". A file appears whole and flushed to disk, or not at all.
func writeOutput(cmd *cobra.Command, file string, write func(io.Writer) error) error {
	if file == "" || file == "-" {
		return writeBuffered(cmd.OutOrStdout(), write)
	}
	f, err := renameio.NewPendingFile(file, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if err := writeBuffered(f, write); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

func writeBuffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriter(w)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}
