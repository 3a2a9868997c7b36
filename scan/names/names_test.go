package names

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jaypipes/pcidb"
	"github.com/klauspost/compress/zstd"
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
	db.pci.open = func() (*entry, error) { return nil, broken }
	if err := db.Err(); err != nil {
		t.Errorf("Err() = %v of a list that nobody asked for", err)
	}
	if got := db.Vendor("8086") + db.Device("8086", "15f3") + db.Class("0200") + db.Subsystem("8086", "1", "2", "3"); got != "" {
		t.Errorf("names from no list: %q", got)
	}
	if err := db.Err(); !errors.Is(err, broken) {
		t.Errorf("Err() = %v, want %v", err, broken)
	}
}

// TestSplit: comments and empty lines belong to nothing, deeper lines to the entry
// above them, also where that is the second of its id.
func TestSplit(t *testing.T) {
	const text = "# a list\n" +
		"8086  Intel\n\t15f3  I225-V\n# a comment  with blanks\n\t\t1043 87d2  Board\n\n\t1533  I210\n" +
		"no name\n" +
		"10ec  First\n\t8168  Lost\n10ec  Second\n\t8125  Kept\n" +
		"C 02  Network\n\t00  Ethernet"
	var got []string
	var walk func(path string, e *entry)
	walk = func(path string, e *entry) {
		got = append(got, path+e.name())
		for _, id := range slices.Sorted(maps.Keys(e.all())) {
			walk(path+"/"+id+"=", e.at(id))
		}
	}
	walk("", &entry{lines: []byte(text)})
	want := []string{"", "/10ec=Second", "/10ec=/8125=Kept", "/8086=Intel", "/8086=/1533=I210",
		"/8086=/15f3=I225-V", "/8086=/15f3=/1043 87d2=Board", "/C 02=Network", "/C 02=/00=Ethernet"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("split() mismatch (-want +got):\n%s", diff)
	}
}

// TestOracle asks pcidb, another reader of pci.ids, for all that is in the list.
func TestOracle(t *testing.T) {
	dec, err := zstd.NewReader(bytes.NewReader(pciIDs))
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	text, err := io.ReadAll(dec)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pci.ids")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	oracle, err := pcidb.New(pcidb.WithPath(file))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]string{}, map[string]string{}
	db := Open()
	for id, v := range oracle.Vendors {
		want[id], got[id] = v.Name, db.Vendor(id)
	}
	for id, p := range oracle.Products {
		want[id], got[id] = p.Name, db.Device(p.VendorID, p.ID)
		for _, s := range p.Subsystems {
			key := id + s.VendorID + s.ID
			want[key], got[key] = s.Name, db.Subsystem(p.VendorID, p.ID, s.VendorID, s.ID)
		}
	}
	for base, class := range oracle.Classes {
		want["class "+base], got["class "+base] = class.Name, db.Class(base)
		for _, sub := range class.Subclasses {
			want["class "+base+sub.ID], got["class "+base+sub.ID] = sub.Name, db.Class(base+sub.ID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 30_000 {
		t.Errorf("names of %d ids mismatch (-pcidb +ours):\n%s", len(want), diff)
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
	for id, vendor := range db.pci.root().all() {
		for device, e := range vendor.all() {
			if name := vendor.name() + " " + e.name(); !strings.HasPrefix(id, "C ") && !slices.Contains(db.Named(name), id+":"+device) {
				t.Errorf("Named(%q) = %q, without %s:%s", name, db.Named(name), id, device)
			}
		}
	}
	if got := db.Named("NVIDIA Corporation GP108 [GeForce GT 1030]"); len(got) == 0 {
		t.Error("Named() does not know the GT 1030")
	}
}
