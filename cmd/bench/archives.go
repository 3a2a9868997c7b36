package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

// archiveRows compare the reading of rp-ext's archives with their unpacking
// and depmod. Without a clone of it there is no such row.
func (b *bench) archiveRows() ([]row, error) {
	if b.rpext == "" {
		return nil, nil
	}
	archives, err := filepath.Glob(filepath.Join(b.rpext, "*", "releases", "*.tgz"))
	if err != nil || len(archives) == 0 {
		return nil, fmt.Errorf("no archives in %s: %w", b.rpext, err)
	}
	archives = slices.DeleteFunc(archives, func(file string) bool { return !hasModules(file) })
	t := &tree{name: "4.4.180-rp-ext", base: filepath.Join(b.dir, "rp-ext")}
	t.modules = filepath.Join(t.base, "lib", "modules", t.name)
	db := filepath.Join(b.dir, "rp-ext.db")
	args := append([]string{"db", "build", "--full", "--platform", "rp-ext", "-o", db}, archives...)
	return []row{{
		work: fmt.Sprintf("db build of %d archives of rp-ext", len(archives)), beside: "tar, then depmod", goal: 0.25,
		ours:  answer(b.modscout, args...),
		peer:  command("sh", append([]string{"-c", unpackAll, b.depmod, t.base, t.name}, archives...)...),
		equal: func() (string, error) { return subsetAliases(db, t) },
	}}, nil
}

// hasModules says whether an archive holds modules; some hold none.
func hasModules(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	found := false
	archive.Walk(f, archive.Default, func(e archive.Entry) error { // what is damaged later counts
		found = found || ko.IsModule(e.Name)
		return nil
	})
	return found
}

// unpackAll gives each archive a directory of its own, because they have
// modules of one name. What is no archive is passed over, as we do.
const unpackAll = `base=$1 name=$2; shift 2
rm -rf "$base"; n=0
for archive; do
	n=$((n+1)); mkdir -p "$base/lib/modules/$name/$n"
	tar -xf "$archive" -C "$base/lib/modules/$name/$n" 2>/dev/null
done
"$0" -b "$base" "$name"`

// subsetAliases wants all that depmod found in our table. depmod keeps one
// module of each name; we keep all.
func subsetAliases(db string, t *tree) (string, error) {
	platforms, err := platforms(db)
	if err != nil {
		return "", err
	}
	ours := claims(platforms, func(m *modalias.Module) string { return modalias.NameOf(m.File) })
	theirs, err := depmodAliases(filepath.Join(t.modules, "modules.alias"))
	if err != nil {
		return "", err
	}
	for pair := range theirs {
		if !ours[pair] {
			return "", fmt.Errorf("we lack %q, which depmod found", pair)
		}
	}
	return fmt.Sprintf("all %d aliases of depmod among %d", len(theirs), len(ours)), os.RemoveAll(t.base)
}
