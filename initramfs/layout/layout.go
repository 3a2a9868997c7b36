// Package layout says where an initramfs of ours, and the stick around it, have
// what; the builder writes it so and /init reads it so. It is apart from the
// builder because /init would else hold the builder's file systems too.
package layout

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
)

// Where the initramfs keeps what /init reads.
const (
	ManifestPath = "modscout/manifest"   // see [Manifest]
	LoadPath     = "modscout/modules"    // see [Load]
	CatalogsDir  = "modscout/catalogs"   // catalogues beside the embedded one; a stick has it too
	CommandsDir  = "bbin"                // of an image with a shell: its commands
	ShellPath    = CommandsDir + "/gosh" // and the shell
)

// DriversDir is where a stick has the drivers that are not in the initramfs,
// in a directory named by the kernel's release. They are for the network and
// for probing, and are read when the report is safe.
const DriversDir = "boot/modules"

// MaxModule bounds a module, in bytes; the largest of Debian's has 17 MB.
const MaxModule = 64 << 20

// Limits bound an archive of drivers.
var Limits = archive.Limits{Bytes: 512 << 20, Entries: 10_000, Depth: 1, Name: 4096, Window: 16 << 20}

// moduleDir is where the initramfs has the modules that it loads.
const moduleDir = "lib/modules/"

// ModulePath returns where the initramfs has a module; file is its path in the
// directory of the kernel's release.
func ModulePath(release, file string) string { return path.Join(moduleDir, release, file) }

// Load is one step of the load order: a module's path in the initramfs and its
// parameters. The file at [LoadPath] has one line each, "PATH ARGS".
type Load struct {
	Path string
	Args string
}

// Name returns the module's name as the kernel lists it.
func (l Load) Name() string { return modalias.NameOf(l.Path) }

// ParseLoad reads a load order.
func ParseLoad(text string) []Load {
	var order []Load
	for line := range strings.Lines(text) {
		name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "" {
			order = append(order, Load{name, args})
		}
	}
	return order
}

// FormatLoad returns the text that [ParseLoad] reads.
func FormatLoad(order []Load) []byte {
	var b bytes.Buffer
	for _, l := range order {
		fmt.Fprintln(&b, strings.TrimSpace(l.Path+" "+l.Args))
	}
	return b.Bytes()
}
