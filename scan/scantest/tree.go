// Package scantest gives tests trees of /sys and /proc to scan, and what no
// output about a machine may hold.
package scantest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Tree makes a tree of /sys and /proc from its compact form and returns its
// directory: one line an entry, "path: contents" with Go's escapes in both, or
// "path -> target" for a symbolic link; # begins a comment, and %B stands for
// sys/devices/pci0000:00.
func Tree(t testing.TB, text string) string {
	t.Helper()
	root := t.TempDir()
	AddTree(t, root, text)
	return root
}

// AddTree is [Tree] into a directory that there is.
func AddTree(t testing.TB, root, text string) {
	t.Helper()
	for line := range strings.Lines(strings.ReplaceAll(text, "%B", "sys/devices/pci0000:00")) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if path, target, isLink := strings.Cut(line, " -> "); isLink {
			link(t, filepath.Join(root, path), target)
			continue
		}
		path, contents, found := strings.Cut(line, ": ")
		if !found {
			t.Fatalf("neither attribute nor link: %s", line)
		}
		File(t, filepath.Join(root, unescape(t, path)), unescape(t, contents))
	}
}

func unescape(t testing.TB, text string) string {
	t.Helper()
	plain, err := strconv.Unquote(`"` + text + `"`)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return plain
}

// File writes a file, in directories that it makes.
func File(t testing.TB, path, contents string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(contents), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t testing.TB, path, target string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}
