package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// packed are the directories of a kernel whose modules go into the pack, with
// all that these depend on: 302 modules. RR's packs have 267 to 490.
func (b *bench) packed() []string {
	if b.short {
		return []string{"kernel/drivers/ata/", "kernel/drivers/net/ethernet/via/", "kernel/drivers/net/ethernet/intel/"}
	}
	return []string{"kernel/drivers/ata/", "kernel/drivers/net/ethernet/", "kernel/drivers/scsi/", "kernel/drivers/message/"}
}

// pack is a module pack in the form that RR ships: all modules in one
// directory of a tar.gz, without an index.
type pack struct {
	file    string
	modules map[string]bool // by name, as the kernel spells it
}

// makePack writes the pack of a kernel that depmod has indexed.
func (b *bench) makePack() (*pack, error) {
	needs, err := readDependencies(b.first)
	if err != nil {
		return nil, err
	}
	p := &pack{file: filepath.Join(b.dir, "pack.tgz"), modules: map[string]bool{}}
	flat := filepath.Join(b.dir, "pack")
	if err := os.Mkdir(flat, 0o755); err != nil {
		return nil, err
	}
	for file, list := range needs {
		if !slices.ContainsFunc(b.packed(), func(dir string) bool { return strings.HasPrefix(file, dir) }) {
			continue
		}
		for _, file := range append(list, file) {
			if name := moduleName(file); !p.modules[name] {
				p.modules[name] = true
				if err := os.Link(filepath.Join(b.first.modules, file), filepath.Join(flat, filepath.Base(file))); err != nil {
					return nil, err
				}
			}
		}
	}
	out, err := exec.Command("tar", "-zcf", p.file, "-C", flat, ".").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("tar: %w: %s", err, out)
	}
	return p, os.RemoveAll(flat)
}

// readDependencies reads depmod's modules.dep: for each file all that it needs.
func readDependencies(t *tree) (map[string][]string, error) {
	data, err := os.ReadFile(filepath.Join(t.modules, "modules.dep"))
	needs := map[string][]string{}
	for line := range bytes.Lines(data) {
		file, list, _ := strings.Cut(string(line), ":")
		needs[file] = strings.Fields(list)
	}
	return needs, err
}

// moduleName is the name that the kernel gives the module of a file.
func moduleName(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}
