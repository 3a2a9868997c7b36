package foreign

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/scantest"
)

var update = flag.Bool("update", false, "rewrite testdata/golden.txt")

// testNames is shared: reading the lists takes longer than most tests.
var testNames = names.Open()

// fixtures are the lists of testdata, which we made: each kind and variant with
// the damage that it meets, and with secrets planted that are to be kept out.
func fixtures(t testing.TB) []Input {
	t.Helper()
	files, err := filepath.Glob("testdata/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var inputs []Input
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.IsDir() || filepath.Base(file) == "golden.txt" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, Input{filepath.Base(file), []byte(scantest.Plant(string(data)))})
	}
	return inputs
}

// TestFixtures compares what is read of each fixture with testdata/golden.txt.
func TestFixtures(t *testing.T) {
	var got strings.Builder
	for _, input := range fixtures(t) {
		rep, err := Import([]Input{input}, Options{Names: testNames})
		fmt.Fprintf(&got, "== %s ==\n", input.Name)
		if err != nil {
			fmt.Fprintln(&got, "error:", err)
			continue
		}
		describe(t, &got, rep)
	}
	const golden = "testdata/golden.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("mismatch (-want +got), -update rewrites:\n%s", diff)
	}
}

// Every kind has a fixture, so that tests and fuzzing reach every reader.
func TestEveryKindHasAFixture(t *testing.T) {
	seen := map[string]bool{"report": true} // others make it
	for _, input := range fixtures(t) {
		rep, err := Import([]Input{input}, Options{Names: testNames})
		if err != nil {
			t.Fatal(err)
		}
		seen[rep.Source.Kind] = true
	}
	for _, kind := range Kinds {
		if !seen[kind] {
			t.Errorf("no fixture is of kind %q", kind)
		}
	}
}

// describe writes what a report says without the names of ids.
func describe(t *testing.T, w *strings.Builder, rep *report.Report) {
	t.Helper()
	machine, err := json.Marshal(rep.Machine)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(w, "kind %s, kernel %q\nmachine %s\n", rep.Source.Kind, rep.Source.Kernel, machine)
	for i := range rep.Devices {
		d := rep.Devices[i]
		if d.VendorID != "" {
			d.Vendor, d.Device = "", ""
		}
		d.Subsystem, d.ClassName = "", ""
		device, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "%s\n", device)
	}
	for _, warning := range rep.Source.Warnings {
		fmt.Fprintf(w, "! %d %s %s: %s\n", warning.Line, warning.Code, warning.Device, warning.Text)
	}
}
