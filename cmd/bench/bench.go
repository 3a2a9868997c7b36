package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/cmd/internal/marked"
)

// bench holds what the rows share.
type bench struct {
	options
	dir    string // for files of this run; on the cache's file system
	memory string // what a build keeps for the next one
	depmod string
	first  *tree // Debian's newest 6.1 kernel, plain modules
}

// run measures all rows that are wanted, prints the table and keeps it.
func run(opts options) error {
	dir, err := os.MkdirTemp(opts.cache, "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: opts, dir: dir, memory: filepath.Join(dir, "memory")}
	if err := b.prepareAll(); err != nil {
		return err
	}
	var text strings.Builder
	if err := b.report(io.MultiWriter(os.Stdout, &text)); err != nil || b.document == "" {
		return err
	}
	return marked.Replace(b.document, "make bench", text.String())
}

// prepareAll makes what all rows need.
func (b *bench) prepareAll() (err error) {
	if err := os.Setenv("XDG_CACHE_HOME", b.memory); err != nil { // of the programs that are run
		return err
	}
	if b.depmod, err = tool("depmod"); err != nil {
		return err
	}
	b.first, err = b.kernel("linux-image-amd64", "plain", 1, nil)
	return err
}

// report writes what was measured on what, and the table between the loads of
// the machine before and after.
func (b *bench) report(w io.Writer) error {
	about, err := b.describe()
	if err != nil {
		return err
	}
	before := load()
	fmt.Fprint(w, about, tableHead)
	err = b.measureAll(w)
	fmt.Fprintf(w, "\nLoad of the machine: %s before, %s after, the bench included.\n", before, load())
	return err
}

// groups make the rows when their turn comes, because some prepare files.
func (b *bench) groups() []func() ([]row, error) {
	return []func() ([]row, error){b.buildRows, b.rebuildRows, b.growthRows, b.lookupRows, b.archiveRows, b.scanRows, b.answerRows, b.scriptRows, b.growthOfAnswers, b.imageRows}
}

// measureAll writes a line for each row. It returns what was wrong in any.
func (b *bench) measureAll(w io.Writer) error {
	var wrong []error
	for _, group := range b.groups() {
		rows, err := group()
		if err != nil {
			return err
		}
		for _, r := range rows {
			if !b.only.MatchString(r.work) {
				continue
			}
			result, err := r.measure(b.runs)
			if err != nil {
				wrong = append(wrong, err)
				fmt.Fprintf(os.Stderr, "bench: %v\n", err)
				continue
			}
			fmt.Fprint(w, result)
		}
	}
	return errors.Join(wrong...)
}

// tool finds a program, in the system directories too.
func tool(name string) (string, error) {
	for _, path := range []string{name, "/usr/sbin/" + name, "/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return filepath.Clean(found), nil
		}
	}
	return "", fmt.Errorf("%s is not installed", name)
}
