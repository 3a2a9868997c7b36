package names

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeList(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestOpenWith: what the other list names goes first, the rest comes from ours.
func TestOpenWith(t *testing.T) {
	db, err := OpenWith(writeList(t, "pci.ids",
		"# a list\n8086  Intel\n\t15f3  Renamed\n\tfffe  New Controller\n\t\t1043 87d2  New Board\nfffd  New Vendor\n\t0001  Thing\n"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ what, got, want string }{
		{"Vendor of both", db.Vendor("8086"), "Intel"},
		{"Vendor of the new list", db.Vendor("fffd"), "New Vendor"},
		{"Vendor of ours", db.Vendor("10ec"), "Realtek Semiconductor Co., Ltd."},
		{"Device of both", db.Device("8086", "15f3"), "Renamed"},
		{"Device of the new list", db.Device("8086", "fffe"), "New Controller"},
		{"Device of ours", db.Device("8086", "125c"), "Ethernet Controller I226-V"},
		{"Subsystem of the new list", db.Subsystem("8086", "fffe", "1043", "87d2"), "New Board"},
		{"Subsystem of ours", db.Subsystem("1000", "0072", "1028", "1f1c"), "6Gbps SAS HBA Adapter"},
		{"Class", db.Class("0200"), "Ethernet controller"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s = %q, want %q", test.what, test.got, test.want)
		}
	}
}

func TestOpenWithBadList(t *testing.T) {
	tests := []struct {
		what, file string
		want       error
	}{
		{"no file", filepath.Join(t.TempDir(), "none"), fs.ErrNotExist},
		{"a directory", t.TempDir(), ErrList},
		{"nothing", writeList(t, "empty", ""), ErrList},
		{"lspci's output", writeList(t, "lspci.txt", "00:1f.2 SATA controller: Intel\n"), ErrList},
		{"a line that is too short", writeList(t, "short", "8086  Intel\n\t1\n"), ErrList},
		{"a device of no vendor", writeList(t, "orphan", "\t15f3  I225-V\n"), ErrList},
		{"gzip's magic only", writeList(t, "pci.ids.gz", "\x1f\x8b"), ErrList},
		{"17 MiB", writeList(t, "large", strings.Repeat("# filled\n", 2<<20)), ErrList},
	}
	for _, test := range tests {
		if _, err := OpenWith(test.file); !errors.Is(err, test.want) {
			t.Errorf("OpenWith() of %s = %v, want %v", test.what, err, test.want)
		}
	}
}
