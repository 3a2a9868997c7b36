package packer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

// rrPlan is a plan for RR where two modules claim the network card.
func rrPlan(t testing.TB) *plan.Plan {
	t.Helper()
	p := &plan.Plan{
		Schema: plan.Schema,
		Platform: plan.Platform{ID: "rr:geminilakenk-7.2", Loader: "rr", Flavour: "geminilakenk", Model: "DS425+",
			OSVersion: "7.2", Kernel: "5.10.55+"},
		Steps: []plan.Step{{Where: "RR > Choose a model", Text: "DS425+"}, {Where: "RR > Choose a version", Text: "7.2"}},
		Modules: []plan.Module{
			{File: "mii.ko", Name: "mii", Extension: "rr:geminilakenk-7.2"},
			{File: "r8125.ko", Name: "r8125", Extension: "rr:geminilakenk-7.2"},
			{File: "snd-hda-intel.ko", Name: "snd_hda_intel", Extension: "rr:geminilakenk-7.2"},
		},
		Devices: []plan.Device{
			{ID: "pci:0000:02:00.0", Verdict: plan.ByModule, Certainty: plan.Known, Module: "r8125", Candidates: []plan.Candidate{
				{Module: "r8125", Chosen: true, Why: "exact ids"}, {Module: "r8169", Why: "in the pack too"}, {Module: "mii"}}},
			{ID: "pci:0000:03:00.0", Verdict: plan.ByModule, Certainty: plan.Possible, Module: "r8125", Candidates: []plan.Candidate{
				{Module: "r8125", Chosen: true}, {Module: "r8168"}}},
		},
	}
	seal(t, p)
	return p
}

const rrUserConfig = `# my RR
sn: "2020ABC"   # bought
model: "DS918+" # small
platform: "apollolake"
productver: "7.1"
paturl: "https://example.org/DS918+.pat"
network:
  "001122334455": "192.168.1.2/24"

addons:
  acpid: ""
modblacklist: "evbug,cdc_ether,r8169"
modules:
  e1000e: ""
`

func TestRR(t *testing.T) {
	packs := &catalog.Catalog{
		Date:    "2026-01-01",
		Modules: []catalog.Module{{File: "r8125.ko"}, {File: "snd-hda-intel.ko"}, {File: "8139cp.ko"}},
		Extensions: []catalog.Extension{{ID: "rr:geminilakenk-7.2", Pack: true, Releases: map[string]int{"rr:geminilakenk-7.2": 0},
			Recipes: []catalog.Recipe{{Kmods: []catalog.Kmod{{Module: 0}, {Module: 1}, {Module: 2}}}}}},
	}
	tests := []struct {
		name  string
		opts  Options
		codes []string
	}{
		{"new", Options{Catalogs: []*catalog.Catalog{packs}}, nil},
		{"new-without-catalogue", Options{}, []string{"modules-not-listed", "request-without-blacklist"}},
		{"merged", Options{UserConfig: []byte(rrUserConfig), Catalogs: []*catalog.Catalog{packs}}, []string{"model-changed"}},
		{"minimal", Options{UserConfig: []byte(rrUserConfig), Minimal: true}, []string{"model-changed", "minimal-pack", "request-deletes-modules"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files, warnings := pack(t, "rr", rrPlan(t), test.opts)
			golden(t, "rr/"+test.name+".yml", files["user-config.yml"])
			golden(t, "rr/"+test.name+".txt", files["README.txt"])
			golden(t, "rr/"+test.name+".json", files["build-request.json"])
			if diff := cmp.Diff(test.codes, codes(warnings)); diff != "" {
				t.Errorf("warnings mismatch (-want +got):\n%s", diff)
			}
			test.opts.UserConfig = []byte(files["user-config.yml"])
			again, _ := pack(t, "rr", rrPlan(t), test.opts)
			if diff := cmp.Diff(files["user-config.yml"], again["user-config.yml"]); diff != "" {
				t.Errorf("a second run changes it (-first +second):\n%s", diff)
			}
		})
	}
}

func TestRRRefuses(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"list", "- a\n", "one key a line"},
		{"flow", "{model: DS918+}\n", "one key a line"},
		{"two documents", "a: 1\n---\nb: 2\n", "2 documents"},
		{"duplicate", "model: a\nmodel: b\n", "model"},
		{"not YAML", "a: [1\n", "sequence end"},
		{"indented", "  model: a\n", "does not start its line"},
		{"bomb of lists", "a: " + strings.Repeat("[", 100_000), "nested deeper"},
		{"bomb of sequences", strings.Repeat("- ", 100_000), "nested deeper"},
		{"too large", strings.Repeat("# comment\n", 100_000), "larger than"},
		{"anchor in what changes", "modblacklist: &x a\nb: *x\n", "anchor"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Pack("rr", rrPlan(t), t.TempDir(), Options{UserConfig: []byte(test.config)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Pack() = %v, want an error with %q", err, test.want)
			}
		})
	}
	for name, change := range map[string]func(*plan.Plan){
		"model":          func(p *plan.Plan) { p.Platform.Model = "$(reboot)" },
		"kernel release": func(p *plan.Plan) { p.Platform.Kernel = "5'; reboot; '" },
		"module file":    func(p *plan.Plan) { p.Modules[0].File = "a b.ko" },
		"module name":    func(p *plan.Plan) { p.Devices[0].Candidates[1].Module = "x,y\nz" },
	} {
		hostile := rrPlan(t)
		change(hostile)
		if _, err := Pack("rr", hostile, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a plan with a hostile %s: error %v", name, err)
		}
	}
	p, _ := igbPlan(t)
	if _, err := Pack("rr", p, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "another loader") {
		t.Errorf("a RedPill plan: error %v", err)
	}
	nameless := rrPlan(t)
	nameless.Platform.Flavour = ""
	if _, err := Pack("rr", nameless, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "does not name") {
		t.Errorf("a plan without flavour: error %v", err)
	}
	if _, err := Pack("grub", p, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), `no packer "grub"`) {
		t.Errorf("no packer: error %v", err)
	}
}

// FuzzUserConfigYAML: a merge either fails or leaves every other line alone,
// and a second one changes nothing.
func FuzzUserConfigYAML(f *testing.F) {
	f.Add([]byte(rrUserConfig))
	f.Add([]byte("{}"))
	f.Add([]byte("a: |\n  # no comment\n\n  text\n# comment\nmodel: x\r\n"))
	f.Add([]byte("list:\n- a\n- b\nmodel: 'it''s'"))
	f.Add([]byte("\"model\": DS918+ # why\n? b\n: c\n"))
	f.Add([]byte("a: &x 1\nb: *x\n...\n"))
	f.Add([]byte("cmdline:\n    # mine\n    a: 1\n    a.b: \"x\" # y\nother: {}\n"))
	settings := []setting{{key: "model", value: "DS425+"}, {key: "modules", names: []string{"8139cp", "a-b"}, comment: "why"}}
	f.Fuzz(func(t *testing.T, old []byte) {
		y, err := parseYAML(old)
		if err != nil {
			return
		}
		once, err := y.set(settings)
		if err != nil {
			return
		}
		again, err := parseYAML(once)
		if err != nil {
			t.Fatalf("the result cannot be read: %v\n%s", err, once)
		}
		if cmdline, err := again.below("cmdline", setting{key: "a.b", value: "c"}); err == nil {
			if nested, err := again.set([]setting{cmdline}); err == nil {
				settled, err := parseYAML(nested)
				if err != nil {
					t.Fatalf("with a nested key it cannot be read: %v\n%s", err, nested)
				}
				if inner, err := settled.nested("cmdline"); err != nil || inner.text("a.b") != "c" {
					t.Fatalf("the nested key is not there (error %v):\n%s", err, nested)
				}
			}
		}
		twice, err := again.set(settings)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("a second merge gives\n%s(error %v), the first gave\n%s", twice, err, once)
		}
		if got := again.text("model"); got != "DS425+" {
			t.Fatalf("model = %q", got)
		}
	})
}

// RR's packs have newer modules in a folder, which is part of their names.
func TestRRUpdateFolder(t *testing.T) {
	p := rrPlan(t)
	p.Modules[1].File = "update/r8125.ko"
	seal(t, p)
	if _, err := Pack("rr", p, t.TempDir(), Options{}); err != nil {
		t.Errorf("a plan with a module in update/: %v", err)
	}
}

// Free text of a plan stays on its line of the README.
func TestReadmeLines(t *testing.T) {
	p := rrPlan(t)
	p.Steps[0].Text = "DS425+\n\nThen run: reboot\x1b[2J"
	files, _ := pack(t, "rr", p, Options{})
	if readme := files["README.txt"]; strings.ContainsRune(readme, '\x1b') || strings.Contains(readme, "\nThen run") {
		t.Errorf("a step's text has left its line:\n%q", readme)
	}
}
