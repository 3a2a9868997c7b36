package scan

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// opinion is what both parsers say about a PCI function.
type opinion struct{ Vendor, Device, Class, Driver, Modalias string }

// TestCorpora holds the scan of captured trees to an independent parse.
func TestCorpora(t *testing.T) {
	dir := kotest.Outside(t, "MODSCOUT_CORPORA")
	for file, want := range secondOpinion(t, dir) {
		got := map[string]opinion{}
		for _, d := range scanTree(t, filepath.Join(dir, file)).Devices {
			if d.Bus == "pci" {
				got[d.ID] = opinion{d.VendorID, d.DeviceID, d.Class, d.Driver, strings.Join(d.Modaliases, " ")}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", file, diff)
		}
	}
}

// secondOpinion reads what devices.jsonl says of captured trees: by file and ID.
func secondOpinion(t *testing.T, dir string) map[string]map[string]opinion {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "devices.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := map[string]map[string]opinion{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var d struct {
			File     string `json:"file"`
			Addr     string `json:"addr"`
			Vendor   string `json:"vendor"`
			Device   string `json:"device"`
			Class    string `json:"class"`
			Driver   string `json:"driver"`
			Modalias string `json:"modalias"`
		}
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(d.File, "sysfs-tar/") {
			continue
		}
		if files[d.File] == nil {
			files[d.File] = map[string]opinion{}
		}
		files[d.File]["pci:"+d.Addr] = opinion{d.Vendor, d.Device, d.Class, d.Driver, d.Modalias}
	}
	if len(files) == 0 {
		t.Fatal("no captured trees in " + dir)
	}
	return files
}
