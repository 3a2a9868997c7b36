// Package generate turns distribution kernels into a catalogue of RedPill form:
// real drivers, one an extension, for platforms whose kernels anybody can boot.
// Tests, the demo and the proofs of modscout use it where the catalogues of
// the loaders cannot be shipped.
//
// The tree holds for each driver DRIVER/rpext-index.json, and for each kernel
// DRIVER/releases/PLATFORM.json with its archive beside it; and one
// modscout-platforms.json that says what the kernels have without extensions.
package generate

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
)

//go:embed drivers.json
var drivers []byte

// Selection names modules by their internal names: what a platform's own
// initrd loads, and which drivers become extensions.
type Selection struct {
	Base    []string `json:"base"`
	Drivers []string `json:"drivers"`
}

// Default returns the selection that modscout is shipped with.
func Default() (Selection, error) { return ParseSelection(drivers) }

// ParseSelection reads a selection from JSON, {"base":[…],"drivers":[…]}, with
// the names spelled as modules or as their files are.
func ParseSelection(data []byte) (Selection, error) {
	var s Selection
	err := json.Unmarshal(data, &s, json.RejectUnknownMembers(true))
	s.Base, s.Drivers = kernelNames(s.Base), kernelNames(s.Drivers)
	return s, err
}

// Options says what to generate.
type Options struct {
	Trees     []string // /lib/modules/VERSION directories; one platform each
	Selection Selection
	BaseURL   string                // where the tree will be served; "" = file URLs of the directory
	Time      time.Time             // of the files in archives; zero = 1970
	Progress  func(done, total int) // of the kernels; nil = nobody looks
}

// Summary counts what was written.
type Summary struct {
	Platforms, Extensions, Recipes, Modules int
	Bytes                                   int64 // of the archives
}

// Tree writes the catalogue into dir, which is made if need be. The same
// kernels and options give the same bytes.
func Tree(dir string, opts Options) (Summary, error) {
	w := &writer{dir: dir, base: strings.TrimRight(opts.BaseURL, "/"), time: opts.Time, extensions: map[string]*extension{}}
	if w.base == "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return Summary{}, err
		}
		w.base = "file://" + filepath.ToSlash(abs)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Summary{}, err
	}
	var platforms catalog.Builder
	for i, path := range opts.Trees {
		if opts.Progress != nil {
			opts.Progress(i, len(opts.Trees))
		}
		if err := w.kernel(path, opts.Selection, &platforms); err != nil {
			return w.sum, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := w.indexes(); err != nil {
		return w.sum, err
	}
	return w.sum, w.platforms(&platforms)
}

// notKey matches what the keys of ext-manager.sh must not hold.
var notKey = regexp.MustCompile(`[^a-z0-9]+`)

// PlatformKey returns the release key of a kernel: debian_6_1_0_56_amd64 for
// 6.1.0-56-amd64.
func PlatformKey(release string) string {
	return "debian_" + strings.Trim(notKey.ReplaceAllString(strings.ToLower(release), "_"), "_")
}

// kernel writes the recipes and archives of one platform.
func (w *writer) kernel(path string, selected Selection, platforms *catalog.Builder) error {
	tree, err := ko.ReadTree(path)
	if err != nil {
		return err
	}
	k := newKernel(path, tree)
	base := k.closure(selected.Base, nil)
	p := catalog.Platform{
		ID: PlatformKey(tree.Release), Loader: "redpill", Flavour: "debian",
		KernelVersion: kernelVersion.FindString(tree.Release),
		KernelRelease: tree.Release,
		Builtin:       k.builtinNames(),
		Evidence:      "generated from /lib/modules/" + tree.Release,
	}
	for _, m := range base {
		p.Initrd = append(p.Initrd, platforms.AddModule(initrdModule(m), m.Aliases))
	}
	platforms.AddPlatform(p)
	w.sum.Platforms++
	has := nameSet(base)
	for _, driver := range selected.Drivers {
		if modules := k.closure([]string{driver}, has); len(modules) > 0 && k.modules[driver] != nil {
			if err := w.recipe(k, p.ID, driver, modules); err != nil {
				return err
			}
		}
	}
	return nil
}

var kernelVersion = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+`)

// initrdModule is what the catalogue knows of a module in the initrd.
func initrdModule(m *ko.Module) catalog.Module {
	return catalog.Module{File: catalog.ModuleFile(m.File), Name: m.Name, Depends: kernelNames(m.Depends), Firmware: m.Firmware}
}
