package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
			return err
		}
	}
	r.provenance(source, catalog.Provenance{Commit: gitCommit(source)})
	return nil
}

// addFile reads a catalogue, tables, a list of firmware packages or a pack.
func (r *reader) addFile(path string) error {
	base := filepath.Base(path)
	if _, isPack := packPlatform(trimArchive(base)); isPack {
		return r.addPackSource(path, []string{path})
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := archive.Decompress(f, limits)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(plain, maxFile))
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		if !strings.HasPrefix(base, "Contents-") {
			return ErrKind
		}
		r.contents = append(r.contents, data)
		r.provenance(path, catalog.Provenance{})
		return nil
	}
	return r.addDocument(path, data)
}

func (r *reader) addDocument(path string, data []byte) error {
	schema, err := jsondoc.Schema(data)
	switch {
	case err != nil:
		return err
	case schema == catalog.Schema:
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
