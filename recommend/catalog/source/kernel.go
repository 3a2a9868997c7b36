package source

import (
	"regexp"
	"slices"

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
	id := "linux:" + tree.Release
	recipe := catalog.Recipe{}
	vermagic := map[string]int{}
	for _, m := range tree.Modules {
		vermagic[m.Vermagic]++
		slim := *m
		slim.SHA256, slim.Imports, slim.Exports, slim.Vermagic = "", nil, nil, ""
		slim.Layout = ko.Layout{}
		recipe.Kmods = append(recipe.Kmods, catalog.Kmod{Module: r.addModule(&slim, catalog.ModuleFile(m.File))})
	}
	r.b.AddPlatform(catalog.Platform{
		ID: id, Loader: "linux", Flavour: "linux",
		KernelVersion: kernelVersion.FindString(tree.Release),
		KernelRelease: tree.Release,
		Builtin:       slices.Compact(slices.Sorted(slices.Values(names(tree.Builtin)))),
		Evidence:      "/lib/modules/" + tree.Release,
	})
	r.b.AddExtension(catalog.Extension{
		ID: id, Loader: "linux", Pack: true,
		Releases: map[string]int{id: 0},
		Recipes:  []catalog.Recipe{recipe},
	})
	r.provenance(dir, catalog.Provenance{Source: "linux " + tree.Release})
	return nil
}
