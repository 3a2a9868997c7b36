// Package source reads what loaders and distributions publish into catalogues:
// extension trees of the RedPill form, module packs, kernel trees, and tables
// that were made of them. Everything it reads is somebody else's: broken parts
// become findings and never stop the rest.
package source

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
)

// Finding is a defect of a source.
type Finding = catalog.Finding

// Options changes how sources are read. The zero value is ready for use.
type Options struct {
	Mirrors  []*Mirror                     // before those that the trees themselves imply
	Progress Progress                      // of long work; nil = nobody looks
	Origin   map[string]catalog.Provenance // by source path as given: what a tree cannot say about itself
	Complete func(*catalog.Platform)       // fills in what is known of a platform beyond its source
	Loader   string                        // whose module packs these are; "" = what their names say
	Symbols  bool                          // keep imports and exports
	Fetch    Fetch                         // for sources that are URLs; nil = the network is not used
	Tally    *Tally                        // filled with how much was read; may be nil
	All      bool                          // read what no index leads to, too, for its findings
}

// Progress is told how many of how many things ("sources", "files") are done,
// by one goroutine at a time.
type Progress func(what string, done, total int)

// reader collects what several sources hold. Trees are read in three steps,
// because an index of one tree may point into another: all indexes, then all
// archives (in parallel), then the recipes.
type reader struct {
	opts     Options
	b        catalog.Builder
	findings []Finding
	mirrors  []*Mirror
	web      *remote               // once a source was a URL
	pinned   map[location][]string // files on the web -> the hashes that recipes name
	indexes  []*index
	listed   []*index // entries of concatenated indexes
	recipes  map[location]*readRecipe
	files    map[location]*content
	packed   map[location]bool   // files that a recipe has unpacked
	reached  map[location]bool   // recipes and files that an index leads to
	roots    []*os.Root          // of extension trees
	folders  map[location]string // directories of indexes -> id
	packs    map[string]Finding  // places of module packs and kernels, by extension
	inPacks  int                 // modules of those
	firmware []catalog.FirmwarePackage
	contents [][]byte // Debian's lists of files
}

// Read reads sources of any kind, which it detects, into one catalogue, with
// Kmod.Requires and Kmod.Ambiguous computed. Where two sources have the same
// extension, its own place wins over a copy, else the first.
//
// The error is for a source that cannot be read at all; see [ErrKind].
func Read(paths []string, name, date string, opts Options) (*catalog.Catalog, []Finding, error) {
	r := &reader{
		opts:    opts,
		mirrors: slices.Clone(opts.Mirrors),
		recipes: map[location]*readRecipe{},
		files:   map[location]*content{},
		packed:  map[location]bool{},
		pinned:  map[location][]string{},
		reached: map[location]bool{},
		folders: map[location]string{},
		packs:   map[string]Finding{},
	}
	for i, path := range paths {
		r.progress("sources", i, len(paths))
		if err := r.add(path); err != nil {
			return nil, nil, &Error{path, err}
		}
	}
	r.readExtensions()
	c := r.finish(name, date)
	if opts.Tally != nil {
		*opts.Tally = r.tally()
	}
	return c, catalog.MergeFindings(r.findings), nil
}

func (r *reader) finish(name, date string) *catalog.Catalog {
	c := r.b.Catalog(name, "", date)
	if r.opts.Complete != nil {
		for i := range c.Platforms {
			r.opts.Complete(&c.Platforms[i])
		}
	}
	c.Link()
	for _, f := range c.Check() {
		r.findings = append(r.findings, r.placed(f))
	}
	if !r.opts.Symbols {
		c = c.WithoutSymbols()
	}
	for _, list := range r.contents {
		addFirmware(c, list)
	}
	r.keepFirmware(c)
	return c
}

// Error says which source could not be read.
type Error struct {
	Path string
	Err  error
}

// Error says which source failed and why.
func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

func (r *reader) progress(what string, done, total int) {
	if r.opts.Progress != nil {
		r.opts.Progress(what, done, total)
	}
}

// found records a defect.
func (r *reader) found(code string, f Finding, message string) {
	message = strings.ReplaceAll(message, "\n", "; ") // errors.Join
	for _, s := range []*string{&f.File, &f.Module, &message} {
		*s = strings.ToValidUTF8(*s, "?")
	}
	r.findings = append(r.findings, catalog.NewFinding(code, f, message))
}

// provenance records where the facts of a source come from.
func (r *reader) provenance(path string, known catalog.Provenance) {
	said := r.opts.Origin[path]
	said.Source = cmp.Or(said.Source, known.Source, filepath.Base(path))
	said.Version = cmp.Or(said.Version, known.Version)
	said.Commit = cmp.Or(said.Commit, known.Commit)
	said.Date = cmp.Or(said.Date, known.Date)
	said.SHA256 = cmp.Or(said.SHA256, known.SHA256)
	r.b.AddSource(said)
}
