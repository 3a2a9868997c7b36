package packer

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const tcrpUserConfig = `{
  "general": {"model": "DS3622xs+", "version": "7.1.1-42962", "zimghash": "ab", "friendautoupd": "true"},
  "ipsettings": {"ipset": "static"},
  "extra_cmdline": {"sn": "A", "mac1": "0011"},
  "ramdisk_copy": {}
}`

func TestTCRP(t *testing.T) {
	p, w := igbPlan(t)
	files, warnings := pack(t, "tcrp", p, Options{Fetch: w.fetch, BaseURL: "https://example.org/drivers", UserConfig: []byte(tcrpUserConfig)})
	if len(warnings) > 0 {
		t.Errorf("warnings = %v, want none", warnings)
	}
	want := []string{"README.txt", "commands.txt", "ds918p_42218.json", "modscout-ds918p_42218.tgz", "rpext-index.json", "user_config.json"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files))); diff != "" {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
	for _, name := range []string{"commands.txt", "user_config.json"} {
		golden(t, "tcrp/"+name, files[name])
	}
	if !strings.Contains(files["README.txt"], files["commands.txt"][:40]) {
		t.Errorf("README.txt does not name the commands:\n%s", files["README.txt"])
	}

	redpill, _ := pack(t, "redpill", p, Options{Fetch: w.fetch, BaseURL: "https://example.org/drivers"})
	if redpill["rpext-index.json"] != files["rpext-index.json"] || redpill["modscout-ds918p_42218.tgz"] != files["modscout-ds918p_42218.tgz"] {
		t.Error("the extension is not the one that redpill-load gets")
	}
}

// A list of extensions is kept a list; without archives the originals are added.
func TestTCRPOriginals(t *testing.T) {
	p, _ := igbPlan(t)
	files, warnings := pack(t, "tcrp", p, Options{UserConfig: []byte(`{"extra_cmdline":{},"extensions":["eudev"]}`)})
	golden(t, "tcrp/originals.txt", files["commands.txt"])
	golden(t, "tcrp/originals.json", files["user_config.json"])
	if diff := cmp.Diff([]string{"originals-added", "extension-kept"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
}

func TestTCRPRefuses(t *testing.T) {
	for config, want := range map[string]string{
		`{"general": []}`: "general",
		`{"a":1,"a":2}`:   "duplicate",
		`[]`:              "not an object",
	} {
		p, w := igbPlan(t)
		if _, err := Pack("tcrp", p, t.TempDir(), Options{Fetch: w.fetch, UserConfig: []byte(config)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Pack(%s) = %v, want an error with %q", config, err, want)
		}
	}
	p, w := igbPlan(t)
	p.Platform.Build = ""
	if _, err := Pack("tcrp", p, t.TempDir(), Options{Fetch: w.fetch}); err == nil || !strings.Contains(err.Error(), "version and build") {
		t.Errorf("a plan without build: error %v", err)
	}
	if _, err := Pack("tcrp", rrPlan(t), t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "another loader") {
		t.Errorf("a plan for RR: error %v", err)
	}
}
