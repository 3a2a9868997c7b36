package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// invoke runs a command line in this process.
func invoke(t *testing.T, want int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); got != want {
		t.Fatalf("modscout %q: status %d, want %d\n%s", args, got, want, &stderr)
	}
	return stdout.String()
}

// TestPackFromKernelTree goes from a pasted id to a layer for an initramfs, by
// the commands that a person types.
func TestPackFromKernelTree(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	invoke(t, 0, "catalog", "build", filepath.Join(kernel.Modules), "-o", file("linux.json.zst"))
	if err := os.WriteFile(file("ids"), []byte("00:01.0 Ethernet controller [0200]: Intel [8086:10c9]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	invoke(t, 0, "recommend", file("ids"), "--catalog", file("linux.json.zst"), "--format", "json", "-o", file("plan.json"))
	got := invoke(t, 0, "pack", file("plan.json"), "--for", "initramfs", "--from", kernel.Modules, "--catalog", file("linux.json.zst"), "-o", file("out"))
	if !strings.HasPrefix(got, "modscout.cpio.zst\n") || !strings.Contains(got, "README.txt\n") {
		t.Errorf("pack wrote %q", got)
	}
}
