package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

const schemaDir = "../../docs/schema"

// documents are the released kinds, with how each is read.
var documents = []struct {
	kind string
	read func(io.Reader) (any, error)
}{
	{"report", func(r io.Reader) (any, error) { return report.Read(r) }},
	{"plan", func(r io.Reader) (any, error) { return plan.Read(r) }},
	{"catalog", func(r io.Reader) (any, error) { return catalog.Read(r) }},
	{"platform", func(r io.Reader) (any, error) { return catalog.ReadImported(r) }},
}

// schemaOf compiles the schema of a kind.
func schemaOf(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(filepath.Join(schemaDir, kind+".v1.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate holds a document to a schema.
func validate(schema *jsonschema.Schema, data []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// TestExamplesSurvive: every document that a released version wrote, with
// members that it does not know, is valid and comes back without loss.
func TestExamplesSurvive(t *testing.T) {
	for _, d := range documents {
		t.Run(d.kind, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(schemaDir, "example", d.kind+".v1.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(schemaOf(t, d.kind), data); err != nil {
				t.Error(err)
			}
			v, err := d.read(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(canonical(t, data), canonical(t, encode(t, v))); diff != "" {
				t.Errorf("%s does not survive a rewrite (-want +got):\n%s", d.kind, diff)
			}
		})
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jsondoc.Write(&out, v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// canonical decodes JSON for a comparison in which only content counts.
func canonical(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSchemasRefuse: one change to an example, and the schema must refuse it.
func TestSchemasRefuse(t *testing.T) {
	tests := []struct{ kind, old, new string }{
		{"report", `modscout.report/v1`, `modscout.report/v2`},
		{"report", `"vendor_id": "8086"`, `"vendor_id": "0x8086"`},
		{"report", `"class": "010601"`, `"class": "01060"`},
		{"report", `"firmware": "uefi"`, `"firmware": "efi"`},
		{"report", `"disks": 1`, `"disks": -1`},
		{"report", `"bus": "usb",`, ``},
		{"plan", `"verdict": "extension"`, `"verdict": "driven"`},
		{"plan", `"importance": "boot"`, `"importance": "high"`},
		{"plan", `"certainty": "known"`, `"certainty": "80%"`},
		{"plan", `"stage": "boot"`, `"stage": "early"`},
		{"plan", `"id": "sha256:0000`, `"id": "0000`},
		{"plan", `"optimal": true`, `"optimal": "yes"`},
		{"catalog", `"aliases": 0`, `"aliases": -2`},
		{"platform", `"bus": "pci"`, `"bus": "PCI"`},
		{"platform", `"kernel_release"`, `"kernel"`},
		{"platform", `"compression": "xz"`, `"compression": "7z"`},
		{"platform", `"sha256": "0000`, `"sha256": "sha256:0000`},
		{"catalog", `"ds918p_42218": 0`, `"ds918p_42218": "0"`},
		{"catalog", `"alias_sets"`, `"aliases_sets"`},
		{"catalog", `"date": "2026-11-21",
  "provenance"`, `"date": "today",
  "provenance"`},
	}
	for _, test := range tests {
		data, err := os.ReadFile(filepath.Join(schemaDir, "example", test.kind+".v1.json"))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(data), test.old, test.new, 1)
		if changed == string(data) {
			t.Fatalf("the example of a %s holds no %s", test.kind, test.old)
		}
		if err := validate(schemaOf(t, test.kind), []byte(changed)); err == nil {
			t.Errorf("the schema of a %s accepts %s", test.kind, test.new)
		}
	}
}

// machines are what reports and plans are made from.
var machines = map[string]string{
	"bare ids": "8086:125c\n10ec:8125\n8086:46d1\n",
	"lspci": `00:17.0 SATA controller [0106]: Intel Corporation Device [8086:54d3]
01:00.0 Non-Volatile memory controller [0108]: Samsung Electronics Co Ltd NVMe SSD Controller [144d:a80a]
02:00.0 Ethernet controller [0200]: Intel Corporation Ethernet Controller I226-V [8086:125c] (rev 04)
03:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. RTL8125 2.5GbE Controller [10ec:8125] (rev 05)
04:00.0 Ethernet controller [0200]: Nobody Device [fffe:fffe]
`,
}

// command runs modscout and returns its standard output.
func command(t *testing.T, stdin string, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr); status == exitFailed {
		t.Fatalf("modscout %s: %s", strings.Join(args, " "), &stderr)
	}
	return stdout.Bytes()
}

func TestReportsAreValid(t *testing.T) {
	schema := schemaOf(t, "report")
	outputs := map[string][]byte{"this machine": command(t, "", "scan", "--format", "json")}
	for name, text := range machines {
		outputs[name] = command(t, text, "import", "-", "--format", "json")
	}
	for name, data := range outputs {
		if err := validate(schema, data); err != nil {
			t.Errorf("report of %s: %v", name, err)
		}
	}
}

func TestPlansAreValid(t *testing.T) {
	schema := schemaOf(t, "plan")
	for name, text := range machines {
		for _, loader := range []string{"rr", "redpill", "linux"} {
			data := command(t, text, "recommend", "-", "--loader", loader, "--format", "json")
			if err := validate(schema, data); err != nil {
				t.Errorf("plan for %s, loader %s: %v", name, loader, err)
			}
		}
	}
}

func TestImportedPlatformIsValid(t *testing.T) {
	zImage := filepath.Join(t.TempDir(), "zImage")
	if err := os.WriteFile(zImage, kotest.ZImage(t), 0o644); err != nil {
		t.Fatal(err)
	}
	data := command(t, "", "platform", "import", "--kernel", zImage, "-o", "-")
	if err := validate(schemaOf(t, "platform"), data); err != nil {
		t.Error(err)
	}
}

func TestEmbeddedCatalogIsValid(t *testing.T) {
	c, err := embedded.Default()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(schemaOf(t, "catalog"), data); err != nil {
		t.Error(firstLines(err, 20))
	}
}

// firstLines shortens the error of a large document.
func firstLines(err error, n int) string {
	lines := strings.SplitAfterN(fmt.Sprint(err), "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "")
}
