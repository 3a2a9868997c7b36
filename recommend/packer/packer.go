// Package packer turns a plan into what a loader's image packer takes: one
// function, and one file of this package, a packer.
//
// A packer is pure: it gets a plan and whatever else it needs in an [Input] and
// returns files. [Pack] writes them. Adding a packer is a [Packer] function and
// a line in the table of this file; see CONTRIBUTING.md.
package packer

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

// Packer turns a plan into the files that one image packer takes. It writes
// nothing itself. Warnings are what a person should know before using the
// files; an error means that there is nothing to use.
type Packer func(in Input) ([]File, []plan.Warning, error)

// packers returns every packer by the name that --for takes.
func packers() map[string]Packer {
	return map[string]Packer{
		"arc":             arc,
		"arpl":            arpl,
		"dracut":          dracut,
		"archive":         smallArchive,
		"initramfs":       overlay,
		"initramfs-tools": initramfsTools,
		"mkinitcpio":      mkinitcpio,
		"modules-load":    modulesLoad,
		"redpill":         redpill,
		"rr":              rr,
		"tcrp":            tcrp,
	}
}

// File is one file of a packer's input.
type File struct {
	Name   string // relative to the output directory, without folders
	Data   []byte
	Backup bool // keep what is overwritten as NAME.bak
}

// Input is what a packer works from.
type Input struct {
	Plan *plan.Plan
	Dir  string // absolute path that the files will be in, for file:// URLs
	Options
}

// Options are the parts of an [Input] that a user chooses.
type Options struct {
	// Fetch opens an archive that the plan names by URL. Where it is nil, as
	// in the scan image, packers leave out what needs archives and say so.
	Fetch func(url string) (io.ReadCloser, error)

	// Progress is called after each of total extensions was fetched; may be nil.
	Progress func(done, total int)

	// Catalogs are the ones that the plan was made from, where they are at
	// hand. They tell what else is in a pack, and which extensions in a
	// user's list are drivers.
	Catalogs []*catalog.Catalog

	// From is where modules are that the plan names no archive for; may be nil.
	From *Pile

	UserConfig []byte // the loader's own configuration file, to merge with; nil: none
	BaseURL    string // where the files will be served from; empty: file:// and Dir
	Layer      Layer  // form of an initrd layer
	Strict     bool   // let the boot stop at the first module that fails
	Minimal    bool   // cut a module pack down to the plan's modules
}

// ErrWrongLoader is in the chain of the error for a plan of another loader.
var ErrWrongLoader = errors.New("the plan is for another loader")

// For returns the packer of a name. The error names those that exist.
func For(name string) (Packer, error) {
	if p, found := packers()[name]; found {
		return p, nil
	}
	return nil, hint.With(
		fmt.Errorf("no packer %q", name),
		"there is one for each of "+strings.Join(Names(), ", "))
}

// Names returns the names that [For] knows, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(packers()))
}

// wrongLoader is the error of a packer that cannot serve the plan's platform.
func wrongLoader(p *plan.Plan) error {
	instead := "make the plan with recommend --loader NAME for the loader that you use"
	if _, found := packers()[p.Platform.Loader]; found {
		instead = "use pack --for " + p.Platform.Loader + ", or " + instead
	}
	return hint.With(fmt.Errorf("%w: %s is a platform of %s", ErrWrongLoader, p.Platform.ID, p.Platform.Loader), instead)
}
