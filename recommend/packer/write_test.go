package packer

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteKeepsBackup(t *testing.T) {
	dir := t.TempDir()
	file := File{Name: "user_config.json", Data: []byte("new"), Backup: true}
	put(t, filepath.Join(dir, file.Name), "old")
	for _, want := range [][]string{{"user_config.json.bak", "user_config.json"}, {"user_config.json"}} {
		got, err := write(dir, []File{file})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("write() mismatch (-want +got):\n%s", diff)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "user_config.json.bak")); string(data) != "old" {
		t.Errorf("the backup holds %q after a second run, want what was there before the first", data)
	}
}

func TestWriteStaysInside(t *testing.T) {
	outside := t.TempDir()
	for _, name := range []string{"../x", "/etc/x", "a/b", "..", "", "a\x00b"} {
		if _, err := write(t.TempDir(), []File{{Name: name}}); err == nil {
			t.Errorf("write(%q) succeeded", name)
		}
	}
	dir := t.TempDir()
	victim := filepath.Join(outside, "victim")
	put(t, victim, "old")
	if err := os.Symlink(victim, filepath.Join(dir, "custom.gz")); err != nil {
		t.Fatal(err)
	}
	write(dir, []File{{Name: "custom.gz", Data: []byte("new")}})
	if data, _ := os.ReadFile(victim); string(data) != "old" {
		t.Error("a file outside was written through a link")
	}
}

func TestNothingIsWrittenWherePackingFails(t *testing.T) {
	p, w := igbPlan(t)
	w[p.Extensions[1].Files[0].URL] = nil
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := Pack("redpill", p, dir, Options{Fetch: w.fetch}); err == nil {
		t.Fatal("Pack() succeeded with a damaged archive")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory is there (error %v)", err)
	}
}
