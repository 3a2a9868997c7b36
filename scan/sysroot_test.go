package scan

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sysroot makes a tree of /sys and /proc from its compact form: one line an
// entry, "path: contents", both with Go's escapes, or "path -> target" for a symbolic
// link; # begins a comment.
func sysroot(t testing.TB, text string) string {
	t.Helper()
	root := t.TempDir()
	for line := range strings.Lines(strings.ReplaceAll(text, "%B", "sys/devices/pci0000:00")) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if path, target, isLink := strings.Cut(line, " -> "); isLink {
			makeLink(t, filepath.Join(root, path), target)
			continue
		}
		path, contents, found := strings.Cut(line, ": ")
		if !found {
			t.Fatalf("sysroot: neither attribute nor link: %s", line)
		}
		makeFile(t, filepath.Join(root, unescape(t, path)), unescape(t, contents))
	}
	return root
}

func unescape(t testing.TB, text string) string {
	t.Helper()
	plain, err := strconv.Unquote(`"` + text + `"`)
	if err != nil {
		t.Fatalf("sysroot: %s: %v", text, err)
	}
	return plain
}

func makeFile(t testing.TB, path, contents string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(contents), 0o644); err != nil {
		t.Fatal(err)
	}
}

func makeLink(t testing.TB, path, target string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}
