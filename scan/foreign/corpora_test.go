package foreign

import (
	"bufio"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestCorpora holds the lspci reader to an independent parse of real dumps:
// each file must give the same devices, by address, with the same ids, class,
// driver and modules.
func TestCorpora(t *testing.T) {
	dir := kotest.Outside(t, "MODSCOUT_CORPORA")
	for file, want := range secondOpinion(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Error(err)
			continue
		}
		rep, err := Import([]Input{{file, data}}, Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		got := map[string]opinion{}
		for _, d := range rep.Devices {
			if d.Bus == "pci" {
				got[d.ID] = opinion{d.VendorID, d.DeviceID, d.SubvendorID, d.SubdeviceID, d.Class, d.Driver, d.Modules}
			}
		}
		for id, o := range want {
			if d := got[id]; o.Class == "" && d.Class == "ff00" { // lspci prints this code even where it prints names
				d.Class = ""
				got[id] = d
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", file, diff)
		}
	}
}

// opinion is what both parsers say about a device.
type opinion struct {
	Vendor, Device, Subvendor, Subdevice, Class, Driver string
	Modules                                             []string
}

// entry is a line of devices.jsonl. The fields with hex_ come from lspci -x.
type entry struct {
	File         string   `json:"file"`
	Addr         string   `json:"addr"`
	Vendor       string   `json:"vendor"`
	Device       string   `json:"device"`
	Subvendor    string   `json:"subvendor"`
	Subdevice    string   `json:"subdevice"`
	Class        string   `json:"class"`
	ProgIf       string   `json:"progif"`
	Driver       string   `json:"driver"`
	Modules      []string `json:"modules"`
	HexVendor    string   `json:"hex_vendor"`
	HexDevice    string   `json:"hex_device"`
	HexSubvendor string   `json:"hex_subvendor"`
	HexSubdevice string   `json:"hex_subdevice"`
	HexClass     string   `json:"hex_class"`
}

func (e *entry) opinion() opinion {
	if e.HexVendor == "ffff" { // switched off: the list is right, the dump is not
		e.HexVendor, e.HexDevice, e.HexClass, e.ProgIf = "", "", "", ""
	}
	if e.Class != "" {
		e.Class += e.ProgIf
	}
	if e.HexSubvendor == "0000" { // none
		e.HexSubvendor, e.HexSubdevice = "", ""
	}
	slices.Sort(e.Modules)
	return opinion{
		cmp.Or(e.HexVendor, e.Vendor), cmp.Or(e.HexDevice, e.Device),
		cmp.Or(e.HexSubvendor, e.Subvendor), cmp.Or(e.HexSubdevice, e.Subdevice),
		cmp.Or(e.HexClass, e.Class), e.Driver, e.Modules,
	}
}

// secondOpinion reads what devices.jsonl says of lspci's files: by file and ID.
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
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(e.File, "lspci/") {
			continue
		}
		if files[e.File] == nil {
			files[e.File] = map[string]opinion{}
		}
		files[e.File]["pci:"+address(e.Addr)] = e.opinion()
	}
	if len(files) == 0 {
		t.Fatal("no lspci files in " + dir)
	}
	return files
}
