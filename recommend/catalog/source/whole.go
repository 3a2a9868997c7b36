package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
)

// addArchive reads a kernel's package (.deb, or any archive of lib/modules) or
// Jun's extra.lzma: archives that are neither a pack nor part of an extension.
func (r *reader) addArchive(source, base string, data []byte) error {
	if isExtra(base) {
		return r.addExtra(source, data)
	}
	trees, err := ko.ReadArchiveTrees(bytes.NewReader(data), limits)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKind, err)
	}
	found := false
	for _, tree := range trees {
		if tree.Release != "" {
			found = true
			r.addKernelModules(tree)
			r.provenance(source, imageProvenance(imageHead(data, tree.Release), tree.Release))
		}
	}
	switch {
	case found:
		return nil
	case len(trees) > 0:
		return fmt.Errorf("%w: its modules could be of any platform, call it PLATFORM-OS-KERNEL or PLATFORM-KERNEL", ErrKind)
	}
	return ErrKind
}

// imageHead returns the beginning of the kernel image in a kernel's package, or
// nil where it has none.
func imageHead(data []byte, release string) (head []byte) {
	done := errors.New("found")
	archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) (err error) {
		if !e.Regular || e.Name != "boot/vmlinuz-"+release {
			return nil
		}
		if head, err = io.ReadAll(io.LimitReader(e.Body, maxHead)); err != nil {
			return err
		}
		return done
	})
	return head
}

// isExtra says whether a file is called like the second ramdisk of Jun's loader
// (DSM 6): extra.lzma, or extra2.lzma for CPUs without the first one's needs.
func isExtra(base string) bool {
	return strings.HasPrefix(base, "extra") && strings.HasSuffix(base, ".lzma")
}

// addExtra adds Jun's extra.lzma: a cpio archive with modules in
// usr/lib/modules. Nothing in it names a model, so the platform is the kernel
// that most of its modules are built for.
func (r *reader) addExtra(source string, data []byte) error {
	var c content
	list, err := c.some(c.readMembers(bytes.NewReader(data)))
	if err != nil {
		return err
	}
	releases := map[string]int{}
	for _, m := range list {
		if m.err == nil {
			release, _, _ := strings.Cut(m.ko.Vermagic, " ")
			releases[release]++
		}
	}
	if len(releases) == 0 {
		return fmt.Errorf("none of its %d modules can be read: %w", len(list), list[0].err)
	}
	most := slices.MaxFunc(sortedKeys(releases), func(a, b string) int { return releases[a] - releases[b] })
	p := catalog.Platform{
		ID: "jun:" + most, Loader: "jun", KernelRelease: most,
		KernelVersion: kernelVersion.FindString(most), Evidence: "vermagic of the modules in " + path.Base(source),
	}
	r.addPackModules(p, Finding{Extension: p.ID, Platform: p.ID, File: source}, list)
	r.provenance(source, catalog.Provenance{})
	return nil
}
