package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/catalog"
)

// PlatformsFile is a catalogue that an extension tree of ours may hold beside
// its indexes: the platforms it serves, with what their kernel and initrd
// drive already. Loaders do not read it.
const PlatformsFile = "modscout-platforms.json"

// loaderOf is whose packages extension trees hold.
const loaderOf = "redpill"

// addTree reads the indexes of an extension tree.
func (r *reader) addTree(dir string) error {
	root, err := r.openTree(dir)
	if err != nil {
		return err
	}
	var indexes []*index
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			r.found("index-unreadable", Finding{File: name, Source: root.Name()}, err.Error())
			return nil
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != ".":
			return fs.SkipDir
		case entry.Name() == PlatformsFile:
			return r.addPlatforms(location{root: root, path: name})
		case entry.Name() == IndexFile:
			indexes = append(indexes, r.readIndex(location{root: root, path: name})...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.roots = append(r.roots, root)
	for _, x := range indexes {
		r.folders[location{root: root, path: path.Dir(x.at.path)}] = x.ID
	}
	r.indexes = append(r.indexes, indexes...)
	known := catalog.Provenance{Commit: gitCommit(dir)}
	if from, err := mirrorOf(origin(indexes)); err == nil {
		from.root, known.Source = root, from.repo
		r.mirrors = append(r.mirrors, from)
	}
	r.provenance(dir, known)
	return nil
}

// openTree opens an extension tree and lets it stand for the file URLs of its
// own directory. A mirror that is the same directory is taken for it, so that
// a file has one location.
func (r *reader) openTree(dir string) (*os.Root, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	for _, m := range r.mirrors {
		if sameFile(m.root, root) {
			root.Close()
			root = m.root
			break
		}
	}
	r.mirrors = append(r.mirrors, &Mirror{prefix: "file://" + filepath.ToSlash(abs), root: root})
	return root, nil
}

func sameFile(a, b *os.Root) bool {
	one, err := a.Stat(".")
	if err != nil {
		return false
	}
	two, err := b.Stat(".")
	return err == nil && os.SameFile(one, two)
}

// readIndex reads one index, or the entries of a concatenated one, which only
// serve to check the others.
func (r *reader) readIndex(at location) []*index {
	data, err := at.readUpTo(maxDocument)
	if err != nil {
		r.found("index-unreadable", Finding{File: at.path, Source: at.tree()}, err.Error())
		return nil
	}
	list, err := decodeIndexes(data)
	if err != nil {
		r.found("index-unreadable", Finding{File: at.path, Source: at.tree()}, err.Error())
	}
	for _, x := range list {
		x.at = at
	}
	if len(list) > 1 {
		r.listed = append(r.listed, list...)
		return nil
	}
	return list
}

// addPlatforms reads what our generator says about the platforms of a tree.
func (r *reader) addPlatforms(at location) error {
	f, err := at.open()
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := catalog.Read(f)
	if err != nil {
		return fmt.Errorf("%s: %w", at.path, err)
	}
	r.b.AddCatalog(c)
	return nil
}

// maxRef is the most that a file of Git's with one commit or ref may hold.
const maxRef = 4096

// gitCommit returns the commit that a clone has checked out, or "".
func gitCommit(dir string) string {
	head, err := archive.ReadFile(filepath.Join(dir, ".git", "HEAD"), maxRef)
	if err != nil {
		return ""
	}
	ref, isRef := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: ")
	if !isRef {
		return ref
	}
	if !filepath.IsLocal(ref) {
		return ""
	}
	commit, _ := archive.ReadFile(filepath.Join(dir, ".git", ref), maxRef)
	return strings.TrimSpace(string(commit))
}

// readRecipe is a recipe file, read once however many releases name it.
type readRecipe struct {
	url    string
	recipe *recipe
	err    error
}

// readExtensions reads the recipes of all indexes, then the files that they
// name, and adds the extensions. An index in its own place comes before its
// copies elsewhere.
func (r *reader) readExtensions() {
	slices.SortStableFunc(r.indexes, func(a, b *index) int {
		return rank(a.self(r.mirrors)) - rank(b.self(r.mirrors))
	})
	r.prefetchRecipes()
	for _, x := range r.indexes {
		for _, key := range sortedKeys(x.Releases) {
			r.readRecipe(x, key)
		}
	}
	var strays stray
	if r.opts.All {
		strays = r.readStrays()
	}
	r.readFiles()
	for _, x := range r.indexes {
		r.addExtension(x)
	}
	r.addStrays(strays)
	r.checkIndexes()
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// readRecipe reads the recipe of one release and notes the files it needs.
func (r *reader) readRecipe(x *index, key string) {
	at, err := locate(r.mirrors, x.Releases[key])
	if err != nil || r.recipes[at] != nil {
		return
	}
	data, err := at.readUpTo(maxDocument)
	rec := &readRecipe{url: x.Releases[key], err: err}
	r.recipes[at] = rec
	r.reached[at] = true
	if err != nil {
		return
	}
	if rec.recipe, rec.err = decodeRecipe(data); rec.err == nil {
		r.noteFiles(rec.recipe, true)
	}
}

// noteFiles puts the files of a recipe on the list of those to read.
func (r *reader) noteFiles(rec *recipe, reached bool) {
	for _, f := range rec.Files {
		if at, err := locate(r.mirrors, f.URL); err == nil {
			r.files[at] = nil
			r.pin(at, f)
			r.packed[at] = r.packed[at] || f.Packed
			r.reached[at] = r.reached[at] || reached
		}
	}
}

// addExtension puts an index and its recipes into the catalogue. One with a
// bad platform key stays out, because ext-manager.sh rejects the whole index.
func (r *reader) addExtension(x *index) {
	rejected := r.badKeys(x)
	if rejected && !r.opts.All {
		return
	}
	e := catalog.Extension{ID: x.ID, Name: x.Info.Name, Loader: loaderOf, IndexURL: x.URL, Releases: map[string]int{}}
	made := map[location]int{}
	for _, key := range sortedKeys(x.Releases) {
		at, rec := r.release(x, key)
		if rec == nil {
			e.Lose(key, r.findings[len(r.findings)-1].Code)
			continue
		}
		if _, found := made[at]; !found {
			made[at] = len(e.Recipes)
			e.Recipes = append(e.Recipes, r.makeRecipe(rec, r.at(in(x, key), at)))
		}
		e.Releases[key] = made[at]
		if key != catalog.AnyPlatform && validPlatform.MatchString(key) {
			r.b.AddPlatform(catalog.Platform{ID: key, Loader: loaderOf})
		}
	}
	if rejected || !r.b.AddExtension(e) {
		r.b.AddStray(e)
	}
}

// badKeys finds release keys that are no platform ids.
func (r *reader) badKeys(x *index) bool {
	bad := false
	for _, key := range sortedKeys(x.Releases) {
		if !validPlatform.MatchString(key) {
			bad = true
			where := in(x, key)
			right := strings.ReplaceAll(key, "+", "p") // as pocopico/rp-ext writes a model's "+"
			where.Fix = fixed(validPlatform.MatchString(right), right)
			r.found("release-bad-platform-key", where,
				"ext-manager.sh rejects the whole index for a key that is not [a-z0-9_]+")
		}
	}
	return bad
}

// release returns the recipe that an index names for a platform, or nil and a
// finding.
func (r *reader) release(x *index, key string) (location, *readRecipe) {
	where := in(x, key)
	at, err := locate(r.mirrors, x.Releases[key])
	switch {
	case errors.Is(err, ErrNotURL):
		if !strings.Contains(key, "_") { // a mark at the end, such as "endofmodel": no packer asks for it
			where.Severity = catalog.Cosmetic
		}
		r.found("release-not-a-url", where, err.Error())
		return at, nil
	case err != nil:
		where.File, where.Source = x.Releases[key], ""
		r.found("url-not-mirrored", where, "no source or mirror has it")
		return at, nil
	}
	rec := r.recipes[at]
	switch {
	case errors.Is(rec.err, fs.ErrNotExist):
		r.found("release-recipe-missing", where, "there is no "+at.path)
		return at, nil
	case rec.err != nil:
		r.found("recipe-unreadable", r.at(where, at), rec.err.Error())
		return at, nil
	}
	return at, rec
}
