package packer

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// A dump is what the real client makes of our extension: ext-manager.sh of
// RedPill-TTG/redpill-load. Its code is not ours to keep, so what a run gave is
// kept in testdata; make verify-redpill runs it again.
type dump struct {
	Command    string            `json:"command"`
	Repository string            `json:"repository"`
	Commit     string            `json:"commit"`
	Files      map[string]string `json:"files"`      // in the image -> sha256
	Variables  map[string]string `json:"variables"`  // of the exec.sh that it makes
	Loads      string            `json:"loads"`      // what this exec.sh asks insmod for
	Extensions string            `json:"extensions"` // that it reads from our user_config.json
}

const (
	dumpFile    = "testdata/redpill/ext-manager.json"
	dumpCommand = "make verify-redpill REDPILL_LOAD=DIR"
)

// TestExtManagerTakesIt holds index, recipe, archive and user_config.json to
// the real client, in a sandbox: what it dumps for the image is our layer, file
// by file, and its runner loads the same modules with the same arguments in the
// same order. What it gave is compared with the record; -update writes that.
func TestExtManagerTakesIt(t *testing.T) {
	clone := kotest.Outside(t, "REDPILL_LOAD")
	m := newExtManager(t, clone)
	got := dump{Command: dumpCommand, Repository: "RedPill-TTG/redpill-load", Commit: os.Getenv("REDPILL_LOAD_COMMIT")}
	m.run(t, "./ext-manager.sh", "add", Input{Dir: m.pack}.url(indexName))
	m.run(t, "./ext-manager.sh", "_update_platform_exts", "ds918p_42218", synthesised)
	m.run(t, "./ext-manager.sh", "_dump_exts", "ds918p_42218", m.dump, synthesised)
	got.Extensions = strings.TrimSpace(m.run(t, "bash", "-c", readExtensions, "-", filepath.Join(m.pack, "user_config.json")))

	files := dumped(t, m.dump)
	got.Files = hashes(files)
	got.Variables = readVariables(t, filepath.Join(m.dump, "exec.sh"))
	if diff := cmp.Diff(files, layerOfIgbPlan(t)); diff != "" {
		t.Errorf("layer mismatch (-ext-manager +modscout):\n%s", diff)
	}
	original := target{shell: kotest.Tool(t, "busybox", "busybox-static"), exts: m.dump, root: filepath.Join(m.work, "root"), log: filepath.Join(m.work, "log"), sandbox: m.sandbox(t)}
	out, status, log := original.run(t, nil, "load_kmods")
	if got.Loads = log; status != 0 {
		t.Errorf("the original runner: status %d\n%s", status, out)
	}
	out, status, _ = original.run(t, nil, "on_boot_scripts")
	if status != 0 || !strings.Contains(out, "igb on ds918p_42218 for pocopico.igb") {
		t.Errorf("the original runner's scripts: status %d\n%s", status, out)
	}
	compareDump(t, got)
}

// readExtensions is the loader's own reader of the list in user_config.json.
const readExtensions = `BRP_DEBUG=0; . include/log.sh; . include/text.sh; JQ_PATH=jq; . include/json.sh; . include/ext-bridge.sh; rpt_load_user_extensions "$1"`

func compareDump(t *testing.T, got dump) {
	t.Helper()
	if *update {
		data, err := json.Marshal(got, json.Deterministic(true), jsontext.WithIndent("  "))
		if err != nil {
			t.Fatal(err)
		}
		put(t, dumpFile, string(data)+"\n")
	}
	want := recordedDump(t)
	got.Commit = want.Commit
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the run differs from the record (-record +run), which -update writes:\n%s", diff)
	}
}

func recordedDump(t *testing.T) (record dump) {
	t.Helper()
	data, err := os.ReadFile(dumpFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	return record
}

// TestExtManagerRecord holds what is packed now to what the real client made of
// it when it last ran: the same files in the image, and the same order of
// loading. Scripts of ours may have changed since; their names may not.
func TestExtManagerRecord(t *testing.T) {
	want := recordedDump(t)
	ours := hashes(layerOfIgbPlan(t))
	for name := range ours {
		if strings.HasPrefix(filepath.Base(name), ourPrefix) {
			ours[name] = want.Files[name]
		}
	}
	if diff := cmp.Diff(want.Files, ours); diff != "" {
		t.Errorf("layer mismatch (-ext-manager +modscout); %s -update makes a new record:\n%s", want.Command, diff)
	}
	if _, _, log := newTarget(t, Options{}).run(t, nil, "load_kmods"); log != want.Loads {
		t.Errorf("our runner loads\n%swant as the original's\n%s", log, want.Loads)
	}
	if got := want.Variables["EXT_0_kmod_files"]; strings.TrimSpace(got) != "dca.ko igb.ko raid_class.ko mpt2sas.ko" {
		t.Errorf("the original's runner loads %q", got)
	}
	if want.Extensions != synthesised+",me.own" {
		t.Errorf("redpill-load reads the extensions %q", want.Extensions)
	}
}

// extManager is a private copy of a clone, and what it works on.
type extManager struct{ work, clone, pack, dump string }

// newExtManager packs igbPlan beside a copy of the clone. ext-manager.sh keeps
// its state inside the clone.
func newExtManager(t *testing.T, clone string) extManager {
	t.Helper()
	for _, tool := range []string{"jq", "curl", "unshare"} {
		kotest.Tool(t, tool, tool)
	}
	work := t.TempDir()
	m := extManager{work, filepath.Join(work, "redpill-load"), filepath.Join(work, "with space & more"), filepath.Join(work, "exts")}
	for _, dir := range []string{m.clone, m.dump} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"ext-manager.sh", "include"} {
		if out, err := exec.Command("cp", "-r", filepath.Join(clone, part), m.clone).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	p, w := igbPlan(t)
	if _, err := Pack("redpill", p, m.pack, Options{Fetch: w.fetch, UserConfig: []byte(`{"extensions":["me.own"]}`)}); err != nil {
		t.Fatal(err)
	}
	return m
}

// run calls a program in the copy, in a sandbox, and returns what it printed.
func (m extManager) run(t *testing.T, args ...string) string {
	t.Helper()
	inside := slices.Concat(m.sandbox(t), []string{"sh", "-c", `cd redpill-load && exec "$@"`, "-"}, args)
	cmd := exec.Command(inside[0], inside[1:]...)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(args, " "), err, out, &complaints)
	}
	return string(out)
}

// sandbox returns what a command is put behind, so that it can write in the
// working directory alone.
func (m extManager) sandbox(t *testing.T) []string {
	t.Helper()
	script, err := filepath.Abs("testdata/sandbox.sh")
	if err != nil {
		t.Fatal(err)
	}
	return []string{"sh", script, m.work}
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

// layerOfIgbPlan returns the files of our layer, apart from its runner.
func layerOfIgbPlan(t *testing.T) map[string]string {
	t.Helper()
	p, w := igbPlan(t)
	files, _ := pack(t, "redpill", p, Options{Fetch: w.fetch})
	_, bodies := uncpio(t, strings.NewReader(files["custom.gz"]))
	delete(bodies, "exts/exec.sh")
	return bodies
}

func hashes(files map[string]string) map[string]string {
	sums := map[string]string{}
	for name, body := range files {
		sums[name] = sum([]byte(body))
	}
	return sums
}

var variableLine = regexp.MustCompile(`(?m)^(PLATFORM_ID|EXTENSION_IDS|EXT_\w+)="(.*)"$`)

// readVariables returns what the original's exec.sh works with.
func readVariables(t *testing.T, path string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, m := range variableLine.FindAllStringSubmatch(string(data), -1) {
		values[m[1]] = m[2]
	}
	return values
}
