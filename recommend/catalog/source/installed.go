package source

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
)

// ext-manager.sh keeps what it downloaded in custom/extensions: the index as
// ID/ID.json, each recipe as ID/PLATFORM/PLATFORM.json, and beside that the
// recipe's files with their archives unpacked (RedPill-TTG/redpill-load
// ext-manager.sh, rpt_fill_platform_recipe).

// isInstalled says whether dir is such a directory.
func isInstalled(dir string) bool {
	indexes, _ := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	for _, file := range indexes {
		if strings.TrimSuffix(filepath.Base(file), ".json") == filepath.Base(filepath.Dir(file)) {
			data, err := os.ReadFile(file)
			return err == nil && isIndex(data)
		}
	}
	return false
}

// addInstalled reads the extensions of a custom/extensions directory, each for
// the platforms that it was downloaded for.
func (r *reader) addInstalled(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		at := location{root: root, path: path.Join(entry.Name(), entry.Name()+".json")}
		if _, err := root.Stat(at.path); err == nil {
			for _, x := range r.readIndex(at) {
				r.addInstalledExtension(x)
			}
		}
	}
	r.provenance(dir, catalog.Provenance{Source: dir})
	return nil
}

func (r *reader) addInstalledExtension(x *index) {
	e := catalog.Extension{ID: x.ID, Name: x.Info.Name, Loader: loaderOf, IndexURL: x.URL, Releases: map[string]int{}}
	for _, key := range sortedKeys(x.Releases) {
		at := location{root: x.at.root, path: path.Join(path.Dir(x.at.path), key, key+".json")}
		if !filepath.IsLocal(at.path) || !validPlatform.MatchString(key) {
			continue
		}
		data, err := at.readUpTo(maxDocument)
		if err != nil {
			continue // not downloaded
		}
		where := r.at(in(x, key), at)
		rec, err := decodeRecipe(data)
		if err != nil {
			r.found("recipe-unreadable", where, err.Error())
			continue
		}
		e.Releases[key] = len(e.Recipes)
		e.Recipes = append(e.Recipes, r.makeInstalled(x.Releases[key], rec, at, where))
		r.b.AddPlatform(catalog.Platform{ID: key, Loader: loaderOf})
	}
	r.b.AddExtension(e)
}

// makeInstalled turns a recipe whose files lie beside it into the catalogue's
// form. They were verified when they were downloaded.
func (r *reader) makeInstalled(url string, rec *recipe, at location, where Finding) catalog.Recipe {
	out := catalog.Recipe{URL: url, Files: rec.Files, Scripts: rec.Scripts, Broken: rec.broken()}
	var c content
	for _, entry := range rec.Kmods {
		file := location{root: at.root, path: path.Join(path.Dir(at.path), path.Base(entry.file))}
		where.Module = entry.file
		data, err := file.readUpTo(maxModule)
		if err != nil {
			r.found("recipe-kmod-missing", where, err.Error())
			continue
		}
		c.add(entry.file, data)
		m := c.modules[len(c.modules)-1]
		if m.err != nil {
			r.found("module-unreadable", where, m.err.Error())
			continue
		}
		out.Kmods = append(out.Kmods, catalog.Kmod{Module: r.addModule(m.ko, entry.file, m.sha256), Args: entry.args})
	}
	return out
}
