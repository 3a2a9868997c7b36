package packer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// extManager is the real client: ext-manager.sh of a clone of
// RedPill-TTG/redpill-load, which REDPILL_LOAD names. It runs offline.
type extManager struct {
	clone, state string
}

func newExtManager(t *testing.T) extManager {
	t.Helper()
	clone := kotest.Outside(t, "REDPILL_LOAD")
	for _, tool := range []string{"jq", "curl"} {
		kotest.Tool(t, tool, tool)
	}
	return extManager{clone, t.TempDir()}
}

// run calls one of its actions and returns what it printed.
func (m extManager) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("bash", append([]string{filepath.Join(m.clone, "ext-manager.sh")}, args...)...)
	cmd.Env = append(os.Environ(), "RPT_EXTS_DIR="+m.state)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("ext-manager.sh %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestExtManagerTakesIt holds index, recipe and archive to the real client:
// what it dumps for the image is our layer, file by file, and its runner loads
// the same modules with the same arguments in the same order.
func TestExtManagerTakesIt(t *testing.T) {
	m := newExtManager(t)
	p, w := igbPlan(t)
	dir := filepath.Join(t.TempDir(), "with space & more")
	if _, err := Pack("redpill", p, dir, Options{Fetch: w.fetch}); err != nil {
		t.Fatal(err)
	}
	m.run(t, "add", Input{Dir: dir}.url(indexName))
	m.run(t, "_update_platform_exts", "ds918p_42218", synthesised)
	dump := t.TempDir()
	m.run(t, "_dump_exts", "ds918p_42218", dump, synthesised)

	layer, err := os.ReadFile(filepath.Join(dir, "custom.gz"))
	if err != nil {
		t.Fatal(err)
	}
	_, ours := uncpio(t, strings.NewReader(string(layer)))
	delete(ours, "exts/exec.sh")
	if diff := cmp.Diff(dumped(t, dump), ours); diff != "" {
		t.Errorf("layer mismatch (-ext-manager +modscout):\n%s", diff)
	}

	original := target{shell: kotest.Tool(t, "busybox", "busybox-static"), exts: dump, log: filepath.Join(t.TempDir(), "log")}
	out, status, log := original.run(t, nil, "load_kmods")
	if status != 0 || log != inOrder {
		t.Errorf("the original runner: status %d, loads\n%swant\n%s%s", status, log, inOrder, out)
	}
	out, status, _ = original.run(t, nil, "on_boot_scripts")
	if status != 0 || !strings.Contains(out, "igb on ds918p_42218 for pocopico.igb") {
		t.Errorf("the original runner's scripts: status %d\n%s", status, out)
	}
}

// dumped returns what ext-manager.sh dumped, apart from its runner and readme,
// under the names that it has in the image.
func dumped(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files["exts/"+filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(files, "exts/exec.sh")
	delete(files, "exts/__README__.txt")
	return files
}

// TestExtManagerTakesUserConfig holds the merged user_config.json to the
// loader's own reader of its list of extensions.
func TestExtManagerTakesUserConfig(t *testing.T) {
	m := newExtManager(t)
	config, err := mergeUserConfig([]byte(`{"extensions":["me.own"]}`), []string{synthesised}, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "user_config.json")
	put(t, file, string(config))
	script := `BRP_DEBUG=0; . include/log.sh; . include/text.sh; JQ_PATH=jq; . include/json.sh; . include/ext-bridge.sh; rpt_load_user_extensions "$1"`
	cmd := exec.Command("bash", "-c", script, "-", file)
	cmd.Dir = m.clone
	out, err := cmd.Output()
	if got, want := strings.TrimSpace(string(out)), synthesised+",me.own"; err != nil || got != want {
		t.Errorf("redpill-load reads %q (error %v), want %q", got, err, want)
	}
}
