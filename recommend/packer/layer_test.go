package packer

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/recommend/platform"
)

func TestLayer(t *testing.T) {
	p, w := igbPlan(t)
	plain, _ := pack(t, "redpill", p, Options{Fetch: w.fetch})
	lines, bodies := uncpio(t, strings.NewReader(plain["custom.gz"]))
	golden(t, "redpill/layer.txt", strings.Join(lines, "\n")+"\n")
	golden(t, "redpill/variables.txt", variablesOf(bodies["exts/exec.sh"]))
	if got := bodies["exts/modscout.drivers/mpt2sas.ko"]; got != "sas" {
		t.Errorf("mpt2sas.ko = %q, want the archive's bytes", got)
	}

	again, _ := pack(t, "redpill", p, Options{Fetch: w.fetch, BaseURL: "https://example.org"})
	if again["custom.gz"] != plain["custom.gz"] || again["modscout-ds918p_42218.tgz"] != plain["modscout-ds918p_42218.tgz"] {
		t.Error("the same plan gave other bytes")
	}

	packed, _ := pack(t, "redpill", p, Options{Fetch: w.fetch, Layer: LZMALayer})
	r, err := lzma.NewReader(strings.NewReader(packed["custom.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != plain["custom.gz"] {
		t.Errorf("the lzma layer holds something else (error %v)", err)
	}
}

// variablesOf returns the lines of exec.sh that differ from plan to plan.
func variablesOf(exec string) string {
	_, rest, _ := strings.Cut(exec, "never expanded\n\n")
	lines, _, _ := strings.Cut(rest, "ROOT=")
	return lines
}

func TestLayerFormOfPlatform(t *testing.T) {
	p, w := igbPlan(t)
	p.Platform.ID = "ds3615xs_25556" // compress_rd is true there
	files, _ := pack(t, "redpill", p, Options{Fetch: w.fetch})
	if strings.HasPrefix(files["custom.gz"], "070701") {
		t.Error("the layer is plain, want lzma as redpill-load makes it")
	}
}

// TestToolsReadLayer holds both forms to the programs that redpill-load makes
// its own layer with: cpio and xz --format=lzma.
func TestToolsReadLayer(t *testing.T) {
	p, w := igbPlan(t)
	plain, _ := pack(t, "redpill", p, Options{Fetch: w.fetch, Layer: CPIOLayer})
	listing := pipe(t, plain["custom.gz"], kotest.Tool(t, "cpio", "cpio"), "--quiet", "-itvn")
	var names []string
	for line := range strings.Lines(listing) {
		fields := strings.Fields(line)
		if fields[2] != "0" || fields[3] != "0" {
			t.Errorf("not owned by root: %s", line)
		}
		names = append(names, fields[len(fields)-1])
	}
	want := []string{"exts", "exts/modscout.drivers", "exts/exec.sh"}
	for _, name := range archiveOfIgbPlan {
		want = append(want, "exts/modscout.drivers/"+name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("cpio lists other files (-want +got):\n%s", diff)
	}

	packed, _ := pack(t, "redpill", p, Options{Fetch: w.fetch, Layer: LZMALayer})
	if got := pipe(t, packed["custom.gz"], kotest.Tool(t, "xz", "xz-utils"), "--format=lzma", "-dc"); got != plain["custom.gz"] {
		t.Error("xz reads something else from the lzma layer")
	}
}

// pipe runs a program on input and returns its output.
func pipe(t *testing.T, input, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, &stderr)
	}
	return string(out)
}

func TestNewc(t *testing.T) {
	image, err := newc([]layerEntry{{"a", cpio.TypeReg | 0o644, []byte("12345")}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(image, []byte("070701")) || len(image)%4 != 0 {
		t.Errorf("newc() = %d bytes starting with %q, want newc magic and whole words", len(image), image[:6])
	}
}

// TestCompressedLayers holds the packer's list to what package platform knows,
// on every platform of the embedded catalogue.
func TestCompressedLayers(t *testing.T) {
	c, err := embedded.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Platforms {
		if got, want := compressed[p.ID], platform.CompressedLayer(p.ID); got != want {
			t.Errorf("compressed[%q] = %v, package platform says %v", p.ID, got, want)
		}
	}
}
