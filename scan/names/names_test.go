package names

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/jaypipes/pcidb"
)

func TestNames(t *testing.T) {
	db := Open()
	tests := []struct{ what, got, want string }{
		{"Vendor", db.Vendor("8086"), "Intel Corporation"},
		{"Vendor of none", db.Vendor("beef"), ""},
		{"Device", db.Device("8086", "15f3"), "Ethernet Controller I225-V"},
		{"Device of none", db.Device("8086", "beef"), ""},
		{"Subsystem", db.Subsystem("1000", "0072", "1028", "1f1c"), "6Gbps SAS HBA Adapter"},
		{"Subsystem of none", db.Subsystem("1000", "0072", "1028", "ffff"), ""},
		{"Class of 6", db.Class("010601"), "SATA controller"},
		{"Class of 4", db.Class("0200"), "Ethernet controller"},
		{"Class of 2", db.Class("02"), "Network controller"},
		{"Class without name of its subclass", db.Class("02ee"), "Network controller"},
		{"Class of none", db.Class(""), ""},
		{"USBVendor", db.USBVendor("1d6b"), "Linux Foundation"},
		{"USBProduct", db.USBProduct("1d6b", "0003"), "3.0 root hub"},
		{"USBProduct of none", db.USBProduct("1d6b", "beef"), ""},
		{"USBClass", db.USBClass("080650"), "Mass Storage, SCSI"},
		{"USBClass of 2", db.USBClass("09"), "Hub"},
		{"USBClass of none", db.USBClass("f0"), ""},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s = %q, want %q", test.what, test.got, test.want)
		}
	}
	if err := db.Err(); err != nil {
		t.Errorf("Err() = %v", err)
	}
}

// A list that cannot be read costs names, nothing else.
func TestUnreadableList(t *testing.T) {
	broken := errors.New("no space left")
	db := Open()
	db.pci = func() (*pcidb.DB, error) { return nil, broken }
	if got := db.Vendor("8086") + db.Device("8086", "15f3") + db.Class("0200") + db.Subsystem("8086", "1", "2", "3"); got != "" {
		t.Errorf("names from no list: %q", got)
	}
	if err := db.Err(); !errors.Is(err, broken) {
		t.Errorf("Err() = %v, want %v", err, broken)
	}
}

// Both ways of giving pcidb its file must work and leave nothing behind.
func TestNameableFiles(t *testing.T) {
	for name, open := range map[string]func() (*nameableFile, error){"memory": memoryFile, "temporary": temporaryFile} {
		f, err := open()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f.WriteString("8086  Intel\n")
		db, err := pcidb.New(pcidb.WithPath(f.Name()))
		if err != nil || db.Vendors["8086"] == nil {
			t.Errorf("%s: pcidb.New() = %v, %v", name, db, err)
		}
		f.Close()
		if f.remove {
			if _, err := os.Stat(f.Name()); !os.IsNotExist(err) {
				t.Errorf("%s: %s is left", name, f.Name())
			}
		}
	}
}

// BenchmarkFirstNames is what a scan of 30 devices pays for names, both lists
// unpacked.
func BenchmarkFirstNames(b *testing.B) {
	for b.Loop() {
		db := Open()
		for range 30 {
			db.Vendor("8086")
			db.Device("8086", "15f3")
			db.Subsystem("1000", "0072", "1028", "1f1c")
			db.Class("010601")
			db.USBProduct("1d6b", "0003")
		}
	}
}

func TestNamed(t *testing.T) {
	db := Open()
	tests := []struct {
		name string
		want []string
	}{
		{"Intel Corporation Ethernet Controller I225-V", []string{"8086:15f3"}},
		{"intel corporation  ethernet controller I225-V", []string{"8086:15f3"}},
		{"Nobody's Card", nil},
		{"", nil},
	}
	for _, test := range tests {
		if got := db.Named(test.name); !slices.Equal(got, test.want) {
			t.Errorf("Named(%q) = %q, want %q", test.name, got, test.want)
		}
	}
	if got := db.Named("NVIDIA Corporation GP108 [GeForce GT 1030]"); len(got) == 0 {
		t.Error("Named() does not know the GT 1030")
	}
}
