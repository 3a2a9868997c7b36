package initramfs

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// archived makes a tar of files, a folder and a link.
func archived(t *testing.T, name string, bodies map[string]string, mode int64) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	w.WriteHeader(&tar.Header{Name: "exts/", Typeflag: tar.TypeDir, Mode: 0o755})
	w.WriteHeader(&tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "exts"})
	for _, file := range []string{"a", "b", "c"} {
		if body, found := bodies[file]; found {
			w.WriteHeader(&tar.Header{Name: file, Mode: mode, Size: int64(len(body))})
			w.Write([]byte(body))
		}
	}
	w.Close()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDiff(t *testing.T) {
	old, err := Contents(archived(t, "a.tar", map[string]string{"a": "1", "b": "2"}, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := Contents(archived(t, "b.tar", map[string]string{"b": "3", "c": "2"}, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Diff(old, fresh) {
		got = append(got, c.Kind+" "+c.Path)
	}
	if diff := cmp.Diff([]string{"removed a", "changed b", "added c"}, got); diff != "" {
		t.Errorf("Diff() mismatch (-want +got):\n%s", diff)
	}
	if same := Diff(old, old); len(same) > 0 {
		t.Errorf("Diff() of a list with itself = %v", same)
	}
	mode, err := Contents(archived(t, "c.tar", map[string]string{"a": "1", "b": "2"}, 0o755))
	if changes := Diff(old, mode); err != nil || len(changes) != 2 {
		t.Errorf("other modes are %d changes (error %v), want 2", len(changes), err)
	}
}

func TestContentsOfFolder(t *testing.T) {
	dir := t.TempDir()
	layer, err := os.ReadFile(archived(t, "l", map[string]string{"a": "1"}, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"vmlinuz": "kernel", InitrdName: string(layer)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("vmlinuz", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	entries, err := Contents(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Path+" "+e.Link)
	}
	want := []string{InitrdName + " ", InitrdName + "/exts ", InitrdName + "/link exts", InitrdName + "/a ", "link vmlinuz", "vmlinuz "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Contents() mismatch (-want +got):\n%s", diff)
	}
}

func TestContentsRefuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Contents(text); !errors.Is(err, ErrNotStick) {
		t.Errorf("a text: error %v, want %v", err, ErrNotStick)
	}
	if _, err := Contents(text + "x"); !os.IsNotExist(err) {
		t.Errorf("nothing: error %v", err)
	}
}
