package initramfs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/modalias/ko"
)

// ErrNoModule says that a module tree lacks a module that was asked for.
var ErrNoModule = errors.New("no such module")

// tree finds modules by name in /lib/modules/RELEASE. It reads file names
// only: of four thousand modules an image needs some forty.
type tree struct {
	dir     string
	release string
	files   map[string]string // module name -> path below dir
	builtin map[string]bool
	known   map[string]*ko.Module // those that were read
}

func openTree(dir string) (*tree, error) {
	t := &tree{dir: dir, release: filepath.Base(filepath.Clean(dir)), files: make(map[string]string), known: make(map[string]*ko.Module)}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && ko.IsModule(name) {
			t.files[modalias.NameOf(name)] = name
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(t.files) == 0 {
		return nil, hint.With(fmt.Errorf("%s: %w: no .ko file at all", dir, ErrNoModule), "give the directory of one kernel, lib/modules/RELEASE")
	}
	t.builtin, err = readBuiltin(filepath.Join(dir, "modules.builtin"))
	return t, err
}

// readBuiltin reads modules.builtin, one path a line; a tree may lack it.
func readBuiltin(file string) (map[string]bool, error) {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	names := make(map[string]bool)
	for scanner := bufio.NewScanner(bytes.NewReader(data)); scanner.Scan(); {
		names[modalias.NameOf(scanner.Text())] = true
	}
	return names, nil
}

// step returns the step that loads a module of the tree. The archive has it
// uncompressed, whatever the kernel's packages do: all of them together
// compress better than each for itself, and no kernel need unpack them.
func (t *tree) step(name, args string) layout.Load {
	plain, _, _ := strings.Cut(t.files[name], ".ko")
	return layout.Load{Path: layout.ModulePath(t.release, plain+".ko"), Args: args}
}

// read returns a module as the kernel takes it.
func (t *tree) read(m layout.Load) ([]byte, error) {
	file, err := os.Open(filepath.Join(t.dir, t.files[m.Name()]))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := archive.Decompress(file, archive.Limits{Bytes: layout.MaxModule, Window: archive.Default.Window})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Path, err)
	}
	return io.ReadAll(plain)
}

// closure orders the wanted modules, each after its dependencies and pre
// softdeps. Built-in ones drop out; absent lists what the kernel does not have.
func (t *tree) closure(wanted []Enumerator) (order []layout.Load, absent []string, err error) {
	args := make(map[string]string)
	for _, w := range wanted {
		args[w.Name] = w.Args
	}
	seen := make(map[string]bool)
	var add func(name string) error
	add = func(name string) error {
		if seen[name] || t.builtin[name] {
			return nil
		}
		seen[name] = true
		before, err := t.needs(name)
		if err != nil {
			return err
		}
		for _, need := range before {
			if err := add(need); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		order = append(order, t.step(name, args[name]))
		return nil
	}
	for _, w := range wanted {
		if t.files[w.Name] == "" && !t.builtin[w.Name] {
			absent = append(absent, w.Name)
			continue
		}
		if err := add(w.Name); err != nil {
			return nil, nil, err
		}
	}
	return order, absent, nil
}

// exactly looks up the modules, "NAME" or "NAME ARGS", and adds nothing.
func (t *tree) exactly(modules []string) ([]layout.Load, error) {
	order := make([]layout.Load, 0, len(modules))
	for _, module := range modules {
		name, args, _ := strings.Cut(module, " ")
		if t.files[modalias.NameOf(name)] == "" {
			return nil, fmt.Errorf("%w: %s in %s", ErrNoModule, name, t.dir)
		}
		order = append(order, t.step(modalias.NameOf(name), args))
	}
	return order, nil
}

// needs returns what must be loaded before a module: what its own depends
// names, which the kernel's build computed from the symbols, and its pre
// softdeps as far as the kernel has them.
func (t *tree) needs(name string) ([]string, error) {
	if t.files[name] == "" {
		return nil, fmt.Errorf("%w: %s in %s", ErrNoModule, name, t.dir)
	}
	m, err := t.module(name)
	if err != nil {
		return nil, err
	}
	var before []string
	for _, soft := range m.SoftPre {
		if soft = modalias.NameOf(soft); t.files[soft] != "" {
			before = append(before, soft)
		}
	}
	for _, need := range m.Depends {
		before = append(before, modalias.NameOf(need))
	}
	return before, nil
}

// module reads what a module of the tree says about itself, once.
func (t *tree) module(name string) (*ko.Module, error) {
	if m := t.known[name]; m != nil {
		return m, nil
	}
	m, err := ko.ReadFile(filepath.Join(t.dir, t.files[name]))
	if err == nil {
		t.known[name] = m
	}
	return m, err
}
