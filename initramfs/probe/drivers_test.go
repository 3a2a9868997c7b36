package probe

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/cavaliergopher/cpio"

	"github.com/modscout/modscout/modalias"
)

// packed writes an archive of modules as a stick has it.
func packed(t *testing.T, file string, modules ...string) {
	t.Helper()
	var out bytes.Buffer
	compressor, err := xz.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	archive := cpio.NewWriter(compressor)
	for _, name := range modules {
		archive.WriteHeader(&cpio.Header{Name: name, Mode: cpio.TypeReg | 0o644, Size: int64(len(name))})
		archive.Write([]byte(name))
	}
	if err := errors.Join(archive.Close(), compressor.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A module of an archive is unpacked when it is wanted, by itself, and gone at
// the end; one that lies in the directory is used there.
func TestDriversPath(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	packed(t, filepath.Join(dir, "00"+ArchiveSuffix), "a.ko", "b.ko", "c.ko")
	d := &Drivers{dir: dir}
	file, err := d.path(&modalias.Module{File: "00" + ArchiveSuffix + "/b.ko"})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "b.ko" {
		t.Errorf("b.ko is %q, %v", data, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(left) != 1 {
		t.Errorf("unpacked: %v, want b.ko alone", left)
	}
	if _, err := d.path(&modalias.Module{File: "00" + ArchiveSuffix + "/d.ko"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a module that is not there: %v", err)
	}
	if plain, err := d.path(&modalias.Module{File: "kernel/e.ko"}); err != nil || plain != filepath.Join(dir, "kernel/e.ko") {
		t.Errorf("a module without archive: %s, %v", plain, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close: %v", err)
	}
}
