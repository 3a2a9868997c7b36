package initramfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// writeELF writes the smallest file that passes for an executable: an ELF
// header and one program header of the given type.
func writeELF(t *testing.T, machine uint16, segment uint32) string {
	t.Helper()
	header := make([]byte, 64+56)
	copy(header, "\x7fELF\x02\x01\x01")
	le := binary.LittleEndian
	le.PutUint16(header[16:], 2)       // e_type: ET_EXEC
	le.PutUint16(header[18:], machine) // e_machine
	le.PutUint32(header[20:], 1)       // e_version
	le.PutUint64(header[32:], 64)      // e_phoff
	le.PutUint16(header[52:], 64)      // e_ehsize
	le.PutUint16(header[54:], 56)      // e_phentsize
	le.PutUint16(header[56:], 1)       // e_phnum
	le.PutUint32(header[64:], segment) // p_type
	path := filepath.Join(t.TempDir(), "init")
	if err := os.WriteFile(path, header, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	machineX86   = 62
	machineARM   = 183
	segmentLoad  = 1
	segmentInter = 3
)

func TestCheckStatic(t *testing.T) {
	text := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(text, []byte("#!/bin/sh\necho not an executable\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path, want string
	}{
		{"static", writeELF(t, machineX86, segmentLoad), ""},
		{"dynamic", writeELF(t, machineX86, segmentInter), "not a static executable"},
		{"other machine", writeELF(t, machineARM, segmentLoad), "the image is for x86-64"},
		{"script", text, "bad magic number"},
		{"missing", "/does/not/exist", "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckStatic(tt.path)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var hinted interface{ Hint() string }
			if err == nil || !strings.Contains(err.Error(), tt.want) || !errors.As(err, &hinted) {
				t.Errorf("CheckStatic() = %v, want %q with a hint", err, tt.want)
			}
		})
	}
}

func xzOf(t *testing.T, data []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	err := writeXZ(&packed, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// fakeTree makes a module directory whose modules are plain text, in a frame
// of xz where the name says so.
func fakeTree(t *testing.T, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lib", "modules", "6.1.0-test")
	for _, name := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		data := []byte("module " + name)
		if strings.HasSuffix(name, ".xz") {
			data = xzOf(t, data)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExactModules(t *testing.T) {
	tree := fakeTree(t, "kernel/a/one-two.ko", "kernel/b/three.ko.xz")
	fs, err := New(Config{
		Init:    writeELF(t, machineX86, segmentLoad),
		Tree:    tree,
		Modules: []string{"three debug=1", "one_two"},
		Files:   map[string][]byte{"modscout/catalogs/x": []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []layout.Load{
		{Path: "lib/modules/6.1.0-test/kernel/b/three.ko", Args: "debug=1"},
		{Path: "lib/modules/6.1.0-test/kernel/a/one-two.ko", Args: ""},
	}
	if diff := cmp.Diff(want, fs.Load); diff != "" {
		t.Errorf("Load mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, layout.ParseLoad(string(layout.FormatLoad(fs.Load)))); diff != "" {
		t.Errorf("ParseLoad() mismatch (-want +got):\n%s", diff)
	}
	var archive, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&archive, &again} {
		if _, err := fs.WriteTo(w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(archive.Bytes(), again.Bytes()) {
		t.Error("two writes of one initramfs differ")
	}
	entries, problems, err := List(&archive)
	if err != nil || len(problems) > 0 {
		t.Fatalf("List() = %v, %v", problems, err)
	}
	var names []string
	for _, e := range entries {
		if e.Mode.IsRegular() {
			names = append(names, e.Path)
		}
		if size := int64(len("module kernel/b/three.ko.xz")); e.Path == want[0].Path && e.Size != size {
			t.Errorf("%s has %d bytes, want %d: modules are packed uncompressed", e.Path, e.Size, size)
		}
	}
	wantNames := []string{"init", layout.LoadPath, want[0].Path, want[1].Path, "modscout/catalogs/x", layout.ManifestPath}
	if diff := cmp.Diff(wantNames, names); diff != "" {
		t.Errorf("List() mismatch (-want +got):\n%s", diff)
	}
}

// TestShell packs commands: one program that may be run, and links to it.
func TestShell(t *testing.T) {
	config := Config{Init: writeELF(t, machineX86, segmentLoad), Tree: fakeTree(t, "kernel/a.ko"), Modules: []string{"a"}}
	var archives [2][]Entry
	for i, shell := range []*Commands{nil, {[]byte("busybox"), []string{"gosh", "ls"}}} {
		config.Shell = shell
		fs, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		var archive bytes.Buffer
		if _, err := fs.WriteTo(&archive); err != nil {
			t.Fatal(err)
		}
		entries, problems, err := List(&archive)
		if err != nil || len(problems) > 0 {
			t.Fatalf("List() = %v, %v", problems, err)
		}
		archives[i] = slices.DeleteFunc(entries, func(e Entry) bool { return e.Path == layout.ManifestPath })
	}
	want := []string{"added bbin drwxrwxrwx ", "added bbin/bb -rwxr-xr-x ", "added bbin/gosh Lrwxrwxrwx bb", "added bbin/ls Lrwxrwxrwx bb"}
	var got []string
	for _, c := range Diff(archives[0], archives[1]) {
		got = append(got, fmt.Sprintf("%s %s %v %s", c.Kind, c.Path, c.New.Mode, c.New.Link))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the shell adds mismatch (-want +got):\n%s", diff)
	}
}

func TestNewErrors(t *testing.T) {
	static := writeELF(t, machineX86, segmentLoad)
	tests := []struct {
		name string
		c    Config
		want error
	}{
		{"dynamic init", Config{Init: writeELF(t, machineX86, segmentInter)}, ErrNotStatic},
		{"no modules", Config{Init: static, Tree: t.TempDir()}, ErrNoModule},
		{"unknown module", Config{Init: static, Tree: fakeTree(t, "kernel/a.ko"), Modules: []string{"b"}}, ErrNoModule},
		{"no tree", Config{Init: static, Tree: "/does/not/exist"}, os.ErrNotExist},
	}
	for _, tt := range tests {
		if _, err := New(tt.c); !errors.Is(err, tt.want) {
			t.Errorf("%s: New() = %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestClosure holds the default load order to its two promises on Debian's
// kernels: what a module needs comes before it, and no module comes twice.
func TestClosure(t *testing.T) {
	for _, metapackage := range []string{"linux-image-amd64", "linux-image-6.12-amd64", "linux-image-cloud-amd64"} {
		t.Run(metapackage, func(t *testing.T) {
			kernel := kotest.Debian(t, metapackage)
			tree, err := openTree(kernel.Modules)
			if err != nil {
				t.Fatal(err)
			}
			order, absent, err := tree.closure(Enumerators)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d modules, absent %v", kernel.Release, len(order), absent)
			checkOrder(t, tree, order)
			for _, e := range Enumerators {
				loaded := slices.ContainsFunc(order, func(l layout.Load) bool { return l.Name() == e.Name })
				if !loaded && !tree.builtin[e.Name] && !slices.Contains(absent, e.Name) {
					t.Errorf("%s is not loaded, built in or reported absent", e.Name)
				}
			}
		})
	}
}

func checkOrder(t *testing.T, tree *tree, order []layout.Load) {
	t.Helper()
	loaded := make(map[string]bool)
	for _, l := range order {
		before, err := tree.needs(l.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, need := range before {
			if !loaded[need] && !tree.builtin[need] {
				t.Errorf("%s comes before %s, which it needs", l.Name(), need)
			}
		}
		if loaded[l.Name()] {
			t.Errorf("%s comes twice", l.Name())
		}
		loaded[l.Name()] = true
	}
}
