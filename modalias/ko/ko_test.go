package ko_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

var igc = tiny{
	info: []string{
		"alias=pci:v00008086d000015F3sv*sd*bc*sc*i*", "alias=igc-alias", "depends=ptp,i2c-core", "softdep=pre: phy mii post: late",
		"softdep=pre: more", "firmware=a.fw", "parm=debug:Debug level", "license=GPL v2", "description=A card", "srcversion=ABC",
		"intree=Y", "name=igc", "vermagic=6.1.0 SMP mod_unload ", "noequals", "",
	},
	imports: []string{"printk", "ptp_open"}, exports: []string{"igc_up", "igc_down"},
	inits:     []relocation{{"init_module", 336}, {"cleanup_module", 488}},
	structLen: 504, versions: true, tail: "signature~Module signature appended~\n",
}

func TestRead(t *testing.T) {
	want := &ko.Module{
		File: "igc.ko", Name: "igc", Description: "A card", License: "GPL v2",
		Aliases: []string{"pci:v00008086d000015F3sv*sd*bc*sc*i*", "igc-alias"}, Depends: []string{"ptp", "i2c-core"},
		SoftPre: []string{"phy", "mii", "more"}, SoftPost: []string{"late"}, Firmware: []string{"a.fw"}, Params: []string{"debug:Debug level"},
		Vermagic: "6.1.0 SMP mod_unload ", Srcversion: "ABC", InTree: true, Signed: true, Versioned: true,
		Imports: []string{"printk", "ptp_open"}, Exports: []string{"igc_down", "igc_up"},
		Layout: ko.Layout{Size: 504, Init: 336, Exit: 488},
	}
	got, err := ko.Read(igc.bytes(), "igc.ko")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ko.Module{}, "Size")); diff != "" {
		t.Errorf("Read() mismatch (-want +got):\n%s", diff)
	}
}

// What `strip` leaves: no symbols, but the names of the exports.
func TestReadStripped(t *testing.T) {
	m := igc
	m.stripped, m.tail = true, ""
	got, err := ko.Read(m.bytes(), "igc.ko")
	if err != nil {
		t.Fatal(err)
	}
	if !got.Stripped || got.Signed || got.Layout != (ko.Layout{Size: 504}) {
		t.Errorf("stripped %v, signed %v, layout %v", got.Stripped, got.Signed, got.Layout)
	}
	if diff := cmp.Diff([]string{"igc_down", "igc_up"}, got.Exports); diff != "" {
		t.Errorf("Exports mismatch (-want +got):\n%s", diff)
	}
}

// Kernels before 4.20 write no name= into .modinfo.
func TestReadNameFromStruct(t *testing.T) {
	got, err := ko.Read(tiny{info: []string{"license=GPL"}, structLen: 544, thisName: "mpt3sas"}.bytes(), "mpt2sas.ko")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "mpt3sas" {
		t.Errorf("Name = %q, want mpt3sas", got.Name)
	}
}

func TestReadErrors(t *testing.T) {
	good := igc.bytes()
	class32, big, arm := bytes.Clone(good), bytes.Clone(good), bytes.Clone(good)
	class32[4], big[5] = 1, 2
	arm[18] = 183
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"empty":         {nil, ko.ErrFormat},
		"text":          {[]byte("hello, this is no module, but it is longer than the header of one is"), ko.ErrFormat},
		"32 bits":       {class32, ko.ErrFormat},
		"big endian":    {big, ko.ErrFormat},
		"other machine": {arm, ko.ErrMachine},
		"no .modinfo":   {writeELF([]elfSection{{}, {name: ".text", kind: 1}}), ko.ErrNoModule},
	} {
		if _, err := ko.Read(test.data, "x.ko"); !errors.Is(err, test.want) {
			t.Errorf("%s: Read() = %v, want %v", name, err, test.want)
		}
	}
}

// A file cut anywhere is an error or a module, never a panic; the section
// headers stand last, so nearly all cuts are errors.
func TestReadCutAnywhere(t *testing.T) {
	m := igc
	m.tail = ""
	data := m.bytes()
	for n := range len(data) {
		if _, err := ko.Read(data[:n], "x.ko"); err == nil {
			t.Errorf("accepted when cut at %d of %d bytes", n, len(data))
		}
	}
}

func TestReadFileCompressed(t *testing.T) {
	data := igc.bytes()
	want, err := ko.Read(data, "")
	if err != nil {
		t.Fatal(err)
	}
	for suffix, open := range map[string]func(io.Writer) (io.WriteCloser, error){
		"":     func(w io.Writer) (io.WriteCloser, error) { return plainWriter{w}, nil },
		".gz":  func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		".xz":  func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
		".zst": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	} {
		file := filepath.Join(t.TempDir(), "igc.ko"+suffix)
		writeFile(t, file, packed(t, open, data))
		got, err := ko.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ko.Module{}, "File")); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", suffix, diff)
		}
	}
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

func packed(t testing.TB, open func(io.Writer) (io.WriteCloser, error), data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func writeFile(t testing.TB, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A few kilobytes that expand to more than any module: an error, and all that
// was allocated on the way stays below 256 MiB.
func TestReadFileBomb(t *testing.T) {
	bomb := packed(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, make([]byte, ko.MaxBytes+1))
	file := filepath.Join(t.TempDir(), "bomb.ko.zst")
	writeFile(t, file, bomb)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_, err := ko.ReadFile(file)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("ReadFile() = %v, want %v", err, archive.ErrTooLarge)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 256<<20 {
		t.Errorf("%d bytes were allocated for a file of %d", got, len(bomb))
	}
}

// modules writes a tree of modules that need each other.
func modules(t testing.TB, list map[string]tiny) *ko.Tree {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "6.1.0-test")
	for file, m := range list {
		writeFile(t, filepath.Join(dir, file), m.bytes())
	}
	writeFile(t, filepath.Join(dir, "modules.builtin"), []byte("kernel/lib/crc-ccitt.ko\n"))
	writeFile(t, filepath.Join(dir, "kernel/broken.ko"), []byte("no ELF"))
	writeFile(t, filepath.Join(dir, "modules.builtin.modinfo"), []byte("crc_ccitt.license=GPL\x00crc_ccitt.file=lib/crc-ccitt\x00crc_ccitt.alias=crc:x\x00"))
	tree, err := ko.ReadTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestReadTree(t *testing.T) {
	tree := modules(t, map[string]tiny{
		"kernel/net/igc.ko":  {info: []string{"name=igc", "depends=ptp", "softdep=pre: phy_x"}, imports: []string{"mii_up", "printk"}},
		"kernel/ptp.ko":      {info: []string{"name=ptp", "depends=crc-ccitt"}},
		"kernel/mii-core.ko": {info: []string{"name=mii_core"}, exports: []string{"mii_up"}},
		"kernel/phy-x.ko":    {info: []string{"name=phy_x", "softdep=pre: igc"}}, // a cycle
	})
	if tree.Release != "6.1.0-test" || len(tree.Modules) != 4 || len(tree.Bad) != 1 || !slices.Equal(tree.Builtin, []string{"crc_ccitt"}) {
		t.Errorf("release %q, %d modules, bad %v, built in %q", tree.Release, len(tree.Modules), tree.Bad, tree.Builtin)
	}
	order, err := tree.Graph().LoadOrder("igc", "crc-ccitt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range order {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"phy_x", "mii_core", "ptp", "igc"}, names); diff != "" {
		t.Errorf("LoadOrder() mismatch (-want +got):\n%s", diff)
	}
	if _, err := tree.Graph().LoadOrder("nosuch"); !errors.Is(err, ko.ErrUnknownModule) {
		t.Errorf("LoadOrder(nosuch) = %v, want %v", err, ko.ErrUnknownModule)
	}
	platform := tree.Platform()
	last := platform.Modules[len(platform.Modules)-1]
	if platform.ID != "linux:6.1.0-test" || last.Name != "crc_ccitt" || !last.Builtin || !slices.Equal(last.Aliases, []string{"crc:x"}) {
		t.Errorf("Platform() = %s with %+v last", platform.ID, last)
	}
}

// depmod's files are read where they are files: a pipe would block for ever, a
// link to /dev/zero would not end.
func TestReadTreeWithoutFiles(t *testing.T) {
	tree := modules(t, map[string]tiny{"igc.ko": igc})
	for _, name := range []string{"modules.builtin", "modules.order", "modules.builtin.modinfo"} {
		file := filepath.Join(tree.Dir, name)
		os.Remove(file)
		if err := os.Symlink("/dev/zero", file); err != nil {
			t.Fatal(err)
		}
		if _, err := ko.ReadTree(tree.Dir); !errors.Is(err, archive.ErrNotRegular) {
			t.Errorf("ReadTree() with a device as %s: %v, want %v", name, err, archive.ErrNotRegular)
		}
		os.Remove(file)
	}
}
