package source

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// ErrKind is in the chain of the error for a source whose kind is not known.
var ErrKind = errors.New("neither an extension tree, a module pack, its tables, a kernel tree nor a catalogue")

// add reads a source of any kind.
func (r *reader) add(path string) error {
	if isURL(path) {
		return r.addURL(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return r.addFile(path)
	}
	switch {
	case isKernelTree(path):
		return r.addKernel(path)
	case isInstalled(path):
		return r.addInstalled(path)
	case len(globModules(path)) > 0:
		return r.addPackSource(path, []string{path})
	}
	if packs := packsIn(path); len(packs) > 0 {
		return r.addPackSource(path, packs)
	}
	if !hasIndex(path) {
		return ErrKind
	}
	return r.addTree(path)
}

func (r *reader) addPackSource(source string, packs []string) error {
	for _, pack := range packs {
		if err := r.addPack(pack); err != nil {
			if len(packs) == 1 {
				return err
			}
			r.found("archive-unreadable", Finding{File: filepath.Base(pack), Source: filepath.Dir(pack)}, err.Error())
		}
	}
	for _, name := range []string{firmwareName, firmwareName + ".tgz"} {
		p, _ := r.packPlatform(filepath.Base(packs[0]))
		if file := filepath.Join(source, name); exists(file) {
			if err := r.addFirmwarePack(file, p.Loader); err != nil {
				r.found("archive-unreadable", Finding{File: name, Source: source}, err.Error())
			}
		}
	}
	r.provenance(source, catalog.Provenance{Commit: gitCommit(source)})
	return nil
}

// addFile reads a pack, or whatever the contents of the file are.
func (r *reader) addFile(path string) error {
	if _, isPack := packPlatform(trimArchive(filepath.Base(path))); isPack {
		return r.addPackSource(path, []string{path})
	}
	if filepath.Base(path) == firmwareName+".tgz" {
		return r.addFirmwarePack(path, cmp.Or(r.opts.Loader, "rr"))
	}
	dir, base := filepath.Split(path)
	root, err := os.OpenRoot(cmp.Or(dir, "."))
	if err != nil {
		return err
	}
	at := location{root: root, path: base}
	data, err := at.read()
	if err != nil {
		return err
	}
	return r.addData(path, at, data)
}

// addData reads a file by what it holds.
func (r *reader) addData(source string, at location, data []byte) error {
	base := path.Base(at.path)
	if p, isPack := r.packPlatform(base); isPack {
		var c content
		list, err := c.some(c.readMembers(bytes.NewReader(data)))
		if err == nil {
			r.addPackModules(p, Finding{Extension: p.ID, Platform: p.ID, File: source}, list)
			r.provenance(source, catalog.Provenance{})
		}
		return err
	}
	plain, err := archive.Decompress(bytes.NewReader(data), limits)
	if err != nil {
		return err
	}
	head := bufio.NewReader(plain)
	if first, _ := head.Peek(512); !bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")) && !strings.HasPrefix(base, "Contents-") {
		return r.addArchive(source, base, data)
	}
	text, err := io.ReadAll(io.LimitReader(head, maxFile))
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(base, "Contents-"):
		r.contents = append(r.contents, text)
		r.provenance(source, catalog.Provenance{})
		return nil
	case isIndex(text):
		return r.addIndexFile(source, at)
	}
	return r.addDocument(source, text)
}

// addIndexFile reads one index, or the indexes that a concatenated one lists.
func (r *reader) addIndexFile(source string, at location) error {
	list := r.readIndex(at)
	r.indexes = append(r.indexes, list...)
	if len(list) == 0 {
		r.addListed(slices.DeleteFunc(slices.Clone(r.listed), func(x *index) bool { return x.at != at }))
	}
	r.provenance(source, catalog.Provenance{Source: origin(list)})
	return nil
}

func (r *reader) addDocument(path string, data []byte) error {
	schema, err := jsondoc.Schema(data)
	switch {
	case err != nil:
		return err
	case schema == catalog.Schema, schema == catalog.ImportedSchema:
		c, err := catalog.Read(bytes.NewReader(data))
		if err != nil {
			return err
		}
		r.b.AddCatalog(c)
		return nil
	case schema != "":
		return fmt.Errorf("%w (%s)", ErrKind, schema)
	}
	r.provenance(path, catalog.Provenance{})
	return r.addTables(data)
}

// isKernelTree goes by what a kernel's modules_install or depmod leaves.
func isKernelTree(dir string) bool {
	return slices.ContainsFunc([]string{"modules.order", "modules.builtin", "modules.dep"}, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

func globModules(dir string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.ko"))
	return files
}

// packsIn lists the packs of a directory, as RR's /mnt/p3/modules holds them.
func packsIn(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var packs []string
	for _, e := range entries {
		if _, isPack := packPlatform(trimArchive(e.Name())); isPack {
			packs = append(packs, filepath.Join(dir, e.Name()))
		}
	}
	return packs
}

// hasIndex reports whether an extension's index lies anywhere below dir.
func hasIndex(dir string) bool {
	found := false
	filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == IndexFile {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}
