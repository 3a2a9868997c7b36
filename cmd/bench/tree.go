package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
)

// treeVerb makes this program do all of depmod's work on a tree: "bench tree DIR
// OUT" writes OUT/table.db and OUT/modules.dep.
const treeVerb = "tree"

func treeMain(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: bench tree DIR OUT")
	}
	debug.SetGCPercent(-1) // as db build, which does not collect the garbage of one kernel
	debug.SetMemoryLimit(128 << 20)
	tree, err := ko.ReadTree(args[0])
	if err != nil {
		return err
	}
	table := func(w io.Writer) error {
		_, err := modalias.NewTable([]modalias.Platform{tree.Platform()}).WriteTo(w)
		return err
	}
	return errors.Join(
		writeTo(filepath.Join(args[1], "table.db"), table),
		writeTo(filepath.Join(args[1], depFile), func(w io.Writer) error { return writeDependencies(w, tree) }),
	)
}

const depFile = "modules.dep"

func writeTo(file string, write func(io.Writer) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(write(w), w.Flush(), f.Close())
}

// writeDependencies writes what each module needs, as depmod does.
func writeDependencies(w io.Writer, tree *ko.Tree) error {
	graph := tree.Graph()
	for _, m := range tree.Modules {
		line := []string{m.File + ":"}
		for _, need := range graph.Dependencies(m) {
			line = append(line, need.File)
		}
		if _, err := fmt.Fprintln(w, strings.Join(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// whole is a row of all that depmod reads: symbols too, and which module needs
// which. No command of modscout does just that, so this program does it.
func (b *bench) whole(work string, goal float64, t *tree) (row, error) {
	self, err := os.Executable()
	if err != nil {
		return row{}, err
	}
	out := filepath.Join(b.dir, "whole")
	r := b.build(work, goal, t)
	r.ours = command(self, treeVerb, t.modules, out)
	r.equal = func() (string, error) {
		aliases, err := equalAliases(filepath.Join(out, "table.db"), t)
		if err != nil {
			return "", err
		}
		lines, err := equalLines(filepath.Join(out, depFile), filepath.Join(t.modules, depFile))
		return fmt.Sprintf("%s, %d lines of %s", aliases, lines, depFile), err
	}
	return r, os.MkdirAll(out, 0o755)
}

// equalLines wants the same lines in both files, in any order.
func equalLines(ours, theirs string) (count int, err error) {
	var lists [2][]string
	for i, file := range []string{ours, theirs} {
		data, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		lists[i] = strings.Split(strings.TrimSpace(string(data)), "\n")
		slices.Sort(lists[i])
	}
	for i, line := range lists[0] {
		if i >= len(lists[1]) || line != lists[1][i] {
			return 0, fmt.Errorf("%s has %q, which %s lacks", ours, line, theirs)
		}
	}
	if len(lists[0]) < len(lists[1]) {
		return 0, fmt.Errorf("%s has %d lines, %s %d", ours, len(lists[0]), theirs, len(lists[1]))
	}
	return len(lists[0]), nil
}
