package scan

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/scan/scantest"
)

// board returns the tree of testdata/board.sysroot.
func board(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/board.sysroot")
	if err != nil {
		t.Fatal(err)
	}
	return scantest.Tree(t, string(text))
}

// captureTree scans a tree and returns the report's JSON, and the capture as a
// file.
func captureTree(t testing.TB, opts Options) (report, file string) {
	t.Helper()
	rep, c, err := ScanAndCapture(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := c.Write(&packed); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "capture.tar.gz")
	scantest.File(t, file, packed.String())
	return encode(t, rep), file
}

// A capture gives the report that the machine gave, byte for byte, and a
// capture of the capture is the same file.
func TestCaptureReplays(t *testing.T) {
	roots := map[string]string{"board": board(t), "this machine": "/"}
	if dir := os.Getenv("MODSCOUT_CORPORA"); dir != "" {
		files, _ := filepath.Glob(filepath.Join(dir, "sysfs-tar", "*.tar.gz"))
		for _, file := range files {
			roots[filepath.Base(file)] = file
		}
	}
	for name, root := range roots {
		want, file := captureTree(t, Options{Root: root})
		if diff := cmp.Diff(want, encode(t, scanTree(t, file))); diff != "" {
			t.Errorf("%s: replay mismatch (-live +replay):\n%s", name, diff)
		}
		_, again := captureTree(t, Options{Root: file})
		if !bytes.Equal(readFile(t, file), readFile(t, again)) {
			t.Errorf("%s: a capture of the capture is another file", name)
		}
	}
}

func readFile(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What could not be read is a gap of the replay too.
func TestCaptureKeepsGaps(t *testing.T) {
	root := scantest.Tree(t, `
sys/bus/pci/devices/0000:00:01.0/vendor: 0x8086
sys/bus/pci/devices/0000:00:01.0/modalias: `+strings.Repeat("x", maxAttribute+1)+`
sys/bus/pci/devices/0000:00:01.0/net/enx001122334455/carrier/x: y
`)
	makePipe(t, filepath.Join(root, "sys/bus/pci/devices/0000:00:01.0/net/enx001122334455/device"))
	want, file := captureTree(t, Options{Root: root})
	if !strings.Contains(want, "unreadable") {
		t.Fatalf("no gap in the report:\n%s", want)
	}
	if diff := cmp.Diff(want, encode(t, scanTree(t, file))); diff != "" {
		t.Errorf("replay mismatch (-live +replay):\n%s", diff)
	}
}

// A capture of a stranger is unpacked inside its directory or not at all.
func TestHostileCaptures(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	file := func(name, contents string) *tar.Header {
		return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(contents)), Mode: 0o644}
	}
	tests := []struct {
		name    string
		headers []*tar.Header
		err     error // in the chain; nil: any, or none
	}{
		{"name above", []*tar.Header{file("../outside", "x")}, archive.ErrUnsafePath},
		{"absolute name", []*tar.Header{file(outside, "x")}, nil},
		{"behind a link", []*tar.Header{
			{Typeflag: tar.TypeSymlink, Name: "sys", Linkname: filepath.Dir(outside)},
			file("sys/outside", "x"),
		}, nil},
		{"nothing", nil, ErrNoSysfs},
	}
	for _, test := range tests {
		var packed bytes.Buffer
		zw := gzip.NewWriter(&packed)
		tw := tar.NewWriter(zw)
		for _, header := range test.headers {
			if err := tw.WriteHeader(header); err != nil {
				t.Fatal(err)
			}
			tw.Write(bytes.Repeat([]byte("x"), int(header.Size)))
		}
		tw.Close()
		zw.Close()
		capture := filepath.Join(t.TempDir(), "capture.tar.gz")
		scantest.File(t, capture, packed.String())
		if _, err := Scan(context.Background(), Options{Root: capture}); err == nil || test.err != nil && !errors.Is(err, test.err) {
			t.Errorf("%s: Scan() = %v, want %v", test.name, err, test.err)
		}
		if _, err := os.Lstat(outside); err == nil {
			t.Fatalf("%s: a file was written outside", test.name)
		}
	}
}

// An archive that expands without end is refused.
func TestCaptureBomb(t *testing.T) {
	defer func(limits archive.Limits) { captureLimits = limits }(captureLimits)
	captureLimits.Bytes = 1 << 10
	_, file := captureTree(t, Options{Root: board(t)})
	if _, err := Scan(context.Background(), Options{Root: file}); !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("Scan() = %v, want %v", err, archive.ErrTooLarge)
	}
}
