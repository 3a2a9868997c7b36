// Package catalog holds what is known about platforms and the drivers that are
// packaged for them, "modscout.catalog/v1". It is pure data and pure functions:
// package source reads the trees and packs that fill it.
//
// A catalogue is four tables that refer to each other by position, because
// what platforms ship is mostly the same: the 25,253 modules of 63 RR packs
// are far fewer records, and those have fewer alias sets still.
package catalog

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Schema is the kind and major version that every catalogue names.
const Schema = "modscout.catalog/v1"

// Catalog is one catalogue file.
type Catalog struct {
	Schema     string       `json:"schema"`
	Name       string       `json:"name"`    // "default", or what its builder called it
	Version    string       `json:"version"` // the builder's; printed with every answer
	Date       string       `json:"date"`    // YYYY-MM-DD, of the newest source
	Provenance []Provenance `json:"provenance"`
	AliasSets  [][]string   `json:"alias_sets"` // each sorted, without duplicates
	Modules    []Module     `json:"modules"`
	Platforms  []Platform   `json:"platforms"`
	Extensions []Extension  `json:"extensions"`

	Firmware []FirmwarePackage `json:"firmware_packages,omitempty"` // of the distributions whose kernels are platforms

	Unknown jsontext.Value `json:",embed"` // members of a newer v1

	strays []Extension // recipes that no index leads to; only [Catalog.Check] looks at them
	sum    string      // hash of the file that it was read from, where that was canonical
	claims claimsIndex // built by the first [Catalog.Claims]
}

// FirmwarePackage is a distribution's package, or the archive that a loader has
// beside its module packs, that ships firmware files which modules of the
// catalogue ask for.
type FirmwarePackage struct {
	Package string   `json:"package"` // "firmware-realtek"
	Version string   `json:"version,omitempty"`
	Files   []string `json:"files"`            // as modules name them, below /lib/firmware; sorted
	Loader  string   `json:"loader,omitempty"` // whose archive of firmware it is, beside its module packs; "" for a distribution's
}

// Provenance names one source of a catalogue.
type Provenance struct {
	Source  string `json:"source"`            // "pocopico/rp-ext", "linux-image-6.1.0-56-amd64", …
	Version string `json:"version,omitempty"` // package version
	Commit  string `json:"commit,omitempty"`
	Date    string `json:"date,omitempty"` // YYYY-MM-DD
	SHA256  string `json:"sha256,omitempty"`
}

// None is the position that refers to nothing.
const None = -1

// Module is one kernel module file's facts. Its identity is Name, the internal
// one: a file called mpt2sas.ko may hold mpt3sas.
type Module struct {
	File      string   `json:"file"`                // base name without compression suffix, "mpt2sas.ko"
	Name      string   `json:"name"`                // internal, with underscores, "mpt3sas"
	Aliases   int      `json:"aliases"`             // position in AliasSets, or None
	Depends   []string `json:"depends,omitempty"`   // internal names, from .modinfo
	SoftPre   []string `json:"soft_pre,omitempty"`  // softdep: order, not requirement
	SoftPost  []string `json:"soft_post,omitempty"` // likewise
	Firmware  []string `json:"firmware,omitempty"`
	Vermagic  string   `json:"vermagic,omitempty"` // with its trailing space; absent: unknown
	Layout    *Layout  `json:"layout,omitzero"`    // of struct module; absent: unknown
	Stripped  bool     `json:"stripped,omitzero"`  // without .symtab: it cannot be loaded
	Truncated bool     `json:"truncated,omitzero"` // the source cut its alias list
	OutOfTree bool     `json:"out_of_tree,omitzero"`
	Imports   []string `json:"imports,omitempty"` // symbols; only where the builder was asked for them
	Exports   []string `json:"exports,omitempty"`
	SHA256    string   `json:"sha256,omitempty"` // of the uncompressed .ko, hexadecimal
	Signed    bool     `json:"signed,omitzero"`  // a signature is appended: it is the OS's own

	CRCs map[string]uint32 `json:"crcs,omitempty"` // of the symbols it imports; kept and left out with Imports

	Unknown jsontext.Value `json:",embed"`
}

// Layout is the shape of struct module that a .ko was compiled with, read from
// .gnu.linkonce.this_module and its relocations. Two modules with equal
// vermagic and different layouts are for different kernel configurations.
type Layout struct {
	Size int64 `json:"size"` // bytes
	Init int64 `json:"init"` // offset of the init pointer
	Exit int64 `json:"exit"` // offset of the exit pointer; 0 where the module has none
}

// Platform is one model and OS build, or one distribution kernel.
type Platform struct {
	ID            string   `json:"id"`     // the catalogue's own key: "ds918p_42218", "rr:geminilakenk-7.2", "linux:6.1.0-56-amd64"
	Loader        string   `json:"loader"` // "redpill", "tcrp", "rr", "arpl", "arc" or "linux"
	Flavour       string   `json:"flavour,omitempty"`
	Models        []string `json:"models,omitempty"`
	OSVersion     string   `json:"os_version,omitempty"`
	Build         string   `json:"build,omitempty"`
	KernelVersion string   `json:"kernel_version,omitempty"` // "4.4.180"
	KernelRelease string   `json:"kernel_release,omitempty"` // "4.4.180+"
	Evidence      string   `json:"evidence,omitempty"`       // where these facts were read
	Builtin       []string `json:"builtin,omitempty"`        // internal names of built-in modules; absent: unknown
	Initrd        []int    `json:"initrd,omitempty"`         // Modules that its own initrd loads
	Drivers       []int    `json:"drivers,omitempty"`        // Modules that are in its kernel image, with the ids in their tables there
	Buses         []string `json:"buses,omitempty"`          // on which the image has no other driver than Drivers
	Exports       []string `json:"exports,omitempty"`        // symbols of the kernel image; absent: unknown

	Unknown jsontext.Value `json:",embed"`
}

// Extension is a package of drivers: RedPill's extension, a loader's module
// pack, or the modules of a distribution kernel.
type Extension struct {
	ID       string         `json:"id"`
	Name     string         `json:"name,omitempty"`
	Loader   string         `json:"loader"` // whose packages these are, as in Platform
	IndexURL string         `json:"index_url,omitempty"`
	Pack     bool           `json:"pack,omitzero"` // one archive of all a platform's modules, cut down rather than added
	Releases map[string]int `json:"releases"`      // Platform.ID -> position in Recipes
	Recipes  []Recipe       `json:"recipes"`

	// Lost are the platforms whose release leads to no recipe, with the code of
	// catalog check that says why.
	Lost map[string]string `json:"lost,omitempty"`

	Unknown jsontext.Value `json:",embed"`
}

// Recipe is what an extension installs on the platforms that name it.
type Recipe struct {
	URL     string            `json:"url,omitempty"`
	Files   []File            `json:"files,omitempty"`
	Kmods   []Kmod            `json:"kmods,omitempty"` // in the author's load order
	Scripts map[string]string `json:"scripts,omitempty"`
	Broken  string            `json:"broken,omitempty"` // why the loader's own packer cannot install it

	// Firmware are the base names of firmware in the recipe's archives that its
	// modules ask for.
	Firmware []string `json:"firmware,omitempty"`

	Unknown jsontext.Value `json:",embed"`

	// Members are the base names of all that the files hold. They are known
	// while sources are read, for [Catalog.Check], and never written.
	Members []string `json:"-"`
}

// Loaded returns the modules that a recipe lists for loading, in its order.
func (r *Recipe) Loaded() []Kmod {
	return slices.DeleteFunc(slices.Clone(r.Kmods), func(k Kmod) bool { return !k.loaded() })
}

// File is one download of a recipe.
type File struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Packed bool   `json:"packed"` // a tar archive, unpacked flat
}

// loaded says whether the recipe loads the module.
func (k *Kmod) loaded() bool { return k.Listed == nil || *k.Listed }

// Kmod is one module of a recipe.
type Kmod struct {
	Module int    `json:"module"`          // position in Modules
	Args   string `json:"args,omitempty"`  // module parameters
	File   int    `json:"file,omitzero"`   // position in Recipe.Files of the archive that holds it
	Listed *bool  `json:"listed,omitzero"` // false: in an archive, but the recipe does not load it

	// Requires are the internal names of modules of the same recipe whose
	// symbols this one imports beyond its depends; Ambiguous those of other
	// extensions, where the symbol may be the kernel's own.
	Requires  []string `json:"requires,omitempty"`
	Ambiguous []string `json:"ambiguous,omitempty"`

	// Via are the symbols by which each of Ambiguous is needed. A kernel that
	// exports them all needs no module for them.
	Via map[string][]string `json:"via,omitempty"`
}
