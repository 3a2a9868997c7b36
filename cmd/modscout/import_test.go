package main

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// personal matches what the fixtures of package foreign and the tree below plant
// in every place where tools print serial numbers, MAC addresses, UUIDs, host
// names and user names.
var personal = regexp.MustCompile(`(?i)canary|ca9a72|ca[:-]9a[:-]72|ca-9a-ff`)

// TestImportIsImpersonal imports every kind of list, in every form of output,
// and finds nothing in it that tells a person or a machine from all others. All
// that comes later, such as plans, is made of the report alone.
func TestImportIsImpersonal(t *testing.T) {
	files, err := filepath.Glob("../../scan/foreign/testdata/*.*")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	tree := filepath.Join(t.TempDir(), "canaryuser.tar")
	if err := os.WriteFile(tree, canaryTree(t), 0o600); err != nil {
		t.Fatal(err)
	}
	planted := 0
	for _, file := range append(files, tree) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(file) == "golden.txt" {
			continue
		}
		if personal.Match(data) {
			planted++
		}
		report := filepath.Join(t.TempDir(), "report.json")
		outputs := [][]string{
			{"import", "--format", "json", "-o", report, file, file}, // twice: warnings name their input
			{"import", "--format", "json", file},
			{"import", "--format", "text", file},
			{"show", report},
		}
		for _, args := range outputs {
			var out, log bytes.Buffer
			run(context.Background(), args, strings.NewReader(""), &out, &log)
			if found := personal.FindString(out.String()); found != "" {
				t.Errorf("modscout %s prints %q", strings.Join(args, " "), found)
			}
		}
		if data, err := os.ReadFile(report); err == nil && personal.Match(data) {
			t.Errorf("the report of %s holds %q", file, personal.Find(data))
		}
	}
	if planted < 20 {
		t.Errorf("only %d of the fixtures plant something", planted)
	}
}

// canaryTree is a captured /sys and /proc as an archive, below a directory.
func canaryTree(t *testing.T) []byte {
	t.Helper()
	files := []struct{ name, data string }{
		{"box/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) N100\nflags\t\t: fpu movbe\n"},
		{"box/proc/sys/kernel/hostname", "canaryhost\n"},
		{"box/sys/class/dmi/id/product_name", "NAS-4\n"},
		{"box/sys/class/dmi/id/product_serial", "CANARYSERIAL1\n"},
		{"box/sys/class/dmi/id/product_uuid", "ca9a7200-0000-4000-8000-000000000001\n"},
		{"box/sys/bus/pci/devices/0000:03:00.0/vendor", "0x8086\n"},
		{"box/sys/bus/pci/devices/0000:03:00.0/device", "0x15f3\n"},
		{"box/sys/bus/pci/devices/0000:03:00.0/class", "0x020000\n"},
		{"box/sys/bus/pci/devices/0000:03:00.0/net/enx02ca9a720001/address", "02:ca:9a:72:00:01\n"},
	}
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// A captured tree is imported as it is scanned, from a file and from standard
// input.
func TestImportTree(t *testing.T) {
	data := canaryTree(t)
	var out, log bytes.Buffer
	if status := run(context.Background(), []string{"import", "-"}, bytes.NewReader(data), &out, &log); status != 0 {
		t.Fatalf("status %d: %s", status, log.String())
	}
	for _, want := range []string{"NAS-4", "Intel N100", "0000:03:00.0", "8086:15f3"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
}
