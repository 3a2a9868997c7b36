package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyEntries is a tar archive of n thousand empty files: members of gzip may
// follow each other (RFC 1952, section 2.2), so that one serves for all.
func manyEntries(t *testing.T, thousands int) []byte {
	t.Helper()
	var block bytes.Buffer
	w := tar.NewWriter(&block)
	if err := w.WriteHeader(&tar.Header{Name: "readme", Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	return bytes.Repeat(gzipped(bytes.Repeat(block.Bytes(), 1000)), thousands)
}

// bomb is zeros under as many layers of gzip.
func bomb(t *testing.T, size int64, layers int) []byte {
	t.Helper()
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	if _, err := io.CopyN(zip, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	zip.Close()
	data := file.Bytes()
	for range layers {
		data = gzipped(data)
	}
	return data
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestHostileArchives: whatever an archive holds, reading it as a pack, as a
// kernel's package or as part of an extension fails cleanly, and nothing is
// written anywhere.
func TestHostileArchives(t *testing.T) {
	module := driver("drv")
	outside := filepath.Join(t.TempDir(), "outside")
	for name, test := range map[string]struct {
		data  []byte
		fails string // the reason in the error of a pack; "" where the pack is read
	}{
		"climbs":        {tgz(t, module, entry{name: "../../../../outside.ko", data: module.data}), "outside the archive"},
		"absolute":      {tgz(t, module, entry{name: outside, data: module.data}), "outside the archive"},
		"link out":      {tgz(t, module, entry{name: "x.ko", link: "/etc/passwd"}, entry{name: "x.ko/y.ko", data: module.data}), ""},
		"million":       {manyEntries(t, 1000), "more than"},
		"bomb":          {bomb(t, limits.Bytes+1<<20, 0), ""},
		"nested bomb":   {bomb(t, 1<<20, 8), "inside each other"},
		"long name":     {tgz(t, entry{name: strings.Repeat("a/", 5000) + "x.ko", data: module.data}), "name of"},
		"cut":           {tgz(t, module)[:60], ""},
		"no archive":    {[]byte("<html>"), "not an archive"},
		"nothing":       {nil, ""},
		"no module":     {tgz(t, entry{name: "readme", data: []byte("hello")}), "no kernel module"},
		"huge module":   {tgz(t, entry{name: "drv.ko", data: append(module.data, make([]byte, maxModule)...)}), "larger than"},
		"stripped head": {tgz(t, entry{name: "drv.ko", data: module.data[:64]}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			x, files := newTree(t), newTree(t)
			x.extension("good", tgz(t, driver("good")), `{"good.ko":""}`)
			x.extension("bad", test.data, `{"drv.ko":""}`)
			files.write("p-7.1-4.4.180.tgz", test.data)
			files.write("linux-image.deb", deb(test.data))
			files.write("extra.lzma", test.data)
			before := filesBelow(t, filepath.Dir(x.dir))
			_, _, err := Read([]string{filepath.Join(files.dir, "p-7.1-4.4.180.tgz")}, "pack", "", Options{})
			if test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
				t.Errorf("as a pack: %v, want an error with %q", err, test.fails)
			}
			for _, file := range []string{"linux-image.deb", "extra.lzma"} {
				if _, _, err := Read([]string{filepath.Join(files.dir, file)}, file, "", Options{}); err == nil && test.fails != "" && name != "no module" {
					t.Errorf("%s was read", file)
				}
			}
			c, _ := read(t, x)
			if good := recipeOf(c, "x.good"); good == nil || good.Broken != "" || len(good.Kmods) != 1 {
				t.Errorf("the good extension beside it is %+v", good)
			}
			if after := filesBelow(t, filepath.Dir(x.dir)); after != before {
				t.Errorf("files changed:\n%s\nbefore:\n%s", after, before)
			}
			if _, err := os.Stat(outside); err == nil {
				t.Error("a file was written outside")
			}
		})
	}
}

// filesBelow lists the files below a directory.
func filesBelow(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err == nil {
			fmt.Fprintln(&b, name, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
