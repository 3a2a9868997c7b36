package source

import (
	"bytes"
	"io/fs"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/modscout/modscout/recommend/catalog"
)

// CarryPatch returns the patch of the indexes in an extension tree that gives
// the new platform what a [catalog.Carry] found to serve it, for git apply and
// patch -p1 in the tree. Nothing is changed.
func CarryPatch(dir string, c *catalog.Carry) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	carried := map[string]string{} // extension -> recipe
	for _, e := range c.Carried {
		carried[e.Extension] = e.Recipe
	}
	var patch bytes.Buffer
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != ".":
			return fs.SkipDir
		case entry.Name() != IndexFile:
			return nil
		}
		at := location{root: root, path: name}
		old, err := at.readUpTo(maxDocument)
		if err != nil {
			return err
		}
		list, err := decodeIndexes(old)
		if err != nil || len(list) != 1 || carried[list[0].ID] == "" {
			return nil // not one index, or none of those; catalog check says what is wrong with it
		}
		changed, err := addRelease(old, c.From, c.To, carried[list[0].ID])
		if err != nil {
			return &Error{name, err}
		}
		patch.Write(diff.Diff("a/"+name, old, "b/"+name, changed))
		return nil
	})
	return patch.Bytes(), err
}

// addRelease puts a release behind that of another platform, in the same form,
// or turns the one that is there to the recipe.
func addRelease(data []byte, behind, platform, recipe string) ([]byte, error) {
	top, err := parse(data)
	if err != nil {
		return nil, err
	}
	releases := top.member("releases")
	if there := releases.member(platform); there != nil {
		return apply(data, []edit{{there.start, there.end, quote(recipe)}}), nil
	}
	from := releases.member(behind)
	if from == nil {
		from = releases.member(catalog.AnyPlatform)
	}
	if from == nil {
		return data, nil
	}
	gap := data[releases.start+1 : releases.children[0].key] // blanks before a member
	colon := data[from.keyEnd:from.start]
	text := "," + string(gap) + quote(platform) + string(colon) + quote(recipe)
	return apply(data, []edit{{from.end, from.end, text}}), nil
}
