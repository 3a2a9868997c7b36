package main

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// describe says what is measured, beside what and on what, as the programs and
// files themselves say it.
func (b *bench) describe() (string, error) {
	ours, err := program(b.modscout)
	if err != nil {
		return "", err
	}
	var about strings.Builder
	fmt.Fprintf(&about, "%s, `make bench`: %d runs of both in turn, CPU time, medians.\n\n", time.Now().UTC().Format(time.DateOnly), b.runs)
	for _, line := range []string{
		"machine: " + processor() + ", " + fmt.Sprintf("%d cores", runtime.NumCPU()),
		"ours: " + ours,
		"peers: " + strings.Join(versions(b.depmod, "zstd", "jq", "lspci", "tar"), "; "),
		"Debian's kernels: " + strings.Join(b.kernels(), ", "),
	} {
		fmt.Fprintf(&about, "- %s\n", line)
	}
	return about.String() + "\n", nil
}

// program describes our own: its commit, compiler and size.
func program(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("%w: run make build", err)
	}
	built, err := buildinfo.ReadFile(file)
	if err != nil {
		return "", err
	}
	commit, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	return fmt.Sprintf("%s at %s, %s, %s", filepath.Base(file), bytes.TrimSpace(commit), built.GoVersion, megabytes(info.Size())), err
}

// versions are the first words that programs say of themselves. One that is not
// there shows when a row needs it.
func versions(names ...string) []string {
	var list []string
	for _, name := range names {
		out, err := exec.Command(name, "--version").CombinedOutput()
		if line, _, _ := strings.Cut(string(out), "\n"); err == nil {
			list = append(list, strings.Trim(line, "* "))
		}
	}
	return list
}

// processor returns the model's name.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, model, _ := strings.Cut(string(text), "model name")
	model, _, _ = strings.Cut(model, "\n")
	return strings.Trim(model, "\t: ")
}

// kernels are the releases that are unpacked here.
func (b *bench) kernels() []string {
	found, _ := filepath.Glob(filepath.Join(b.cache, "kernels", "*", "lib", "modules", "*")) // the pattern is sound
	for i, dir := range found {
		found[i] = filepath.Base(dir)
	}
	return found
}

// load returns what /proc/loadavg says of the last minute.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	minute, _, _ := strings.Cut(string(text), " ")
	return minute
}
