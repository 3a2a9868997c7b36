package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
)

// toOutput writes "answer" to a file as commands do.
func toOutput(file string) error {
	return writeOutput(&cobra.Command{}, file, func(w io.Writer) error {
		_, err := io.WriteString(w, "answer")
		return err
	})
}

func TestOutputKeepsPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		data, _ := os.ReadFile(pipe)
		read <- string(data)
	}()
	if err := toOutput(pipe); err != nil {
		t.Fatalf("writing to a pipe: %v", err)
	}
	info, err := os.Stat(pipe)
	if err != nil || info.Mode().Type() != fs.ModeNamedPipe {
		t.Fatalf("the pipe is now %v, %v", info.Mode(), err)
	}
	if got := <-read; got != "answer" {
		t.Errorf("the pipe's reader got %q", got)
	}
}

func TestOutputKeepsLink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink("file", link)); err != nil {
		t.Fatal(err)
	}
	if err := toOutput(link); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != "file" {
		t.Errorf("the link points to %q, %v", target, err)
	}
	if data, err := os.ReadFile(file); string(data) != "answer" {
		t.Errorf("the file behind the link holds %q, %v", data, err)
	}
}

func TestOutputNowhere(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{dir, filepath.Join(dir, "missing", "file")} {
		err := toOutput(file)
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) || !strings.Contains(err.Error(), file) {
			t.Errorf("writing to %s: error %v, want one with the name and a hint", file, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInputDirectory(t *testing.T) {
	dir := t.TempDir()
	_, err := readInput(&cobra.Command{}, dir)
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || err.Error() != dir+" is a directory" {
		t.Errorf("reading a directory: error %v, want one that says so, with a hint", err)
	}
}

// interruptSelf is the environment variable that makes TestInterrupted the
// process that is interrupted: it names the file to write.
const interruptSelf = "MODSCOUT_TEST_INTERRUPT"

// A Ctrl-C while a file is written leaves the whole file, no temporary one, and
// a process that the signal has ended.
func TestInterrupted(t *testing.T) {
	if file := os.Getenv(interruptSelf); file != "" {
		writeOutput(&cobra.Command{}, file, func(w io.Writer) error {
			return syscall.Kill(os.Getpid(), syscall.SIGINT)
		})
		os.Exit(0)
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestInterrupted$")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, interruptSelf+"="+filepath.Join(dir, "file"))
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("the interrupted process ended with %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("temporary files: %q", left)
	}
	if _, err := os.Stat(filepath.Join(dir, "file")); err != nil {
		t.Error(err)
	}
}

// Names from strangers' archives and plans stand in errors: they must neither
// drive the terminal nor pass for lines of ours.
func TestErrorIsOneLine(t *testing.T) {
	var b strings.Builder
	printError(&b, withHint(errors.New("a\x1b[2Jb\nhint: run it.ko: damaged"), "look\rinto it"))
	const want = "modscout: a [2Jb hint: run it.ko: damaged\nhint: look into it\n"
	if b.String() != want {
		t.Errorf("printError() wrote %q, want %q", b.String(), want)
	}
}
