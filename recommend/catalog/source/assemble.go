package source

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
)

// makeRecipe turns a recipe into the catalogue's form: its modules in the
// author's order, then those that its archives hold and it does not load.
func (r *reader) makeRecipe(rec *readRecipe, where Finding) catalog.Recipe {
	out := catalog.Recipe{
		URL:     rec.url,
		Files:   rec.recipe.Files,
		Scripts: rec.recipe.Scripts,
		Broken:  rec.recipe.broken(),
	}
	broken := func(code, message string) {
		r.found(code, where, message)
		if out.Broken == "" {
			out.Broken = message
		}
	}
	if out.Broken != "" {
		r.found("recipe-empty", where, out.Broken)
	}
	contents := make([]*content, len(out.Files))
	complete := true
	for i, f := range out.Files {
		contents[i] = r.checkFile(f, where, broken)
		complete = complete && contents[i] != nil
	}
	listed := map[string]bool{}
	for _, entry := range rec.recipe.Kmods {
		listed[entry.file] = true
		file, module := findModule(contents, entry.file)
		switch {
		case module == nil && complete:
			broken("recipe-kmod-missing", entry.file+" is in none of the recipe's files")
		case module != nil && module.err != nil:
			broken("module-unreadable", fmt.Sprintf("%s: %v", entry.file, module.err))
		case module != nil:
			out.Kmods = append(out.Kmods, catalog.Kmod{Module: r.addModule(module.ko, module.file, module.sha256), Args: entry.args, File: file})
		}
	}
	out.Kmods = append(out.Kmods, r.unlisted(contents, listed, where)...)
	r.checkScripts(rec.recipe, broken)
	return out
}

// findModule returns a module of the recipe's files, and in which of them.
func findModule(contents []*content, file string) (int, *archived) {
	for i, c := range contents {
		if c != nil {
			if m := c.find(file); m != nil {
				return i, m
			}
		}
	}
	return 0, nil
}

// unlisted returns the modules that are shipped and not loaded.
func (r *reader) unlisted(contents []*content, listed map[string]bool, where Finding) []catalog.Kmod {
	var kmods []catalog.Kmod
	no := false
	for i, c := range contents {
		if c == nil {
			continue
		}
		for _, m := range c.modules {
			if listed[m.file] || m.err != nil {
				continue
			}
			listed[m.file] = true
			kmods = append(kmods, catalog.Kmod{Module: r.addModule(m.ko, m.file, m.sha256), File: i, Listed: &no})
			r.found("recipe-ko-not-loaded", where, m.file+" is shipped, and kmods does not name it")
		}
	}
	return kmods
}

// checkFile returns what a file of a recipe holds, or nil where its contents
// must not be used.
func (r *reader) checkFile(f catalog.File, where Finding, broken func(code, message string)) *content {
	at, err := locate(r.mirrors, f.URL)
	if err != nil {
		r.found("url-not-mirrored", where, err.Error())
		return nil
	}
	c := r.files[at]
	switch {
	case errors.Is(c.err, fs.ErrNotExist):
		broken("file-missing", "there is no file "+at.path)
		return nil
	case c.sha256 == "":
		broken("file-missing", c.err.Error())
		return nil
	case c.sha256 != f.SHA256:
		// What it holds is still described: the recipe is marked as broken,
		// and nothing is ever packed without its hash.
		broken("recipe-sha256-mismatch", fmt.Sprintf("%s has sha256 %s, the recipe says %s", at.path, c.sha256, f.SHA256))
	}
	if !f.Packed {
		return c
	}
	file := where
	file.File = at.path
	switch {
	case c.err != nil:
		broken("archive-unreadable", fmt.Sprintf("%s: %v", at.path, c.err))
		return nil
	case c.entries == 0:
		r.found("archive-empty", file, "it holds no file")
	case c.nested:
		r.found("archive-nested-dirs", file, "it has directories, which packers drop")
	}
	if c.links {
		r.found("archive-link", file, "it holds links or devices, which are not followed")
	}
	if !c.gzip {
		r.found("archive-not-gzip", file, "it is not compressed by gzip, whatever its name says")
	}
	return c
}

// checkScripts says whether the scripts are among the recipe's files.
func (r *reader) checkScripts(rec *recipe, broken func(code, message string)) {
	for _, kind := range slices.Sorted(maps.Keys(rec.Scripts)) {
		name := rec.Scripts[kind]
		if name != "" && !slices.ContainsFunc(rec.Files, func(f catalog.File) bool { return f.Name == name || f.Packed }) {
			broken("recipe-script-missing", fmt.Sprintf("%s script %s is none of the recipe's files", kind, name))
		}
	}
}
