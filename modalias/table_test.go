package modalias

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func smallTable() *Table {
	return &Table{Platforms: []Platform{
		{ID: "linux:6.12", Modules: []Module{
			{File: "r8169.ko", Name: "r8169", Aliases: []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*"}, SoftPre: []string{"realtek"}, Firmware: []string{"rtl_nic/a.fw"}},
		}},
		{ID: "linux:6.1", Modules: []Module{
			{File: "r8169.ko", Name: "r8169", Aliases: []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*"}, SoftPre: []string{"realtek"}, Firmware: []string{"rtl_nic/a.fw"}},
			{File: "ata/ahci.ko", Name: "ahci", Aliases: []string{"pci:v*d*sv*sd*bc01sc06i01*", "pci:v00008086d00002922sv*sd*bc*sc*i*"}, Depends: []string{"libahci", "libata"}},
			{File: "ata/ata_generic.ko", Name: "ata_generic", Aliases: []string{"pci:v*d*sv*sd*bc01sc*i*"}, Builtin: true},
			{File: "ata/libata.ko", Name: "libata"},
		}},
	}}
}

func encoded(t testing.TB, table *Table) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := table.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestTableFile(t *testing.T) {
	want := smallTable()
	file := encoded(t, want)
	got, err := ReadTable(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Platforms, got.Platforms); diff != "" {
		t.Errorf("ReadTable() mismatch (-want +got):\n%s", diff)
	}
	if !bytes.Equal(encoded(t, got), file) {
		t.Error("the same table gives another file when written again")
	}
}

// The order in which modules were found must not show in the file.
func TestTableFileIsDeterministic(t *testing.T) {
	want := encoded(t, smallTable())
	other := smallTable()
	p := other.Platforms
	p[0], p[1] = p[1], p[0]
	for i := range p {
		for m := range p[i].Modules {
			a := p[i].Modules[m].Aliases
			p[i].Modules[m].Aliases = append(a, a...)
		}
	}
	p[0].Modules[0], p[0].Modules[2] = p[0].Modules[2], p[0].Modules[0]
	if !bytes.Equal(encoded(t, other), want) {
		t.Error("input in another order gives another file")
	}
}

func TestTableLookup(t *testing.T) {
	table := smallTable()
	for _, test := range []struct {
		key  string
		want []string
	}{
		{"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", []string{
			"linux:6.1 ahci certain pci:v00008086d00002922sv*sd*bc*sc*i*",
			"linux:6.1 ata_generic certain pci:v*d*sv*sd*bc01sc*i*",
		}},
		{PCIKey("1022", "7901", "", "", "0106"), []string{
			"linux:6.1 ata_generic certain pci:v*d*sv*sd*bc01sc*i*",
			"linux:6.1 ahci possible pci:v*d*sv*sd*bc01sc06i01*",
		}},
		{PCIKey("10ec", "8168", "", "", "02"), []string{
			"linux:6.12 r8169 certain pci:v000010ECd00008168sv*sd*bc*sc*i*",
			"linux:6.1 r8169 certain pci:v000010ECd00008168sv*sd*bc*sc*i*",
		}},
		{"pci:", nil},
	} {
		var got []string
		for _, c := range table.Lookup(test.key) {
			got = append(got, fmt.Sprintf("%s %s %s %s", c.Platform, c.Module.Name, c.Verdict, c.Pattern))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Lookup(%q) mismatch (-want +got):\n%s", test.key, diff)
		}
	}
}

// No byte of a file may change unnoticed, and no file may end early.
func TestReadTableDamaged(t *testing.T) {
	file := encoded(t, smallTable())
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 0x10
		if _, err := ReadTable(bad); err == nil {
			t.Errorf("ReadTable() accepts a file with byte %d changed", i)
		}
		if _, err := ReadTable(file[:i]); err == nil {
			t.Errorf("ReadTable() accepts a file cut at byte %d", i)
		}
	}
	for want, data := range map[error]string{
		ErrNoTable: "#!/bin/sh\n",
		ErrVersion: "modscout.db/v9\n\x00............",
		ErrDamaged: tableMagic,
	} {
		if _, err := ReadTable([]byte(data)); !errors.Is(err, want) {
			t.Errorf("ReadTable(%q) = %v, want %v", data, err, want)
		}
	}
}

// decodeTable leaves the checksum out, which a fuzzer cannot guess.
func decodeTable(body []byte) (*Table, error) {
	d := &decoder{in: body}
	t := d.table()
	return t, d.err
}

func FuzzTable(f *testing.F) {
	f.Add(encoded(f, smallTable())[tableHeader:])
	f.Add(encoded(f, &Table{})[tableHeader:])
	f.Fuzz(func(t *testing.T, body []byte) {
		table, err := decodeTable(body)
		if err != nil {
			return
		}
		again, err := ReadTable(encoded(t, table))
		if err != nil {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
		if diff := cmp.Diff(table.Platforms, again.Platforms, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("written and read again (-want +got):\n%s", diff)
		}
	})
}
