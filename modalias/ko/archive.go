package ko

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
)

// ReadArchive reads the modules of an archive of any kind that package archive
// knows: a module pack, an initrd, a kernel's Debian package. Module.File is
// the member's name. Members that are no sound module are left out and
// returned in bad; AppleDouble files ("._igc.ko") and all else is passed over.
//
// It fails where the archive itself is bad, with an error of package archive;
// then what was read so far is returned too.
func ReadArchive(r io.Reader, limits archive.Limits) (modules []*Module, bad []error, err error) {
	var t Tree
	err = archive.Walk(r, limits, func(e archive.Entry) error { return t.add(e, e.Name) })
	return t.Modules, t.Bad, err
}

// ReadArchiveTrees is [ReadArchive] for archives of whole kernels. What lies
// below lib/modules/RELEASE becomes a [Tree] as [ReadTree] reads it, with what
// the kernel's build says of built-in modules. The trees are in the order of
// their releases; modules that lie elsewhere are in a first one without.
func ReadArchiveTrees(r io.Reader, limits archive.Limits) ([]*Tree, error) {
	trees := map[string]*Tree{}
	err := archive.Walk(r, limits, func(e archive.Entry) error {
		release, file := cutRelease(e.Name)
		t := cmp.Or(trees[release], &Tree{Release: release})
		trees[release] = t
		return t.add(e, file)
	})
	var list []*Tree
	for _, release := range slices.Sorted(maps.Keys(trees)) {
		if t := trees[release]; len(t.Modules)+len(t.Bad) > 0 {
			slices.SortStableFunc(t.Modules, func(a, b *Module) int { return strings.Compare(a.File, b.File) })
			list = append(list, t)
		}
	}
	return list, err
}

// cutRelease takes "…/lib/modules/RELEASE/" off a name.
func cutRelease(name string) (release, file string) {
	const modules = "/lib/modules/"
	at := strings.Index("/"+name, modules)
	if at < 0 {
		return "", name
	}
	release, file, _ = strings.Cut(name[at+len(modules)-1:], "/")
	return release, file
}

// add reads one member of an archive.
func (t *Tree) add(e archive.Entry, file string) error {
	if !e.Regular || strings.HasPrefix(path.Base(file), "._") {
		return nil
	}
	if t.Release != "" && slices.Contains(TreeFiles, file) {
		data, err := io.ReadAll(io.LimitReader(e.Body, maxList+1))
		if err == nil && len(data) > maxList {
			err = fmt.Errorf("%s: %w: more than %d bytes", e.Name, archive.ErrTooLarge, maxList)
		}
		t.SetList(file, data)
		return err
	}
	if !IsModule(file) {
		return nil
	}
	r := readers.Get().(*reader)
	defer readers.Put(r)
	m, err := r.readWhole(e.Body, e.Size, file)
	switch {
	case errors.Is(err, archive.ErrTruncated):
		return fmt.Errorf("%s: %w", e.Name, err)
	case err != nil:
		t.Bad = append(t.Bad, fmt.Errorf("%s: %w", e.Name, err))
	default:
		t.Modules = append(t.Modules, m)
	}
	return nil
}
