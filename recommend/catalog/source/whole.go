package source

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
)

// whole is what an archive of modules holds that is neither a pack nor part of
// an extension: a kernel's package, or a ramdisk.
type whole struct {
	content
	trees map[string]*ko.Tree // by kernel release; members below lib/modules/RELEASE
	heads map[string][]byte   // of boot/vmlinuz-RELEASE
}

// addArchive reads a kernel's package (.deb, or any archive of lib/modules) or
// Jun's extra.lzma.
func (r *reader) addArchive(source, base string, data []byte) error {
	w := whole{trees: map[string]*ko.Tree{}, heads: map[string][]byte{}}
	if err := archive.Walk(bytes.NewReader(data), limits, w.member); err != nil {
		return fmt.Errorf("%w: %w", ErrKind, err)
	}
	for _, name := range sortedKeys(w.trees) {
		r.addKernelModules(w.trees[name])
		r.provenance(source, imageProvenance(w.heads[name], name))
	}
	switch {
	case len(w.trees) > 0:
		return nil
	case len(w.modules) > 0 && isExtra(base):
		return r.addExtra(source, w.modules)
	case len(w.modules) > 0:
		return fmt.Errorf("%w: its modules could be of any platform, call it PLATFORM-OS-KERNEL or PLATFORM-KERNEL", ErrKind)
	}
	return ErrKind
}

// inTree takes the path of a member of a kernel's package apart.
var inTree = regexp.MustCompile(`^(?:usr/)?lib/modules/([^/]+)/(.+)$`)

func (w *whole) member(e archive.Entry) error {
	if !e.Regular {
		return nil
	}
	if release, found := strings.CutPrefix(e.Name, "boot/vmlinuz-"); found {
		head, err := io.ReadAll(io.LimitReader(e.Body, maxHead))
		w.heads[release] = head
		return err
	}
	part := inTree.FindStringSubmatch(e.Name)
	if part == nil || !strings.Contains(part[2], "/") && !strings.HasPrefix(part[2], "modules.") {
		return w.entry(e, path.Base(path.Dir(e.Name)) == "update")
	}
	tree := w.trees[part[1]]
	if tree == nil {
		tree = &ko.Tree{Dir: "lib/modules/" + part[1], Release: part[1]}
		w.trees[part[1]] = tree
	}
	return addMember(tree, part[2], e.Body)
}

// addMember adds one file to a kernel's modules.
func addMember(tree *ko.Tree, name string, body io.Reader) error {
	switch {
	case name == "modules.builtin":
		list, err := io.ReadAll(io.LimitReader(body, maxDocument))
		for line := range bytes.Lines(list) {
			if file := strings.TrimSpace(string(line)); file != "" {
				tree.Builtin = append(tree.Builtin, ko.NameOf(file))
			}
		}
		return err
	case !ko.IsModule(name):
		return nil
	}
	m, err := ko.Decode(body, name)
	if err != nil {
		tree.Bad = append(tree.Bad, fmt.Errorf("%s: %w", name, err))
		return nil
	}
	tree.Modules = append(tree.Modules, m)
	return nil
}

// isExtra says whether a file is called like the second ramdisk of Jun's loader
// (DSM 6): extra.lzma, or extra2.lzma for CPUs without the first one's needs.
func isExtra(base string) bool {
	return strings.HasPrefix(base, "extra") && strings.HasSuffix(base, ".lzma")
}

// addExtra adds Jun's extra.lzma: a cpio archive with modules in
// usr/lib/modules. Nothing in it names a model, so the platform is the kernel
// that most of its modules are built for.
func (r *reader) addExtra(source string, list []*archived) error {
	vermagic := map[string]int{}
	for _, m := range list {
		if m.err == nil {
			word, _, _ := strings.Cut(m.ko.Vermagic, " ")
			vermagic[word]++
		}
	}
	if len(vermagic) == 0 {
		return fmt.Errorf("none of its %d modules can be read: %w", len(list), list[0].err)
	}
	releases := sortedKeys(vermagic)
	best := slices.MaxFunc(releases, func(a, b string) int { return vermagic[a] - vermagic[b] })
	p := catalog.Platform{
		ID: "jun:" + best, Loader: "jun", KernelRelease: best,
		KernelVersion: kernelVersion.FindString(best), Evidence: "vermagic of the modules in " + path.Base(source),
	}
	r.addPackModules(p, Finding{Extension: p.ID, Platform: p.ID, File: source}, list)
	r.provenance(source, catalog.Provenance{})
	return nil
}
