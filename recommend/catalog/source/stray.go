package source

import (
	"io/fs"
	"path"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
)

// stray is what lies in extension trees and no index leads to.
type stray struct {
	recipes  []location
	archives []location // that no recipe names either
}

// readStrays looks for recipes and archives that nothing leads to, and notes
// the files of those recipes for reading.
func (r *reader) readStrays() (found stray) {
	var archives []location
	for _, root := range r.roots {
		fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			at := location{root: root, path: name}
			switch {
			case err != nil:
				return nil // the indexes' walk has said so
			case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != ".":
				return fs.SkipDir
			case !entry.Type().IsRegular() || r.reached[at]:
			case strings.HasSuffix(name, ".json") && r.strayRecipe(at):
				found.recipes = append(found.recipes, at)
			case isArchive(name):
				archives = append(archives, at)
			}
			return nil
		})
	}
	for _, at := range archives {
		if _, named := r.files[at]; !named {
			r.files[at] = nil
			found.archives = append(found.archives, at)
		}
	}
	return found
}

// strayRecipe reads a JSON file and says whether it is a recipe. What lies
// beside it may be anything else.
func (r *reader) strayRecipe(at location) bool {
	base := path.Base(at.path)
	if base == IndexFile || base == PlatformsFile || r.owner(at) == "" {
		return false
	}
	data, err := at.readUpTo(maxDocument)
	if err != nil {
		return false
	}
	rec, err := decodeRecipe(data)
	if err != nil || len(rec.Files) == 0 && rec.Kmods == nil {
		return false
	}
	r.recipes[at] = &readRecipe{url: r.urlOf(at), recipe: rec}
	r.noteFiles(rec, false)
	return true
}

// owner returns the id of the extension in whose folder a file lies, or "".
func (r *reader) owner(at location) string {
	for dir := path.Dir(at.path); ; dir = path.Dir(dir) {
		if id, found := r.folders[location{root: at.root, path: dir}]; found {
			return id
		}
		if dir == "." {
			return ""
		}
	}
}

// urlOf is the URL under which [locate] finds a file of a tree.
func (r *reader) urlOf(at location) string {
	for _, m := range r.mirrors {
		if m.root == at.root && strings.HasPrefix(m.prefix, "file://") {
			return m.prefix + "/" + at.path
		}
	}
	return ""
}

// addStrays makes findings of what nothing leads to.
func (r *reader) addStrays(found stray) {
	for _, at := range found.recipes {
		id := r.owner(at)
		where := r.at(Finding{Extension: id}, at)
		r.found("recipe-orphan", where, "no index leads to it")
		key := strings.TrimSuffix(path.Base(at.path), ".json") // as most trees name recipes
		r.b.AddStray(catalog.Extension{
			ID: id, Loader: loaderOf,
			Releases: map[string]int{key: 0},
			Recipes:  []catalog.Recipe{r.makeRecipe(r.recipes[at], where)},
		})
	}
	for _, at := range found.archives {
		where := r.at(Finding{Extension: r.owner(at)}, at)
		r.found("archive-orphan", where, "no recipe names it")
		if c := r.files[at]; c.err == nil {
			c.nested = c.nested && len(c.modules) > 0 // else a script may unpack it
			r.checkArchive(c, where)
		}
	}
}
