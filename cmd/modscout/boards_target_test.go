package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/generate"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// target is a kernel as a loader's platform: an initrd that loads what the
// platform has itself, and the generated catalogue of extensions for the rest.
type target struct {
	kernel  kotest.Kernel
	tree    string // the catalogue's files
	catalog *catalog.Catalog
	base    []byte // its initrd
	scan    []byte // a layer with this program
	all     []byte // a layer with every driver, for the proof's table
}

func newTarget(t *testing.T, kernel kotest.Kernel) *target {
	t.Helper()
	g := &target{kernel: kernel, tree: t.TempDir()}
	file := filepath.Join(t.TempDir(), "catalog.json.zst")
	mustRun(t, "catalog", "generate", "--kernel-tree", kernel.Modules, "-o", g.tree)
	mustRun(t, "catalog", "build", g.tree, "--name", "generated", "-o", file)
	c, err := catalog.Read(bytes.NewReader(readFile(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	g.catalog = c
	g.base = g.baseInitrd(t)
	g.scan = layer(t, map[string][]byte{"bin/modscout": readFile(t, buildStatic(t, "."))})
	if *proofFile != "" {
		g.all = g.drivers(t)
	}
	return g
}

// mustRun runs modscout and wants success.
func mustRun(t *testing.T, args ...string) {
	t.Helper()
	var talk bytes.Buffer
	if status := run(t.Context(), args, nil, &talk, &talk); status != exitDone {
		t.Fatalf("modscout %s: status %d\n%s", strings.Join(args, " "), status, &talk)
	}
}

// baseInitrd packs busybox and the modules that the generated platform has by
// itself, in load order.
func (g *target) baseInitrd(t *testing.T) []byte {
	t.Helper()
	selection, err := generate.Default()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := ko.ReadTree(g.kernel.Modules)
	if err != nil {
		t.Fatal(err)
	}
	graph := tree.Graph()
	wanted := slices.DeleteFunc(selection.Base, func(name string) bool { return graph.Module(name) == nil })
	order, err := graph.LoadOrder(wanted...)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"init":        readFile(t, "testdata/target.init"),
		"bin/busybox": readFile(t, kotest.Tool(t, "busybox", "busybox-static")),
	}
	var list []string
	for _, m := range order {
		name := catalog.ModuleFile(m.File)
		list = append(list, name)
		files["base/"+name] = plainModule(t, filepath.Join(g.kernel.Modules, m.File))
	}
	files["base/order"] = lines(list)
	return layer(t, files)
}

// plainModule reads a module, which busybox's insmod wants uncompressed.
func plainModule(t *testing.T, path string) []byte {
	t.Helper()
	r, err := archive.Decompress(bytes.NewReader(readFile(t, path)), archive.Default)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func lines(list []string) []byte { return []byte(strings.Join(list, "\n") + "\n") }

// layer is files as a part of an initrd.
func layer(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return readFile(t, packInitrd(t, root))
}

// boot runs a board with the base initrd and layers, in ways that
// testdata/target.init knows.
func (g *target) boot(t *testing.T, board provedBoard, ways string, layers ...[]byte) qemu.Output {
	t.Helper()
	b := board.Board
	b.Kernel, b.Initrd = g.kernel.Image, filepath.Join(t.TempDir(), "initrd")
	if err := os.WriteFile(b.Initrd, slices.Concat(append([][]byte{g.base}, layers...)...), 0o644); err != nil {
		t.Fatal(err)
	}
	b.Append = strings.TrimSpace("console=ttyS0 quiet panic=-1 ways=" + ways + " " + b.Append)
	b.MemoryMB = 512
	b.Drives = append(slices.Clone(b.Drives), emptyDisk(t, "d0", 1))
	b.Extra = append(slices.Clone(b.Extra), "-audiodev", "none,id=none")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	started := time.Now()
	out, err := qemu.Run(ctx, b, io.Discard, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s: %.0f s", ways, time.Since(started).Seconds())
	return out
}

// report boots the board with nothing but the platform's own modules.
func (g *target) report(t *testing.T, board provedBoard) *report.Report {
	t.Helper()
	out := g.boot(t, board, "scan", g.scan)
	r, err := out.Report()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return r
}

// drivers is a layer with each driver of the catalogue once, and the order of
// loading them all: what a module pack is.
func (g *target) drivers(t *testing.T) []byte {
	t.Helper()
	files, order := map[string][]byte{}, []string{}
	for _, e := range g.catalog.Extensions {
		for _, name := range g.extension(t, e.ID, files) {
			if !slices.Contains(order, name) {
				order = append(order, name)
			}
		}
	}
	files["drivers/everything"] = lines(order)
	return layer(t, files)
}

// originals is a layer with the extensions that a plan's modules come from, each
// with all that it brings: what a person gets who chose rightly.
func (g *target) originals(t *testing.T, p *plan.Plan) []byte {
	t.Helper()
	files, order := map[string][]byte{}, []string{}
	for _, e := range p.Extensions {
		order = append(order, g.extension(t, e.ID, files)...)
	}
	files["drivers/original"] = lines(order)
	return layer(t, files)
}

// extension adds an extension's modules to files and returns their names in load
// order.
func (g *target) extension(t *testing.T, id string, files map[string][]byte) (order []string) {
	t.Helper()
	driver := strings.TrimPrefix(id, "modscout.")
	key := generate.PlatformKey(g.kernel.Release)
	packed := readFile(t, filepath.Join(g.tree, driver, "releases", driver+"-"+key+".tgz"))
	err := archive.Walk(bytes.NewReader(packed), archive.Default, func(e archive.Entry) error {
		data, err := io.ReadAll(e.Body)
		files["drivers/"+e.Name] = data
		order = append(order, e.Name) // an archive's order is the recipe's
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return order
}
