package packer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
)

var update = flag.Bool("update", false, "rewrite golden files")

// entry is a file of an archive that a test makes.
type entry struct{ name, body string }

// tarball returns entries as a tar, compressed or not: both are in the wild
// under the same name.
func tarball(t testing.TB, compress bool, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.Writer = &out
	if compress {
		z := gzip.NewWriter(&out)
		defer z.Close()
		w = z
	}
	archive := tar.NewWriter(w)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o600, Uid: 1000, Size: int64(len(e.body))}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		io.WriteString(archive, e.body)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if z, ok := w.(*gzip.Writer); ok {
		z.Close()
	}
	return out.Bytes()
}

// web is what a Fetch of a test answers from: URL -> bytes.
type web map[string][]byte

func (w web) fetch(url string) (io.ReadCloser, error) {
	data, found := w[url]
	if !found {
		return nil, fmt.Errorf("%s: %w", url, fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// file puts data on the web and returns what a plan says of it.
func (w web) file(name string, data []byte, packed bool) plan.File {
	url := "https://example.org/" + name
	w[url] = data
	return plan.File{Name: name, URL: url, SHA256: sum(data), Packed: packed}
}

// igbPlan is a plan with two extensions that both ship a helper module, one
// of them with a script, on the usual RedPill platform.
func igbPlan(t testing.TB) (*plan.Plan, web) {
	t.Helper()
	w := web{}
	igb := w.file("igb-4.4.180plus.tgz", tarball(t, false, entry{"./igb.ko", "igb"}, entry{"./dca.ko", "dca"}, entry{"./._igb.ko", "mac"}), true)
	check := w.file("check-igb.sh", []byte("echo igb on $PLATFORM_ID for $EXT_ID\n"), false)
	sas := w.file("mpt2sas.tgz", tarball(t, true, entry{"a/mpt2sas.ko", "sas"}, entry{"b/raid_class.ko", "raid"}), true)
	p := &plan.Plan{
		Schema:   plan.Schema,
		Platform: plan.Platform{ID: "ds918p_42218", Loader: "redpill", Flavour: "apollolake", Model: "DS918+", OSVersion: "7.0.1", Build: "42218", Kernel: "4.4.180+"},
		Extensions: []plan.Extension{
			{ID: "pocopico.igb", IndexURL: "https://example.org/igb/rpext-index.json", Files: []plan.File{igb, check}, Scripts: map[string]string{"on_boot": "check-igb.sh"}},
			{ID: "pocopico.mpt2sas", IndexURL: "https://example.org/mpt2sas/rpext-index.json", Files: []plan.File{sas}},
		},
		Modules: []plan.Module{
			{File: "dca.ko", Name: "dca", Extension: "pocopico.igb", Archive: igb.URL, SHA256: sum([]byte("dca")), Stage: plan.StageBoot, RequiredBy: []string{"igb"}},
			{File: "igb.ko", Name: "igb", Extension: "pocopico.igb", Archive: igb.URL, SHA256: sum([]byte("igb")), Args: "IntMode=1 max_vfs=2", Stage: plan.StageBoot},
			{File: "raid_class.ko", Name: "raid_class", Extension: "pocopico.mpt2sas", Archive: sas.URL, SHA256: sum([]byte("raid")), Stage: plan.StageBoot, RequiredBy: []string{"mpt3sas"}},
			{File: "mpt2sas.ko", Name: "mpt3sas", Extension: "pocopico.mpt2sas", SHA256: sum([]byte("sas")), Stage: plan.StageBoot},
		},
	}
	seal(t, p)
	return p, w
}

// seal gives a plan its id.
func seal(t testing.TB, p *plan.Plan) {
	t.Helper()
	id, err := p.Hash()
	if err != nil {
		t.Fatal(err)
	}
	p.ID = id
}

// pack runs a packer and returns its files by name.
func pack(t testing.TB, name string, p *plan.Plan, opts Options) (map[string]string, []plan.Warning) {
	t.Helper()
	dir := t.TempDir()
	result, err := Pack(name, p, dir, opts)
	if err != nil {
		t.Fatalf("Pack(%q) = %v", name, err)
	}
	files := map[string]string{}
	for _, name := range result.Files {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files, result.Warnings
}

// golden compares text with testdata/name; -update rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
	}
}

// codes returns the codes of warnings in their order.
func codes(warnings []plan.Warning) []string {
	var list []string
	for _, w := range warnings {
		list = append(list, w.Code)
	}
	return list
}
