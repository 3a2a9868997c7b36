package ko_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// compiled returns the path of a module that the compiler makes of
// testdata/module.c.
func compiled(t *testing.T, flags ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tiny.ko")
	args := []string{"-c", "-O1", "-ffreestanding", "-mcmodel=kernel", "-fno-pic", "-fcf-protection=none", "-o", file, "testdata/module.c",
		"-DINIT=312", "-DEXIT=528", "-DSIZE=544", "-DTABLE=__mod_pci__cards_device_table"}
	run(t, nil, kotest.Tool(t, "cc", "gcc"), append(args, flags...)...)
	return file
}

func inspect(t *testing.T, file string) *ko.Details {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := ko.Inspect(data, filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestInspect(t *testing.T) {
	got := inspect(t, compiled(t))
	want := &ko.Details{
		Module: &ko.Module{
			File: "tiny.ko", Name: "tiny", License: "GPL", Aliases: []string{"pci:v00008086d000015F3sv*sd*bc*sc*i*"}, Depends: []string{"ptp"},
			Params: []string{"debug:Debug level"}, Vermagic: "6.1.0-tiny SMP mod_unload modversions ", Versioned: true,
			Imports: []string{"ptp_open"}, Exports: []string{"tiny_down", "tiny_up"},
			Layout: ko.Layout{Size: 544, Init: 312, Exit: 528}, Size: got.Module.Size,
		},
		Fields: []ko.Field{
			{"license", "GPL"}, {"alias", "pci:v00008086d000015F3sv*sd*bc*sc*i*"}, {"depends", "ptp"}, {"name", "tiny"},
			{"parmtype", "debug:int"}, {"parm", "debug:Debug level"}, {"vermagic", "6.1.0-tiny SMP mod_unload modversions "},
		},
		Versions: []ko.Version{{"module_layout", 0x70eca2ca}, {"ptp_open", 0x00c0ffee}},
		Exported: []ko.Export{
			{Symbol: "tiny_down", GPL: true, Namespace: "TINY", CRC: 0x9abcdef0, HasCRC: true},
			{Symbol: "tiny_up", CRC: 0x12345678, HasCRC: true},
		},
		Tables: []ko.DeviceTable{{Bus: "pci", Name: "cards", Size: 120, Entries: 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Inspect() mismatch (-want +got):\n%s", diff)
	}
}

// A kernel of another configuration has another struct module.
func TestInspectLayout(t *testing.T) {
	got := inspect(t, compiled(t, "-UINIT", "-DINIT=336", "-UEXIT", "-DEXIT=488", "-USIZE", "-DSIZE=504")).Module.Layout
	if want := (ko.Layout{Size: 504, Init: 336, Exit: 488}); got != want {
		t.Errorf("Layout = %+v, want %+v", got, want)
	}
}

// Linux 6.14 and newer, and kernels with one table for all exports.
func TestInspectNewer(t *testing.T) {
	got := inspect(t, compiled(t, "-DEXTENDED", "-DFLAGS"))
	const long = "a_name_that_is_longer_than_the_56_bytes_of_the_first_form_can_hold"
	if diff := cmp.Diff([]ko.Version{{"module_layout", 0x70eca2ca}, {long, 0x00c0ffee}}, got.Versions); diff != "" || !got.Module.Versioned {
		t.Errorf("Versioned = %v, Versions mismatch (-want +got):\n%s", got.Module.Versioned, diff)
	}
	if !got.Exported[0].GPL || got.Exported[1].GPL {
		t.Errorf("Exported = %+v, want the first for the GPL only", got.Exported)
	}
}

// What kmod's own tools say of these modules.
func TestInspectAgreesWithKmod(t *testing.T) {
	modprobe := kotest.Tool(t, "modprobe", "kmod")
	file := compiled(t)
	d := inspect(t, file)
	versions := ""
	for _, v := range d.Versions {
		versions += fmt.Sprintf("%#08x\t%s\n", v.CRC, v.Symbol)
	}
	if diff := cmp.Diff(string(run(t, nil, modprobe, "--dump-modversions", file)), versions); diff != "" {
		t.Errorf("Versions differ from modprobe's (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(modinfo(t, file)[0], modinfoFields(d.Fields)); diff != "" {
		t.Errorf("Fields differ from modinfo's (-want +got):\n%s", diff)
	}
}

// `strip` takes the symbols and with them the relocations; names of exports
// stay, without the namespaces that stand between them.
func TestInspectStripped(t *testing.T) {
	file := compiled(t)
	run(t, nil, kotest.Tool(t, "strip", "binutils"), file)
	got := inspect(t, file)
	if !got.Module.Stripped || got.Module.Layout != (ko.Layout{Size: 544}) || got.Tables != nil || len(got.Versions) != 2 {
		t.Errorf("stripped %v, layout %+v, tables %v, versions %v", got.Module.Stripped, got.Module.Layout, got.Tables, got.Versions)
	}
	if diff := cmp.Diff([]ko.Export{{Symbol: "tiny_down"}, {Symbol: "tiny_up"}}, got.Exported); diff != "" {
		t.Errorf("Exported mismatch (-want +got):\n%s", diff)
	}
}

// The symbols that name a device table, by age of the kernel.
func TestInspectTables(t *testing.T) {
	for symbol, want := range map[string]ko.DeviceTable{
		"__mod_pci_device_table":                        {Bus: "pci", Size: 120, Entries: 2},
		"__mod_pci__cards_device_table":                 {Bus: "pci", Name: "cards", Size: 120, Entries: 2},
		"__mod_device_table__pci__cards":                {Bus: "pci", Name: "cards", Size: 120, Entries: 2},
		"__mod_device_table__kmod_tiny__pci__cards":     {Bus: "pci", Name: "cards", Size: 120, Entries: 2},
		"__mod_device_table__kmod_tiny__unheard__cards": {Bus: "unheard", Name: "cards", Size: 120, Entries: -1},
	} {
		got := inspect(t, compiled(t, "-UTABLE", "-DTABLE="+symbol)).Tables
		if diff := cmp.Diff([]ko.DeviceTable{want}, got); diff != "" {
			t.Errorf("%s: Tables mismatch (-want +got):\n%s", symbol, diff)
		}
	}
}

// sign appends what kernels before 4.3 took for a signature.
func sign(module []byte, signer, key string, hash byte) []byte {
	signature := []byte("not really")
	trailer := []byte{1, hash, 1, byte(len(signer)), byte(len(key)), 0, 0, 0} // RSA, hash, X.509
	trailer = binary.BigEndian.AppendUint32(trailer, uint32(len(signature)))
	return bytes.Join([][]byte{module, []byte(signer), []byte(key), signature, trailer, []byte("~Module signature appended~\n")}, nil)
}

// Newer signatures, PKCS#7, are compared over whole kernels (TestOracleFields).
func TestInspectSigned(t *testing.T) {
	file := compiled(t)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, sign(data, "Tiny's key", "\x01\x80", 4))
	got := inspect(t, file)
	want := &ko.Signature{Type: "X509", Signer: "Tiny's key", Key: []byte{1, 0x80}, Hash: "sha256"}
	if diff := cmp.Diff(want, got.Signature); diff != "" || !got.Module.Signed {
		t.Errorf("signed %v, Signature mismatch (-want +got):\n%s", got.Module.Signed, diff)
	}
	lines := append(modinfoFields(got.Fields), signatureFields(got.Signature)...)
	if diff := cmp.Diff(modinfo(t, file)[0], parametersLast(lines)); diff != "" {
		t.Errorf("differs from modinfo's (-want +got):\n%s", diff)
	}
	for n := range 60 { // whatever stands before the marker
		damaged := append(bytes.Clone(data[:len(data)-n]), "~Module signature appended~\n"...)
		if d, err := ko.Inspect(damaged, ""); err == nil && d.Signature == nil {
			t.Errorf("%d bytes less: no signature", n)
		}
	}
}

// Modules of other machines are said to be such.
func TestReadOtherMachines(t *testing.T) {
	cc := kotest.Tool(t, "cc", "gcc")
	file := filepath.Join(t.TempDir(), "x.o")
	run(t, []byte("int x;"), cc, "-m32", "-c", "-x", "c", "-o", file, "-")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ko.Read(data, "x.ko"); !errors.Is(err, ko.ErrFormat) || !strings.Contains(err.Error(), "32-bit") {
		t.Errorf("Read(32-bit) = %v, want %v", err, ko.ErrFormat)
	}
	arm := igc.bytes()
	arm[18] = 183
	if _, err := ko.Read(arm, "x.ko"); !errors.Is(err, ko.ErrMachine) || !strings.Contains(err.Error(), "arm64") {
		t.Errorf("Read(arm64) = %v, want %v", err, ko.ErrMachine)
	}
}
