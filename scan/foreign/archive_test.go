package foreign

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/report"
)

// tarOf makes a tar archive of files.
func tarOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func ids(rep *report.Report) (ids []string) {
	for _, d := range rep.Devices {
		ids = append(ids, d.ID)
	}
	return ids
}

// Logs come as archives: the lists in them count, ids in other lines do not.
func TestLogs(t *testing.T) {
	logs := tarOf(t, map[string]string{
		"logs/addons/boot.log":     "[    0.2] pci 0000:03:00.0: [8086:15f3] type 00 class 0x020000\nvendor 10ec:8125 in a message\n",
		"logs/system.txt":          "Network: Device-1: Realtek bus-ID: 02:00.0 chip-ID: 10ec:8125\n",
		"logs/user-config.yml":     "sn: \"*****\"\nmac1: \"02ca9a720001\"\n",
		"logs/sys/class/dmi/id/no": "00:1f.2 0106: 8086:2922\n",
	})
	for _, data := range [][]byte{logs, gzipped(t, logs)} {
		rep, err := Import([]Input{{"logs.tar.gz", data}}, Options{Names: testNames})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"pci:0000:02:00.0", "pci:0000:03:00.0"}
		if diff := cmp.Diff(want, ids(rep)); diff != "" {
			t.Errorf("devices mismatch (-want +got):\n%s", diff)
		}
	}
}

// A captured tree is read by whom Options names, as it came.
func TestTree(t *testing.T) {
	tree := gzipped(t, tarOf(t, map[string]string{"box/sys/bus/pci/devices/0000:03:00.0/vendor": "0x8086\n"}))
	var got []byte
	read := func(data []byte) (*report.Report, error) {
		got = data
		return &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: []report.Device{{ID: "pci:0000:03:00.0", Bus: "pci"}}}, nil
	}
	rep, err := Import([]Input{{"tree", tree}}, Options{Names: testNames, Tree: read})
	if err != nil || len(rep.Devices) != 1 || rep.Source.Kind != "sysfs" {
		t.Errorf("Import() = %+v, %v", rep, err)
	}
	if !bytes.Equal(got, tree) {
		t.Error("the tree is not read as it came")
	}
	if _, err := Import([]Input{{"tree", tree}}, Options{Names: testNames}); !errors.Is(err, ErrTree) {
		t.Errorf("Import() without a reader of trees = %v, want %v", err, ErrTree)
	}
	if _, err := Import([]Input{{"tree", tree}}, Options{Names: testNames, Tree: read, Kind: "lspci"}); !errors.Is(err, ErrTree) {
		t.Errorf("Import() of a tree as lspci = %v, want %v", err, ErrTree)
	}
}

func TestBadArchives(t *testing.T) {
	whole := gzipped(t, tarOf(t, map[string]string{"a": strings.Repeat("03:00.0 0200: 8086:15f3\n", 100)}))
	for name, data := range map[string][]byte{
		"cut off":       whole[:len(whole)/2],
		"no gzip":       []byte("\x1f\x8b\x08\x00garbage"),
		"bad tar":       append(append([]byte{}, tarOf(t, map[string]string{"a": "b"})[:300]...), 1, 2, 3),
		"parent folder": tarOf(t, map[string]string{"../a": "03:00.0 0200: 8086:15f3\n"}),
	} {
		if rep, err := Import([]Input{{"bad", data}}, Options{Names: testNames}); err == nil {
			t.Errorf("%s: Import() = %d devices, want an error", name, len(rep.Devices))
		}
	}
}

// A bomb costs what the limit says, not what it expands to.
func TestBomb(t *testing.T) {
	bomb := gzipped(t, make([]byte, limits.Bytes+1))
	if _, err := Import([]Input{{"bomb", bomb}}, Options{Names: testNames}); err == nil {
		t.Error("Import() of a bomb gives no error")
	}
}
