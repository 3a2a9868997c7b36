package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/scan/scantest"
)

// TestImportCanary imports every kind of list, with secrets planted wherever its
// tool prints them, and finds none in any output; the reports are valid. All that
// comes later, such as plans, is made of the report alone.
func TestImportCanary(t *testing.T) {
	fixtures, err := filepath.Glob("../../scan/foreign/testdata/*.*")
	if err != nil || len(fixtures) < 20 {
		t.Fatalf("%d fixtures, %v", len(fixtures), err)
	}
	schema, planted := schemaOf(t, "report"), 0
	for _, fixture := range fixtures {
		text, err := os.ReadFile(fixture)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(fixture)
		data := scantest.Plant(string(text))
		if name == "golden.txt" {
			continue
		}
		if data != string(text) {
			planted++
		}
		file := filepath.Join(t.TempDir(), scantest.Plant("{USER}-{HOST}-")+name)
		scantest.File(t, file, data)
		for what, args := range map[string][]string{
			"the report of":         {"import", "--format", "json", file},
			"the text of":           {"import", file},
			"the report of several": {"import", "--format", "json", file, file}, // warnings name their input
		} {
			output := command(t, "", args...)
			scantest.WantNoSecret(t, what+" "+name, output)
			if bytes.HasPrefix(output, []byte("{")) {
				if err := validate(schema, output); err != nil {
					t.Errorf("%s %s: %v", what, name, err)
				}
			}
		}
	}
	if planted < 20 {
		t.Errorf("secrets are planted in %d fixtures only", planted)
	}
}

// A captured tree is imported as it is scanned, from a file and from standard
// input.
func TestImportTree(t *testing.T) {
	capture := filepath.Join(t.TempDir(), "capture.tar.gz")
	want := command(t, "", "scan", "--sysroot", canary(t), "--format", "json", "--capture", capture)
	data, err := archive.ReadFile(capture, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string][]byte{
		"a file":         command(t, "", "import", "--format", "json", capture),
		"standard input": command(t, string(data), "import", "--format", "json", "-"),
	} {
		if !bytes.Equal(got, want) {
			t.Errorf("the report of %s is not that of the scan:\n%s", what, strings.Join(strings.Split(string(got), "\n")[:10], "\n"))
		}
	}
}
