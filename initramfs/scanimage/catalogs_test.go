package scanimage

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/scan/report"
)

// sample is a catalogue file with one platform, rr:ID, whose pack drives a card
// that no other does.
func sample(t *testing.T, name, date, id string) []byte {
	t.Helper()
	var b catalog.Builder
	igc := b.AddModule(catalog.Module{File: "igc.ko", Name: "igc"}, []string{"pci:v00008086d000015F3sv*sd*bc*sc*i*"})
	b.AddPlatform(catalog.Platform{ID: "rr:" + id, Loader: "rr", Flavour: "mine", Models: []string{"SA6400"}, OSVersion: "9.9", KernelVersion: "5.10.55", KernelRelease: "5.10.55"})
	b.AddExtension(catalog.Extension{ID: "rr:" + id, Loader: "rr", Pack: true, Releases: map[string]int{"rr:" + id: 0},
		Recipes: []catalog.Recipe{{Kmods: []catalog.Kmod{{Module: igc}}}}})
	var file bytes.Buffer
	if err := b.Catalog(name, date, date).Write(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// bomb is a small file of much JSON.
func bomb(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := zstd.NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	spaces := bytes.Repeat([]byte{' '}, 1<<20)
	for range MaxCatalogBytes>>20 + 1 {
		w.Write(spaces)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestCatalogs answers with catalogues that lie in a directory: which the plan
// rests on, and which are left out.
func TestCatalogs(t *testing.T) {
	own, err := embedded.Default()
	if err != nil {
		t.Fatal(err)
	}
	const newer, older = "2099-01-01", "2001-01-01"
	default_ := "default " + own.Date
	tests := []struct {
		name     string
		files    map[string][]byte
		platform string   // that is asked for
		want     []string // "NAME DATE" of the plan's catalogues
		bad      []string // what the errors begin with
	}{
		{"none", nil, "rr:epyc7002-7.4", []string{default_}, nil},
		{"newer", map[string][]byte{"mine.json.zst": sample(t, "mine", newer, "mine-9.9")}, "rr:mine-9.9", []string{"mine " + newer, default_}, nil},
		{"older", map[string][]byte{"mine.json.zst": sample(t, "mine", older, "mine-9.9")}, "rr:mine-9.9", []string{default_, "mine " + older}, nil},
		{"newer of the embedded one's name", map[string][]byte{"x": sample(t, "default", newer, "mine-9.9")}, "rr:mine-9.9", []string{"default " + newer}, nil},
		{"older of the embedded one's name", map[string][]byte{"x": sample(t, "default", older, "mine-9.9")}, "rr:epyc7002-7.4", []string{default_}, nil},
		{"two of one name", map[string][]byte{"a": sample(t, "mine", older, "old-9.9"), "b": sample(t, "mine", newer, "mine-9.9")},
			"rr:mine-9.9", []string{"mine " + newer, default_}, nil},
		{"broken", map[string][]byte{"bad.json.zst": []byte("no catalogue"), "cut": sample(t, "cut", newer, "cut-9.9")[:40], "mine": sample(t, "mine", newer, "mine-9.9")},
			"rr:mine-9.9", []string{"mine " + newer, default_}, []string{`"bad.json.zst": `, `"cut": `}},
		{"another document", map[string][]byte{"report.json": []byte(`{"schema":"modscout.report/v1"}`)}, "rr:epyc7002-7.4", []string{default_}, []string{`"report.json": `}},
		{"too large", map[string][]byte{"large": make([]byte, MaxCatalogBytes+1)}, "rr:epyc7002-7.4", []string{default_}, []string{`"large": catalogue is larger than`}},
		{"too large when unpacked", map[string][]byte{"bomb": bomb(t)}, "rr:epyc7002-7.4", []string{default_}, []string{`"bomb": `}},
		{"of another system's making", map[string][]byte{"._mine": []byte("x"), ".DS_Store": []byte("x")}, "rr:epyc7002-7.4", []string{default_}, nil},
	}
	r := &report.Report{Schema: report.Schema, Devices: []report.Device{{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3"}}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := new(data)
			bad := d.add(written(t, tt.files))
			if !slices.EqualFunc(bad, tt.bad, func(err error, want string) bool { return strings.HasPrefix(err.Error(), want) }) {
				t.Errorf("add() = %q, want %q", bad, tt.bad)
			}
			p, err := d.answer(t.Context(), r, boot.Options{Platforms: []string{tt.platform}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range p.Catalogs {
				got = append(got, c.Name+" "+c.Date)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("catalogues of the plan mismatch (-want +got):\n%s", diff)
			}
			if err := d.pack(t.Context(), p, r, t.TempDir()); err != nil {
				t.Errorf("pack: %v", err)
			}
		})
	}
}

// Of an id that is in two catalogues the newer one's counts.
func TestNewerPlatform(t *testing.T) {
	r := &report.Report{Schema: report.Schema, Devices: []report.Device{{ID: "pci:8086:15f3#1", Bus: "pci", VendorID: "8086", DeviceID: "15f3"}}}
	for date, want := range map[string]string{"2099-01-01": "9.9", "2001-01-01": "7.4"} {
		d := new(data)
		if bad := d.add(written(t, map[string][]byte{"mine": sample(t, "mine", date, "epyc7002-7.4")})); bad != nil {
			t.Fatal(bad)
		}
		p, err := d.answer(t.Context(), r, boot.Options{Platforms: []string{"rr:epyc7002-7.4"}})
		if err != nil || p.Platform.OSVersion != want {
			t.Errorf("with one of %s: OS version %q, %v, want %q", date, p.Platform.OSVersion, err, want)
		}
	}
}

func TestTooManyCatalogs(t *testing.T) {
	files := map[string][]byte{}
	for i := range MaxCatalogs + 2 {
		name := fmt.Sprintf("c%02d", i)
		files[name] = sample(t, name, "2001-01-01", name)
	}
	d := new(data)
	if bad := d.add(written(t, files)); len(bad) != 2 || len(d.added) != MaxCatalogs {
		t.Errorf("of %d catalogues %d are kept: %v", len(files), len(d.added), bad)
	}
	if bad := new(data).add(filepath.Join(t.TempDir(), "missing")); bad != nil {
		t.Errorf("a directory that is not there: %v", bad)
	}
}

func written(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
