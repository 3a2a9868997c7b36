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
			r.found("index-unreadable", Finding{File: name}, err.Error())
			return nil
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != ".":
			return fs.SkipDir
		case entry.Name() == PlatformsFile:
			return r.addPlatforms(location{root, name})
		case entry.Name() == IndexFile:
			indexes = append(indexes, r.readIndex(location{root, name})...)
		}
		return nil
	})
	if err != nil {
		return err
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
	data, err := at.read()
	if err != nil {
		r.found("index-unreadable", Finding{File: at.path}, err.Error())
		return nil
	}
	list, err := decodeIndexes(data)
	if err != nil {
		r.found("index-unreadable", Finding{File: at.path}, err.Error())
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
	for _, x := range r.indexes {
		for _, key := range sortedKeys(x.Releases) {
			r.readRecipe(x, key)
		}
	}
	r.readFiles()
	for _, x := range r.indexes {
		r.addExtension(x)
	}
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
	data, err := at.read()
	rec := &readRecipe{url: x.Releases[key], err: err}
	r.recipes[at] = rec
	if err != nil {
		return
	}
	if rec.recipe, rec.err = decodeRecipe(data); rec.err != nil {
		return
	}
	for _, f := range rec.recipe.Files {
		if at, err := locate(r.mirrors, f.URL); err == nil {
			r.files[at] = nil
		}
	}
}

// addExtension puts an index and its recipes into the catalogue. One with a
// bad platform key stays out, because ext-manager.sh rejects the whole index.
func (r *reader) addExtension(x *index) {
	if r.badKeys(x) {
		return
	}
	e := catalog.Extension{ID: x.ID, Name: x.Info.Name, Loader: loaderOf, IndexURL: x.URL, Releases: map[string]int{}}
	made := map[location]int{}
	for _, key := range sortedKeys(x.Releases) {
		where := Finding{Extension: x.ID, Platform: key, File: x.Releases[key]}
		at, rec := r.release(x, key, where)
		if rec == nil {
			continue
		}
		if _, found := made[at]; !found {
			made[at] = len(e.Recipes)
			where.File = at.path
			e.Recipes = append(e.Recipes, r.makeRecipe(rec, where))
		}
		e.Releases[key] = made[at]
		if key != catalog.AnyPlatform {
			r.b.AddPlatform(catalog.Platform{ID: key, Loader: loaderOf})
		}
	}
	if !r.b.AddExtension(e) {
		r.found("index-id-shared", Finding{Extension: x.ID, File: x.at.path},
			"another index has this id; the one at its own URL, or the first, counts")
	}
}

// badKeys finds release keys that are no platform ids.
func (r *reader) badKeys(x *index) bool {
	bad := false
	for _, key := range sortedKeys(x.Releases) {
		if !validPlatform.MatchString(key) {
			bad = true
			r.found("release-bad-platform-key", Finding{Extension: x.ID, Platform: key, File: x.at.path},
				"ext-manager.sh rejects the whole index for a key that is not [a-z0-9_]+")
		}
	}
	return bad
}

// release returns the recipe that an index names for a platform, or nil and a
// finding.
func (r *reader) release(x *index, key string, where Finding) (location, *readRecipe) {
	at, err := locate(r.mirrors, x.Releases[key])
	switch {
	case errors.Is(err, ErrNotURL):
		r.found("release-not-a-url", where, err.Error())
		return at, nil
	case err != nil:
		r.found("url-not-mirrored", where, "give its repository with --mirror")
		return at, nil
	}
	rec := r.recipes[at]
	where.File = at.path
	switch {
	case errors.Is(rec.err, fs.ErrNotExist):
		r.found("release-recipe-missing", where, "the recipe does not exist")
		return at, nil
	case rec.err != nil:
		r.found("recipe-unreadable", where, rec.err.Error())
		return at, nil
	}
	return at, rec
}

// checkIndexes finds what is wrong with indexes beside their releases.
func (r *reader) checkIndexes() {
	known := map[string]bool{}
	for _, x := range r.indexes {
		known[x.ID] = true
		where := Finding{Extension: x.ID, File: x.at.path}
		folder := path.Base(path.Dir(x.at.path))
		if _, name, found := strings.Cut(x.ID, "."); found && folder != "." && name != folder {
			r.found("index-id-differs-from-folder", where, "the folder is "+folder)
		}
		if !x.self(r.mirrors) {
			r.found("index-url-not-self", where, "its url is "+x.URL)
		}
		if strings.HasPrefix(x.Info.HelpURL, "<") {
			r.found("index-placeholder-help-url", where, "help_url is "+x.Info.HelpURL)
		}
		if strings.TrimSpace(x.Info.Description) == "" {
			r.found("index-empty-description", where, "description is empty")
		}
	}
	count := map[string]int{}
	for _, x := range r.listed {
		if count[x.ID]++; count[x.ID] == 2 {
			r.found("catalogue-duplicate-id", Finding{Extension: x.ID, File: x.at.path}, "listed more than once; the last one counts")
		}
		if !known[x.ID] && count[x.ID] == 1 {
			r.found("catalogue-id-without-index", Finding{Extension: x.ID, File: x.at.path}, "no index of the tree has this id")
		}
	}
}
