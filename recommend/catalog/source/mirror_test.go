package source

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/modscout/modscout/modalias/archive"
)

func testMirror(t testing.TB, name, dir string) *Mirror {
	t.Helper()
	m, err := ParseMirror(name + "=" + dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.root.Close() })
	return m
}

func TestLocate(t *testing.T) {
	one, two, web, deep := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	mirrors := []*Mirror{
		testMirror(t, "pocopico/rp-ext", one),
		testMirror(t, "Jim3ma/synology-igc@v2", two),
		testMirror(t, "https://example.org/ext", web),
		testMirror(t, "https://example.org/ext/deep/", deep),
		testMirror(t, "pocopico/rp-ext@v9", two),
		testMirror(t, "https://raw.githubusercontent.com/x/y/main/sub", deep),
	}
	for _, test := range []struct {
		url  string
		dir  *Mirror
		path string
		err  error
	}{
		{"https://raw.githubusercontent.com/pocopico/rp-ext/master/igb/a.tgz", mirrors[0], "igb/a.tgz", nil},
		{"https://raw.githubusercontent.com/pocopico/rp-ext/refs/heads/main/igb/a.tgz", mirrors[0], "igb/a.tgz", nil},
		{"https://github.com/POCOPICO/rp-ext/raw/main/igb/a.tgz", mirrors[0], "igb/a.tgz", nil},
		{"https://github.com/pocopico/rp-ext/raw/refs/tags/v1/igb/a.tgz", mirrors[0], "igb/a.tgz", nil},
		{"https://github.com/pocopico/rp-ext/blob/main/igb/a.tgz?raw=true", mirrors[0], "igb/a.tgz", nil},
		{"https://github.com/pocopico/rp-ext/releases/download/v1/a.tgz", mirrors[0], "releases/download/v1/a.tgz", nil},
		{"https://github.com/pocopico/rp-ext/tree/main/igb", nil, "", ErrNotMirrored},
		{"https://github.com/pocopico/rp-ext/master/igb/a.tgz", nil, "", ErrNotMirrored},
		{"https://raw.githubusercontent.com/other/rp-ext/master/igb/a.tgz", nil, "", ErrNotMirrored},
		{"https://raw.githubusercontent.com/jim3ma/synology-igc/v2/igc/a.tgz", mirrors[1], "igc/a.tgz", nil},
		{"https://raw.githubusercontent.com/jim3ma/synology-igc/master/igc/a.tgz", nil, "", ErrNotMirrored},
		{"https://raw.githubusercontent.com/pocopico/rp-ext/v9/igb/a.tgz", mirrors[4], "igb/a.tgz", nil},
		{"https://github.com/x/y/raw/refs/heads/main/sub/a.tgz", mirrors[5], "a.tgz", nil},
		{"https://github.com/x/y/raw/main/other/a.tgz", nil, "", ErrNotMirrored},
		{"https://example.org/ext/a%20b.tgz", mirrors[2], "a b.tgz", nil},
		{"https://example.org/extra/a.tgz", nil, "", ErrNotMirrored},
		{"https://example.org/ext/deep/a.tgz", mirrors[3], "a.tgz", nil},
		{"https://example.org/ext/deep/../../../etc/passwd", nil, "", ErrNotURL},
		{"https://example.org/ext/%2e%2e/%2e%2e/etc/passwd", nil, "", ErrNotURL},
		{"file:///etc/passwd", nil, "", ErrNotMirrored},
		{"endofurls", nil, "", ErrNotURL},
		{"", nil, "", ErrNotURL},
	} {
		got, err := locate(mirrors, test.url)
		want := location{path: test.path}
		if test.dir != nil {
			want.root = test.dir.root
		}
		if !errors.Is(err, test.err) || got != want {
			t.Errorf("locate(%q) = %q, %v; want %q, %v", test.url, got.path, err, test.path, test.err)
		}
	}
}

func TestMirrorKeepsInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	m := testMirror(t, "a/b", dir)
	at, err := locate([]*Mirror{m}, "https://github.com/a/b/raw/main/link")
	if err != nil {
		t.Fatal(err)
	}
	if data, err := at.read(); err == nil {
		t.Errorf("a link out of the mirror gave %q", data)
	}
}

// A pipe in a tree must not stop its reader for ever.
func TestMirrorWithPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	at, err := locate([]*Mirror{testMirror(t, "a/b", dir)}, "https://github.com/a/b/raw/main/pipe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.read(); !errors.Is(err, archive.ErrNotRegular) {
		t.Errorf("reading a pipe: %v, want %v", err, archive.ErrNotRegular)
	}
}

func FuzzLocate(f *testing.F) {
	f.Add("https://raw.githubusercontent.com/a/b/main/x/y.tgz")
	f.Add("https://github.com/a/b/releases/download/v1/x")
	f.Add("https://github.com/a/b/raw/refs/heads/main/%2e%2e/%2e%2e/x")
	f.Add("https://example.org/x/../../y")
	f.Add("file:///a")
	f.Add("https://github.com////raw/x/y")
	dir := f.TempDir()
	mirrors := []*Mirror{testMirror(f, "a/b", dir), testMirror(f, "https://example.org", dir), testMirror(f, "file:///a", dir)}
	f.Fuzz(func(t *testing.T, url string) {
		at, err := locate(mirrors, url)
		if (err == nil) != (at.root != nil) {
			t.Fatalf("locate(%q) = %v, %v", url, at, err)
		}
		if err == nil && !filepath.IsLocal(at.path) {
			t.Fatalf("locate(%q) leaves its mirror: %q", url, at.path)
		}
	})
}
