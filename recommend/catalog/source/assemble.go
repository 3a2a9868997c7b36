package source

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
)

// held is one file of a recipe with what it turned out to hold; content is nil
// where that must not be used.
type held struct {
	catalog.File
	at      location
	content *content
}

// defect records why a recipe cannot be installed: code, module or file, what
// is wrong, and what would be right.
type defect func(code, module, message string, fix ...string)

// fixed is a fix if there is one.
func fixed(known bool, fix string) []string {
	if !known {
		return nil
	}
	return []string{fix}
}

// complete says whether all files of a recipe could be looked at.
func complete(files []held) bool {
	return !slices.ContainsFunc(files, func(f held) bool { return f.content == nil })
}

// makeRecipe turns a recipe into the catalogue's form: its modules in the
// author's order, then those that its archives hold and it does not load.
func (r *reader) makeRecipe(rec *readRecipe, where Finding) catalog.Recipe {
	out := catalog.Recipe{
		URL:     rec.url,
		Files:   rec.recipe.Files,
		Scripts: rec.recipe.Scripts,
		Broken:  rec.recipe.broken(),
	}
	broken := func(code, module, message string, fix ...string) {
		where := where
		where.Module, where.Fix = module, fix
		r.found(code, where, message)
		if out.Broken == "" {
			out.Broken = message
		}
	}
	if out.Broken != "" {
		r.found("recipe-empty", where, out.Broken)
	}
	files := make([]held, len(out.Files))
	for i, f := range out.Files {
		files[i] = r.checkFile(f, where, broken)
	}
	for i := range files {
		out.Members = append(out.Members, files[i].names()...)
	}
	r.checkNames(files, broken)
	listed := map[string]bool{}
	for _, entry := range rec.recipe.Kmods {
		listed[entry.file] = true
		if kmod, found := r.loadedModule(entry, files, broken); found {
			out.Kmods = append(out.Kmods, kmod)
		}
	}
	out.Kmods = append(out.Kmods, r.unlisted(rec.recipe, files, listed, where)...)
	r.checkScripts(rec.recipe, files, where, broken)
	return out
}

// loadedModule returns a module that a recipe loads, if it is there.
func (r *reader) loadedModule(entry kmodEntry, files []held, broken defect) (kmod catalog.Kmod, found bool) {
	file, module := findModule(files, entry.file)
	switch {
	case module == nil && complete(files):
		_, meant := findModule(files, entry.file+".ko")
		broken("recipe-kmod-missing", entry.file, entry.file+" is in none of the recipe's files", fixed(meant != nil, entry.file+".ko")...)
	case module != nil && module.err != nil:
		broken("module-unreadable", entry.file, fmt.Sprintf("%s: %v", entry.file, module.err))
	case module != nil:
		return catalog.Kmod{Module: r.addArchived(module, entry.file), Args: entry.args, File: file}, true
	}
	return catalog.Kmod{}, false
}

// names lists the files that one file of a recipe becomes when it is unpacked.
func (f *held) names() []string {
	if f.Packed && f.content != nil {
		return f.content.names
	}
	return []string{f.Name}
}

// find returns a module by the name that it has beside the recipe's others.
func (f *held) find(file string) *archived {
	switch {
	case f.content == nil:
		return nil
	case f.Packed:
		return f.content.find(file)
	case f.Name == file && len(f.content.modules) == 1:
		return f.content.modules[0]
	}
	return nil
}

// findModule returns a module of the recipe's files, and in which of them.
func findModule(files []held, file string) (int, *archived) {
	for i := range files {
		if m := files[i].find(file); m != nil {
			return i, m
		}
	}
	return 0, nil
}

// unlisted returns the modules that are shipped and not loaded.
func (r *reader) unlisted(rec *recipe, files []held, listed map[string]bool, where Finding) []catalog.Kmod {
	var kmods []catalog.Kmod
	no := false
	for i := range files {
		for _, name := range files[i].names() {
			m := files[i].find(name)
			if !isModule(name) || listed[name] || m == nil || m.err != nil {
				continue
			}
			listed[name] = true
			kmods = append(kmods, catalog.Kmod{Module: r.addArchived(m, name), File: i, Listed: &no})
			if where.Module = name; !scripted(rec, files, name) {
				r.found("recipe-ko-not-loaded", where, name+" is shipped, and kmods does not name it")
			}
		}
	}
	return kmods
}

// checkNames finds files that would overwrite what is there already.
func (r *reader) checkNames(files []held, broken defect) {
	there := map[string]bool{}
	for i := range files {
		if name := files[i].Name; there[name] {
			broken("recipe-file-twice", name, "there is a file "+name+" already")
		}
		for _, name := range files[i].names() {
			there[name] = true
		}
	}
}

// checkFile returns what a file of a recipe holds.
func (r *reader) checkFile(f catalog.File, where Finding, broken defect) held {
	at, err := locate(r.mirrors, f.URL)
	if err != nil {
		where.File, where.Source = f.URL, ""
		r.found("url-not-mirrored", where, err.Error())
		return held{File: f}
	}
	c := r.files[at]
	switch {
	case errors.Is(c.err, fs.ErrNotExist):
		broken("file-missing", f.Name, "there is no file "+at.path)
		return held{File: f}
	case c.sha256 == "":
		broken("file-missing", f.Name, c.err.Error())
		return held{File: f}
	case c.sha256 != f.SHA256:
		// What it holds is still described: the recipe is marked as broken,
		// and nothing is ever packed without its hash.
		broken("recipe-sha256-mismatch", f.Name, fmt.Sprintf("%s has sha256 %s, the recipe says %s", at.path, c.sha256, f.SHA256),
			fixed(c.err == nil, c.sha256)...)
		if c.err != nil && at.web != nil {
			return held{File: f} // what comes from the web is not even looked into
		}
	}
	if !f.Packed {
		return held{f, at, c}
	}
	if c.err != nil {
		broken("archive-unreadable", "", fmt.Sprintf("%s: %v", at.path, c.err))
		return held{File: f}
	}
	r.checkArchive(c, r.at(where, at))
	return held{f, at, c}
}

// checkArchive finds what is odd about an archive that is unpacked flat.
func (r *reader) checkArchive(c *content, where Finding) {
	if c.entries == 0 {
		r.found("archive-empty", where, "it holds no file")
	}
	if c.nested {
		r.found("archive-nested-dirs", where, "it has directories, which packers drop")
	}
	if c.links {
		r.found("archive-link", where, "it holds links or devices")
	}
	if !c.gzip && (strings.HasSuffix(where.File, ".tgz") || strings.HasSuffix(where.File, ".gz")) {
		r.found("archive-not-gzip", where, "it is not compressed by gzip")
	}
}
