package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// bench holds what the rows share.
type bench struct {
	options
	dir    string // for files of this run; on the cache's file system
	memory string // what a build keeps for the next one
	depmod string
	first  *tree // Debian's newest 6.1 kernel, plain modules
}

// run measures all rows that are wanted and prints the table.
func run(opts options) error {
	dir, err := os.MkdirTemp(opts.cache, "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: opts, dir: dir, memory: filepath.Join(dir, "memory")}
	if err := os.Setenv("XDG_CACHE_HOME", b.memory); err != nil { // of the programs that are run
		return err
	}
	if b.depmod, err = tool("depmod"); err != nil {
		return err
	}
	if b.first, err = b.kernel("linux-image-amd64", "plain", 1, nil); err != nil {
		return err
	}
	if err := b.describe(); err != nil {
		return err
	}
	return b.measureAll()
}

// groups make the rows when their turn comes, because some prepare files.
func (b *bench) groups() []func() ([]row, error) {
	return []func() ([]row, error){b.buildRows, b.rebuildRows, b.growthRows, b.lookupRows, b.archiveRows, b.answerRows, b.scriptRows}
}

func (b *bench) measureAll() error {
	fmt.Print(tableHead)
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
				return err
			}
			result.write(os.Stdout)
		}
	}
	return nil
}

// describe says what was measured on what.
func (b *bench) describe() error {
	kmod, err := exec.Command(b.depmod, "--version").Output()
	if err != nil {
		return err
	}
	model, _ := os.ReadFile("/proc/cpuinfo")
	_, model, _ = cut(model, "model name")
	line, _, _ := strings.Cut(string(model), "\n")
	info, err := os.Stat(b.modscout)
	if err != nil {
		return fmt.Errorf("%w: run make build", err)
	}
	version, _, _ := strings.Cut(string(kmod), "\n")
	fmt.Printf("%s, %d cores (%s). Peer: %s. Kernel: %s. %s: %s.\nEach row: %d runs of both in turn; CPU time, medians.\n\n",
		runtime.Version(), runtime.NumCPU(), strings.Trim(line, "\t: "), version, b.first.name, b.modscout, megabytes(info.Size()), b.runs)
	return nil
}

func cut(data []byte, at string) (before, after []byte, found bool) {
	i := strings.Index(string(data), at)
	if i < 0 {
		return data, nil, false
	}
	return data[:i], data[i+len(at):], true
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
