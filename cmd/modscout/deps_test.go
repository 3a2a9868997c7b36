package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/modscout/modscout"

// rooms is the import policy of the house: which rooms of ours each room may
// use (test files are free). "cmd" is not listed: the front door uses all. A
// room that is not listed may import nothing of ours.
var rooms = map[string][]string{
	"modalias/hint":       {},
	"scan/report/jsondoc": {},
	"scan/report":         {"scan/report/jsondoc"},
	"scan/names":          {},
	"scan":                {"scan/report", "scan/names", "modalias", "modalias/archive"},
	"scan/scantest":       {},
	"scan/foreign":        {"scan/report", "scan/report/jsondoc", "scan/names", "modalias", "modalias/archive"}, // logs come in archives

	"modalias":              {},
	"modalias/archive":      {"modalias/archive/xz", "modalias/archive/lzma"},
	"modalias/archive/lzma": {},
	"modalias/archive/xz":   {"modalias/archive/lzma", "modalias/hint"},
	"modalias/ko":           {"modalias", "modalias/archive", "modalias/modprobe"},
	"modalias/ko/kotest":    {},
	"modalias/modprobe":     {"modalias"},
	"modalias/vmlinux":      {"modalias/hint", "modalias/archive"},

	"recommend/plan":               {"scan/report/jsondoc"},
	"recommend/catalog":            {"recommend/catalog/dense", "scan/report/jsondoc", "modalias", "modalias/archive"},
	"recommend/catalog/dense":      {},
	"recommend/catalog/source":     {"modalias/hint", "scan/report/jsondoc", "recommend/catalog", "recommend/catalog/source/web", "modalias", "modalias/ko", "modalias/vmlinux", "modalias/archive"},
	"recommend/catalog/store":      {"scan/report/jsondoc", "recommend/catalog"},
	"recommend/catalog/source/web": {"modalias/hint"},
	"recommend/catalog/generate":   {"scan/report/jsondoc", "recommend/catalog", "modalias/ko", "modalias/archive"},
	"recommend/catalog/embedded":   {"recommend/catalog"},
	"recommend/platform":           {"scan/report", "recommend/plan", "recommend/catalog"},
	"recommend/verify":             {"scan/report", "recommend/plan", "recommend/catalog", "modalias"},
	"recommend/packer":             {"modalias/hint", "scan/report", "scan/report/jsondoc", "recommend/plan", "recommend/catalog", "modalias", "modalias/archive", "modalias/ko"},
	"recommend/show":               {"scan/report", "scan/report/jsondoc", "recommend/plan", "recommend/catalog"},
	"recommend":                    {"scan/report", "recommend/plan", "recommend/catalog", "recommend/platform", "modalias"},

	"initramfs/layout":  {"modalias", "modalias/archive"},
	"initramfs":         {"modalias/hint", "initramfs/layout", "initramfs/probe", "modalias", "modalias/ko", "modalias/archive"},
	"initramfs/qemu":    {"initramfs/probe", "scan/report", "scan/report/jsondoc", "recommend/plan"},
	"initramfs/probe":   {"initramfs/layout", "scan/report", "modalias", "modalias/ko", "modalias/archive"},
	"initramfs/busybox": {},
	"initramfs/boot": {"initramfs/probe", "scan", "scan/report", "scan/report/jsondoc", "recommend", "recommend/plan", "recommend/catalog",
		"recommend/packer", "recommend/show", "initramfs/layout", "modalias"},
	"initramfs/scanimage": {"initramfs/boot", "initramfs/probe", "scan", "scan/report", "recommend", "recommend/plan", "recommend/platform",
		"recommend/catalog", "recommend/catalog/embedded", "recommend/packer", "recommend/show"},
}

// never lists what a room must not reach, transitively.
var never = map[string][]string{
	"recommend":        {"net/http", "os/exec", "github.com/jaypipes/ghw"},
	"recommend/verify": {module + "/recommend", "net/http", "os/exec"},
}

func TestImports(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{join .Imports \" \"}}", module+"/...") {
		path, imports, _ := strings.Cut(line, " ")
		room := strings.TrimPrefix(path, module+"/")
		if strings.HasPrefix(room, "cmd/") {
			continue
		}
		for imported := range strings.FieldsSeq(imports) {
			ours, found := strings.CutPrefix(imported, module+"/")
			if found && !slices.Contains(rooms[room], ours) {
				t.Errorf("%s imports %s, which its line in rooms does not allow", room, ours)
			}
		}
	}
}

func TestModaliasIsStandardLibraryOnly(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{.Standard}}", "-deps", module+"/modalias") {
		path, standard, _ := strings.Cut(line, " ")
		if standard != "true" && path != module+"/modalias" {
			t.Errorf("modalias reaches %s", path)
		}
	}
}

// decompressors is all that package ko brings with it besides ours: what opens
// compressed modules, and a group of goroutines.
var decompressors = []string{
	"github.com/anchore/go-lzo", "github.com/klauspost/compress", "github.com/pierrec/lz4/v4",
	"golang.org/x/sync/errgroup",
}

func TestKoBringsDecompressorsOnly(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{.Standard}}", "-deps", module+"/modalias/ko") {
		path, standard, _ := strings.Cut(line, " ")
		allowed := func(root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
		if standard != "true" && !allowed(module+"/modalias") && !slices.ContainsFunc(decompressors, allowed) {
			t.Errorf("modalias/ko reaches %s", path)
		}
	}
}

func TestNeverReached(t *testing.T) {
	for room, forbidden := range never {
		for _, path := range golist(t, "{{.ImportPath}}", "-deps", module+"/"+room) {
			if slices.Contains(forbidden, path) {
				t.Errorf("%s reaches %s", room, path)
			}
		}
	}
}

// TestTopLevel: a new package goes into one of the five rooms.
func TestTopLevel(t *testing.T) {
	for _, path := range golist(t, "{{.ImportPath}}", module+"/...") {
		top, _, _ := strings.Cut(strings.TrimPrefix(path, module+"/"), "/")
		if !slices.Contains([]string{"cmd", "scan", "modalias", "recommend", "initramfs"}, top) {
			t.Errorf("%s lies in %s", path, top)
		}
	}
}

// golist runs go list with a template and returns its lines.
func golist(t *testing.T, format string, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-f", format}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
