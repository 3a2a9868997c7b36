package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/scan/scantest"
)

// canary makes the tree of testdata/canary.sysroot, in the home of a user whose
// name is secret too.
func canary(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/canary.sysroot")
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), scantest.Plant("home/{USER}/{HOST}"))
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	scantest.AddTree(t, root, scantest.Plant(string(text)))
	port := filepath.Join(root, "sys/devices/pci0000:00/0000:00:02.0/net", scantest.Secrets["HOST"])
	if err := os.Mkdir(port, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(port, "carrier"), 0o644); err != nil { // a gap, with its path
		t.Fatal(err)
	}
	return root
}

// TestCanary looks for secrets that stand wherever a machine keeps them in all
// that is made of it.
func TestCanary(t *testing.T) {
	root := canary(t)
	capture := filepath.Join(t.TempDir(), "capture.tar.gz")
	outputs := map[string][]byte{
		"report":               command(t, "", "scan", "--sysroot", root, "--format", "json", "--capture", capture),
		"text":                 command(t, "", "scan", "--sysroot", root),
		"preview":              command(t, "", "scan", "--sysroot", root, "--preview"),
		"preview of a capture": command(t, "", "scan", "--sysroot", root, "--preview", "--capture", "none"),
		"replay":               command(t, "", "scan", "--sysroot", capture, "--format", "json"),
	}
	file := filepath.Join(t.TempDir(), "report.json")
	scantest.File(t, file, string(outputs["report"]))
	outputs["codes"] = command(t, "", "show", file, "--format", "qr")
	for _, format := range planFormats {
		outputs["plan as "+format] = command(t, "", "recommend", file, "--format", format)
	}
	for name, contents := range members(t, capture) {
		outputs["capture: "+name] = append([]byte(name+"\n"), contents...)
	}
	for what, output := range outputs {
		if len(output) == 0 {
			t.Errorf("%s is empty", what)
		}
		scantest.WantNoSecret(t, what, output)
	}
	if diff := cmp.Diff(string(outputs["report"]), string(outputs["replay"])); diff != "" {
		t.Errorf("replay mismatch (-scan +replay):\n%s", diff)
	}
	if diff := cmp.Diff(string(outputs["report"]), string(outputs["preview"])); diff != "" {
		t.Errorf("preview mismatch (-report +preview):\n%s", diff)
	}
}

// TestIdentifiers is the canary's twin: what is asked for is there, in the
// report and in the capture.
func TestIdentifiers(t *testing.T) {
	root := canary(t)
	capture := filepath.Join(t.TempDir(), "capture.tar.gz")
	got := command(t, "", "scan", "--sysroot", root, "--identifiers", "--format", "json", "--capture", capture)
	for _, name := range []string{"SERIAL", "DISK", "UUID", "MAC", "WWN", "HOST"} {
		if !strings.Contains(string(got), scantest.Secrets[name]) {
			t.Errorf("the report lacks the %s", name)
		}
	}
	again := command(t, "", "scan", "--sysroot", capture, "--identifiers", "--format", "json")
	if diff := cmp.Diff(string(got), string(again)); diff != "" {
		t.Errorf("replay mismatch (-scan +replay):\n%s", diff)
	}
	if err := validate(schemaOf(t, "report"), got); err != nil {
		t.Error(err)
	}
}

// members reads the files of an archive, and the targets of its links.
func members(t *testing.T, file string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := archive.Walk(bytes.NewReader(readFile(t, file)), archive.Default, func(e archive.Entry) error {
		var contents bytes.Buffer
		contents.WriteString(e.Link)
		_, err := contents.ReadFrom(e.Body)
		found[e.Name] = contents.Bytes()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
