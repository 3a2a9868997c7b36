package boot

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLeftovers boots from a stick that was once pulled out too early. What is
// not of our making stays.
func TestLeftovers(t *testing.T) {
	stick := t.TempDir()
	ours := filepath.Join(stick, StickDir)
	stay := []string{".hidden", ".report.json.bak", ".report.json12.old", "ca.pem", "report.json1234", ".notes.json1234", "catalogs/.own.json1"}
	for _, name := range slices.Concat(stay, []string{
		".report.json5577006791947779410", ".report.json7", ".plan.json1", ".probe.json99", "pack/.user_config.json123",
	}) {
		write(t, filepath.Join(ours, name), []byte("x"))
	}
	write(t, filepath.Join(ours, ".plan.json2", "a folder"), nil)
	start(t, sampleParts(), &fakeSystem{stick: stick, options: Options{Stick: "12345678"}})
	want := append(stay, ".plan.json2/a folder", "report.json", "plan.json", "pack/user_config.json")
	slices.Sort(want)
	if diff := cmp.Diff(want, files(t, ours)); diff != "" {
		t.Errorf("on the stick mismatch (-want +got):\n%s", diff)
	}
}

// files lists the files below a directory, sorted.
func files(t *testing.T, root string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(root, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}
