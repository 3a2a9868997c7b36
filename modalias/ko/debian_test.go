package ko_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// The tests named TestOracle… hold this package to kmod over whole kernels:
//
//	go test -v -run Oracle ./modalias/ko
//
// prints kernels, keys and differences.
var oracleKernels = []string{
	"linux-image-amd64", "linux-image-cloud-amd64", "linux-image-rt-amd64",
	"linux-image-6.12-amd64", "linux-image-6.12-cloud-amd64", "linux-image-6.12-rt-amd64",
}

// forKernels runs a test for every kernel, which is prepared once for all.
func forKernels(t *testing.T, test func(t *testing.T, s *subject)) {
	for _, name := range oracleKernels {
		t.Run(name, func(t *testing.T) { test(t, prepared(t, name)) })
	}
}

// subject is one kernel as we read it and as kmod does.
type subject struct {
	release string
	tree    *ko.Tree      // from the package's own files
	details []*ko.Details // of tree.Modules, from the files decompressed by xz
	base    string        // a root directory with those and depmod's files
}

// dir is the subject's module directory.
func (s *subject) dir() string { return filepath.Join(s.base, "lib", "modules", s.release) }

// file is the path of a module, decompressed.
func (s *subject) file(m *ko.Module) string { return filepath.Join(s.dir(), plainName(m.File)) }

func plainName(file string) string { return strings.TrimSuffix(file, ".xz") }

var (
	scratch  string   // for all tests of the package
	subjects sync.Map // of names to what makes a subject once
)

func TestMain(m *testing.M) {
	if file := os.Getenv(readVariable); file != "" {
		readInChild(file)
		return
	}
	var err error
	if scratch, err = os.MkdirTemp("", "ko-test-"); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

func prepared(t *testing.T, name string) *subject {
	t.Helper()
	kernel := kotest.Debian(t, name)
	depmod, xz := kotest.Tool(t, "depmod", "kmod"), kotest.Tool(t, "xz", "xz-utils")
	prepare, _ := subjects.LoadOrStore(name, sync.OnceValues(func() (*subject, error) { return prepare(kernel, depmod, xz) }))
	s, err := prepare.(func() (*subject, error))()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func prepare(kernel kotest.Kernel, depmod, xz string) (*subject, error) {
	s := &subject{release: kernel.Release, base: filepath.Join(scratch, kernel.Release)}
	var err error
	if s.tree, err = ko.ReadTree(kernel.Modules); err != nil {
		return nil, err
	}
	if len(s.tree.Bad) > 0 {
		return nil, fmt.Errorf("%d files are bad: %w", len(s.tree.Bad), s.tree.Bad[0])
	}
	if err := linkTree(kernel.Modules, s.dir()); err != nil {
		return nil, err
	}
	unpack := fmt.Sprintf("find %s -name '*.xz' -print0 | xargs -0r -P 2 -n 200 %s -d -f", s.base, xz)
	for _, command := range [][]string{{"sh", "-c", unpack}, {depmod, "-b", s.base, s.release}} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", command, err, out)
		}
	}
	for _, m := range s.tree.Modules {
		data, err := os.ReadFile(s.file(m))
		if err != nil {
			return nil, err
		}
		d, err := ko.Inspect(data, m.File)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.File, err)
		}
		s.details = append(s.details, d)
	}
	return s, nil
}

// linkTree copies a tree of files, by hard links where that is possible.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		target := filepath.Join(to, strings.TrimPrefix(file, from))
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case !d.Type().IsRegular() || os.Link(file, target) == nil:
			return nil
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
}

func run(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	return out
}

// buildTool compiles a program of testdata that uses libkmod.
func buildTool(t *testing.T, name string) string {
	t.Helper()
	if _, err := os.Stat("/usr/include/libkmod.h"); err != nil {
		kotest.Missing(t, "libkmod.h is not installed: apt-get install libkmod-dev")
	}
	program := filepath.Join(t.TempDir(), name)
	run(t, nil, kotest.Tool(t, "cc", "gcc"), "-O1", "-o", program, filepath.Join("testdata", name+".c"), "-lkmod")
	return program
}

// readLines returns the lines of one of depmod's files without its comments,
// sorted.
func (s *subject) readLines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir(), name))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	slices.Sort(lines)
	return lines
}
