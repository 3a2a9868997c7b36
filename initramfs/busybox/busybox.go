// Package busybox makes u-root's core commands and its shell into one program,
// for the scan image of a person who debugs. u-root's own builder does it:
// makebb of github.com/u-root/gobusybox, which the go command builds first.
//
// makebb.mod and makebb.sum pin the sources of both. They are named as the go
// command's flag -modfile wants it; a new u-root is taken by
//
//	go get -modfile=makebb.mod github.com/u-root/u-root/cmds/core/...@VERSION
package busybox

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

//go:embed makebb.mod
var modFile string

//go:embed makebb.sum
var sumFile string

const (
	builder  = "github.com/u-root/gobusybox/src/cmd/makebb"
	commands = "github.com/u-root/u-root/cmds/core" // the template "core" of u-root's .mkuimage.yaml

	// tags are those of the template "small": the shell leaves the editing of a
	// line to the terminal, which works on any serial port.
	tags = "goshsmall,grpcnotrace"
)

// ErrNoSource says that the source of u-root or of its builder is not there.
var ErrNoSource = errors.New("no source of u-root")

// Busybox is one program that is many commands, by the name that it is called.
type Busybox struct {
	Program  []byte
	Commands []string // sorted
}

// Build makes the program for Linux on x86-64. It takes about a minute, a Go
// toolchain, and the sources, which the go command takes from its cache of
// modules or downloads. Equal toolchains give equal bytes.
//
// Errors: [exec.ErrNotFound] without a toolchain, [ErrNoSource], else what makebb
// says.
func Build(ctx context.Context) (*Busybox, error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "modscout-shell-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	w := workspace{dir, tool}
	if err := w.write(); err != nil {
		return nil, err
	}
	packages, err := w.packages(ctx)
	if err != nil {
		return nil, err
	}
	program, err := w.build(ctx, packages)
	if err != nil {
		return nil, err
	}
	bb := &Busybox{Program: program}
	for _, name := range packages {
		bb.Commands = append(bb.Commands, path.Base(name))
	}
	return bb, nil
}

// A workspace is a temporary directory with a module in it that has no package
// of its own and requires u-root and makebb.
type workspace struct{ dir, tool string }

func (w workspace) write() error {
	for name, text := range map[string]string{"go.mod": modFile, "go.sum": sumFile} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return os.Mkdir(filepath.Join(w.dir, "tmp"), 0o755)
}

// packages are the commands, by import path, and with them all sources: what is
// not in the cache of modules is downloaded.
func (w workspace) packages(ctx context.Context) ([]string, error) {
	host := w.command(ctx, runtime.GOOS, runtime.GOARCH, w.tool, "build", "-o", w.path("makebb"), builder)
	if _, err := output(host); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSource, err)
	}
	list, err := output(w.command(ctx, "linux", "amd64", w.tool, "list", "-deps", "-tags", tags, "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, commands+"/..."))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSource, err)
	}
	packages := strings.Fields(string(list))
	slices.Sort(packages)
	return slices.DeleteFunc(packages, func(name string) bool { return path.Dir(name) != commands }), nil
}

func (w workspace) build(ctx context.Context, packages []string) ([]byte, error) {
	args := append([]string{"-go-build-tags", tags, "-o", w.path("bb")}, packages...)
	if _, err := output(w.command(ctx, "linux", "amd64", w.path("makebb"), args...)); err != nil {
		return nil, err
	}
	return os.ReadFile(w.path("bb"))
}

func (w workspace) path(name string) string { return filepath.Join(w.dir, name) }

// command has an environment in which the user's settings for other work
// (workspaces, flags, newer processors) change nothing. Where modules come from
// stays his choice.
func (w workspace) command(ctx context.Context, system, machine, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "PWD="+w.dir, "TMPDIR="+w.path("tmp"), "GO111MODULE=on", "GOWORK=off", "GOFLAGS=-buildvcs=false",
		"CGO_ENABLED=0", "GOOS="+system, "GOARCH="+machine, "GOAMD64=v1")
	return cmd
}

// output runs a command. Its error has the last lines that it said.
func output(cmd *exec.Cmd) ([]byte, error) {
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(out.String() + talk.String())
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, said[max(0, len(said)-500):])
	}
	return out.Bytes(), nil
}
