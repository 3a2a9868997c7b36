package foreign

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report"
)

// scanTree is Options.Tree, as the program has it.
func scanTree(t testing.TB) func([]byte) (*report.Report, error) {
	return func(archive []byte) (*report.Report, error) {
		file := filepath.Join(t.TempDir(), "tree")
		if err := os.WriteFile(file, archive, 0o600); err != nil {
			return nil, err
		}
		return scan.Scan(context.Background(), scan.Options{Root: file})
	}
}

// exact are the formats of which each file must give the very devices that an
// independent parse found, and inexact those that are only counted.
var (
	exact   = []string{"lspci", "lsusb", "facter", "udevdb", "umockdev", "sysfs-tar", "dmesg", "pciconf", "fbsd-probe", "coreboot-collector", "hwinfo"}
	inexact = []string{"hcl", "inxi", "lshw", "hwsniffer"}
	noCards = []string{"lscpu", "dmidecode", "cpu-tar"} // they say what the machine is
)

// place is what identifies a device of a machine.
type place struct{ ID, Vendor, Device string }

// TestCorporaSets holds all formats to the independent parse: bus, address and
// ids of every device, and no other device.
func TestCorporaSets(t *testing.T) {
	dir := kotest.Outside(t, "MODSCOUT_CORPORA")
	opinions := secondOpinion(t, dir)
	for _, format := range slices.Concat(exact, inexact) {
		devices, same, read, files := 0, 0, 0, corpusFiles(t, dir, format)
		for _, file := range files {
			got, want := places(importCorpus(t, dir, file)), map[place]bool{}
			for _, e := range opinions[file] {
				want[e.place()] = true
			}
			devices, read = devices+len(want), read+len(got)
			for p := range want {
				if got[p] {
					same++
				}
			}
			if diff := gocmp.Diff(want, got); diff != "" && slices.Contains(exact, format) {
				t.Errorf("%s mismatch (-want +got):\n%s", file, diff)
			}
		}
		t.Logf("%-18s %3d files, %4d devices read, %4d of the other parser's %4d", format, len(files), read, same, devices)
	}
}

// TestCorporaMachines: the formats without devices say what the machine is.
func TestCorporaMachines(t *testing.T) {
	dir := kotest.Outside(t, "MODSCOUT_CORPORA")
	for _, format := range noCards {
		for _, file := range corpusFiles(t, dir, format) {
			rep := importCorpus(t, dir, file)
			if rep == nil {
				continue
			}
			m := rep.Machine
			if len(rep.Devices) > 0 || m.CPU.ModelName == "" && m.DMI.ProductName == "" && m.DMI.BoardName == "" {
				t.Errorf("%s: %d devices, machine %+v", file, len(rep.Devices), m)
			}
		}
	}
}

func corpusFiles(t *testing.T, dir, format string) (files []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, format, "*"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no files of %s in %s: %v", format, dir, err)
	}
	for _, file := range found {
		files = append(files, path.Join(format, filepath.Base(file)))
	}
	return files
}

// importCorpus imports a file; nil where there is nothing in it.
func importCorpus(t *testing.T, dir, file string) *report.Report {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Import([]Input{{file, data}}, Options{Tree: scanTree(t), Names: testNames})
	if err != nil && !errors.Is(err, ErrNothing) {
		t.Errorf("%s: %v", file, err)
	}
	return rep
}

// places returns the PCI and USB devices of a report.
func places(rep *report.Report) map[place]bool {
	all := map[place]bool{}
	if rep == nil {
		return all
	}
	for _, d := range rep.Devices {
		if d.Bus != "pci" && d.Bus != "usb" {
			continue
		}
		id := d.ID
		if strings.Contains(id, "#") {
			id = d.Bus + ":" // without an address
		}
		if device, _, numbered := strings.Cut(id, ":1."); numbered && strings.Count(id, "-") == 1 && len(device) == len("usb:001-001") && device[4] == '0' {
			id = device // the second opinion has devices of lsusb -v, not interfaces
		}
		all[place{id, d.VendorID, d.DeviceID}] = true
	}
	return all
}

// TestCorpora holds the lspci reader to an independent parse of real dumps:
// each file must give the same devices, by address, with the same ids, class,
// driver and modules.
func TestCorpora(t *testing.T) {
	dir := kotest.Outside(t, "MODSCOUT_CORPORA")
	opinions := secondOpinion(t, dir)
	for _, file := range corpusFiles(t, dir, "lspci") {
		want, got := map[string]opinion{}, map[string]opinion{}
		for _, e := range opinions[file] {
			want["pci:"+address(e.Addr)] = e.opinion()
		}
		for _, d := range importCorpus(t, dir, file).Devices {
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
	Bus          string   `json:"bus"`
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

// place returns what the second opinion says of a device's place and ids. A
// device that was switched off has its ids in the list only.
func (e entry) place() place {
	if e.HexVendor == "ffff" {
		e.HexVendor, e.HexDevice = "", ""
	}
	id := e.Bus + ":" + e.Addr
	if e.Bus == "pci" && e.Addr != "" {
		id = "pci:" + address(e.Addr)
	}
	return place{id, cmp.Or(e.HexVendor, e.Vendor), cmp.Or(e.HexDevice, e.Device)}
}

func (e entry) opinion() opinion {
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

// secondOpinion reads devices.jsonl: by file.
func secondOpinion(t *testing.T, dir string) map[string][]entry {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "devices.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := map[string][]entry{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		files[e.File] = append(files[e.File], e)
	}
	if len(files) == 0 {
		t.Fatal("no devices in " + dir)
	}
	t.Logf("second opinion: %d files, such as %s", len(files), slices.Sorted(maps.Keys(files))[0])
	return files
}
