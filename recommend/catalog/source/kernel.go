package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
)

// kernelVersion is what a release begins with: "6.12.117" of "6.12.117+deb12-amd64".
var kernelVersion = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+`)

// addKernel adds a /lib/modules/VERSION tree as a platform of the loader
// "linux", with all its modules as the one extension it has.
//
// Hashes, symbols and the layout of struct module are left out: all modules of
// a tree are of one build, which the provenance names, and their .modinfo
// names every dependency.
func (r *reader) addKernel(dir string) error {
	tree, err := ko.ReadTree(dir)
	if err != nil {
		return err
	}
	r.packs["linux:"+tree.Release] = Finding{File: filepath.Base(dir), Source: filepath.Dir(dir)}
	r.addKernelModules(tree)
	image, _ := readHead(filepath.Join(dir, "../../../boot/vmlinuz-"+tree.Release))
	r.provenance(dir, imageProvenance(image, tree.Release))
	return nil
}

func (r *reader) addKernelModules(tree *ko.Tree) {
	id := "linux:" + tree.Release
	recipe := catalog.Recipe{}
	r.inPacks += len(tree.Modules)
	for _, m := range tree.Modules {
		slim := *m
		if !r.opts.All { // a module that somebody added may be for another kernel
			slim.Imports, slim.Exports, slim.Vermagic, slim.Signed = nil, nil, "", false
			slim.Layout = ko.Layout{}
		}
		recipe.Kmods = append(recipe.Kmods, catalog.Kmod{Module: r.addModule(&slim, catalog.ModuleFile(m.File), "")})
	}
	for _, bad := range tree.Bad {
		where := r.packs[id]
		where.Platform, where.Module = id, bad.Error()
		r.found("module-unreadable", where, bad.Error())
	}
	r.b.AddPlatform(catalog.Platform{
		ID: id, Loader: "linux", Flavour: "linux",
		KernelVersion: kernelVersion.FindString(tree.Release),
		KernelRelease: tree.Release,
		Builtin:       slices.Compact(slices.Sorted(slices.Values(tree.Builtin))),
		Evidence:      "/lib/modules/" + tree.Release,
	})
	r.b.AddExtension(catalog.Extension{
		ID: id, Loader: "linux", Pack: true,
		Releases: map[string]int{id: 0},
		Recipes:  []catalog.Recipe{recipe},
	})
}

// maxHead is as much of a kernel image as holds its version string, in bytes.
const maxHead = 128 << 10

func readHead(image string) ([]byte, error) {
	f, err := os.Open(image)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxHead))
}

// debianBuild is how the version string of a Debian kernel ends.
var debianBuild = regexp.MustCompile(` Debian (\S+) \((\d{4}-\d\d-\d\d)\)$`)

// imageProvenance reads package version and date of a kernel from its image,
// where that lies beside the modules as in Debian's packages. A bzImage names
// them in its kernel_version string (Documentation/arch/x86/boot.rst: an
// offset at 0x20e, counted from 0x200).
func imageProvenance(head []byte, release string) catalog.Provenance {
	p := catalog.Provenance{Source: "linux-image-" + release}
	if len(head) < 0x210 {
		return p
	}
	at := 0x200 + int(binary.LittleEndian.Uint16(head[0x20e:]))
	if at >= len(head) {
		return p
	}
	version, _, _ := bytes.Cut(head[at:], []byte{0})
	if part := debianBuild.FindSubmatch(version); part != nil && utf8.Valid(part[1]) {
		p.Version, p.Date = string(part[1]), string(part[2])
	}
	return p
}
