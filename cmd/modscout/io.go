package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

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
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, withHint(fmt.Errorf("%s is a directory", name), "name a file in it")
	}
	return readCapped(f, name)
}

func readCapped(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxInput>>20)
	}
	return data, nil
}

// writeOutput lets write write to a file, or to standard output where file is
// "-" or "". A file appears whole and flushed to disk, or not at all; a device
// or a pipe, such as /dev/stdout, is written to and stays what it is.
func writeOutput(cmd *cobra.Command, file string, write func(io.Writer) error) error {
	if file == "" || file == "-" {
		return writeBuffered(cmd.OutOrStdout(), write)
	}
	file, mode, err := resolve(file)
	switch {
	case err != nil:
		return err
	case !mode.IsRegular():
		return writeInto(file, write)
	}
	return uninterrupted(func() error { return replace(file, write) })
}

// resolve says what is behind the name of an output: the file that a link
// points to, with its mode, which is a regular file's where there is none yet.
func resolve(file string) (string, fs.FileMode, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(file)); err != nil {
			return "", 0, withHint(fmt.Errorf("no directory for %s: %w", file, err), "make the directory first")
		}
		return file, 0, nil
	case err != nil:
		return "", 0, err
	case info.IsDir():
		return "", 0, withHint(fmt.Errorf("%s is a directory", file), "name a file in it")
	case !info.Mode().IsRegular():
		return file, info.Mode(), nil
	}
	file, err = filepath.EvalSymlinks(file)
	return file, 0, err
}

// writeInto writes to what is not a file and must not be replaced by one.
func writeInto(device string, write func(io.Writer) error) error {
	f, err := os.OpenFile(device, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := writeBuffered(f, write); err != nil {
		return err
	}
	return f.Close()
}

// replace writes a file beside its place and moves it there.
func replace(file string, write func(io.Writer) error) error {
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

// uninterrupted runs what would leave a temporary file behind if it were
// killed: a first Ctrl-C or SIGTERM takes effect when it has returned.
func uninterrupted(write func() error) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	err := write()
	signal.Stop(signals)
	select {
	case s := <-signals:
		if self, err := os.FindProcess(os.Getpid()); err == nil && self.Signal(s) == nil {
			select {} // until it arrives
		}
	default:
	}
	return err
}

func writeBuffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriter(w)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}
