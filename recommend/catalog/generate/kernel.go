package generate

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/ko"
)

// kernel finds the modules of a kernel tree by name.
type kernel struct {
	dir     string
	modules map[string]*ko.Module
	builtin map[string]bool
}

func newKernel(dir string, tree *ko.Tree) *kernel {
	k := &kernel{dir: dir, modules: map[string]*ko.Module{}, builtin: map[string]bool{}}
	for _, m := range tree.Modules {
		k.modules[m.Name] = m
	}
	for _, name := range kernelNames(tree.Builtin) {
		k.builtin[name] = true
	}
	return k
}

func (k *kernel) builtinNames() []string {
	var names []string
	for name := range k.builtin {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// closure returns the named modules and what they need, each once, in an order
// in which they can be loaded, leaving out those in has. What the kernel does
// not have as a module is passed over: it is built in, or of another version.
// A softdep to be loaded before is taken along: without the PHY driver that
// r8169 names so, it refuses its device.
func (k *kernel) closure(names []string, has map[string]bool) []*ko.Module {
	var order []*ko.Module
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		m := k.modules[name]
		if seen[name] || has[name] || m == nil {
			return
		}
		seen[name] = true
		for _, need := range kernelNames(slices.Concat(m.SoftPre, m.Depends)) {
			visit(need)
		}
		order = append(order, m)
	}
	for _, name := range kernelNames(names) {
		visit(name)
	}
	return order
}

// path returns where a module lies.
func (k *kernel) path(m *ko.Module) string { return filepath.Join(k.dir, filepath.FromSlash(m.File)) }

// kernelNames spells module names as the kernel does, with underscores.
func kernelNames(list []string) []string {
	out := slices.Clone(list)
	for i, name := range out {
		out[i] = strings.ReplaceAll(name, "-", "_")
	}
	return out
}

func nameSet(modules []*ko.Module) map[string]bool {
	set := map[string]bool{}
	for _, m := range modules {
		set[m.Name] = true
	}
	return set
}
