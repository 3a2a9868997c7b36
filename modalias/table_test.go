package modalias

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is two platforms in the order in which a table has them. They share
// r8169.
func small() []Platform {
	return []Platform{
		{ID: "linux:6.1", Modules: []Module{
			{File: "ata/ahci.ko", Name: "ahci", Aliases: []string{"pci:v*d*sv*sd*bc01sc06i01*", "pci:v00008086d00002922sv*sd*bc*sc*i*"}, Depends: []string{"libahci", "libata"}},
			{File: "ata/ata-generic.ko", Name: "ata_generic", Aliases: []string{"pci:v*d*sv*sd*bc01sc*i*"}, Builtin: true},
			{File: "ata/libata.ko", Name: "libata"},
			{File: "r8169.ko", Name: "r8169_ex", Aliases: []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*"}, SoftPre: []string{"realtek"}, Firmware: []string{"rtl_nic/a.fw"}},
		}},
		{ID: "linux:6.12", Modules: []Module{
			{File: "r8169.ko", Name: "r8169_ex", Aliases: []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*"}, SoftPre: []string{"realtek"}, Firmware: []string{"rtl_nic/a.fw"}},
		}},
	}
}

func encoded(t testing.TB, platforms []Platform) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := NewTable(platforms).WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestTableFile(t *testing.T) {
	want := small()
	slices.Sort(want[0].Modules[0].Aliases)
	file := encoded(t, want)
	got := platformsOf(t, file)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Platforms() mismatch (-want +got):\n%s", diff)
	}
	if !bytes.Equal(encoded(t, got), file) {
		t.Error("the same table gives another file when written again")
	}
}

// The order in which modules were found must not show in the file.
func TestTableFileIsDeterministic(t *testing.T) {
	want := encoded(t, small())
	p := small()
	p[0], p[1] = p[1], p[0]
	for i := range p {
		for m := range p[i].Modules {
			a := p[i].Modules[m].Aliases
			p[i].Modules[m].Aliases = slices.Concat(a, a)
		}
	}
	p[1].Modules[0], p[1].Modules[2] = p[1].Modules[2], p[1].Modules[0]
	p = append(p, Platform{ID: "linux:6.1", Modules: p[1].Modules[2:]})
	if !bytes.Equal(encoded(t, p), want) {
		t.Error("input in another order gives another file")
	}
}

func TestTableLookup(t *testing.T) {
	table := NewTable(small())
	for _, test := range []struct {
		key  string
		want []string
	}{
		{"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", []string{
			"[linux:6.1] ahci certain pci:v00008086d00002922sv*sd*bc*sc*i*",
			"[linux:6.1] ata_generic certain pci:v*d*sv*sd*bc01sc*i*",
		}},
		{PCIKey("1022", "7901", "", "", "0106"), []string{
			"[linux:6.1] ata_generic certain pci:v*d*sv*sd*bc01sc*i*",
			"[linux:6.1] ahci possible pci:v*d*sv*sd*bc01sc06i01*",
		}},
		{PCIKey("10ec", "8168", "", "", "02"), []string{
			"[linux:6.1 linux:6.12] r8169_ex certain pci:v000010ECd00008168sv*sd*bc*sc*i*",
		}},
		{"pci:", nil},
	} {
		var got []string
		for _, c := range table.Lookup(test.key) {
			got = append(got, fmt.Sprintf("%s %s %s %s", c.Platforms(), c.Name, c.Verdict, c.Pattern))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Lookup(%q) mismatch (-want +got):\n%s", test.key, diff)
		}
	}
}

// A module may claim anything, at any length.
func TestTableOddPatterns(t *testing.T) {
	long := strings.Repeat("long", 50_000)
	want := []Platform{{ID: "", Modules: []Module{
		{Name: "a", Aliases: []string{"", "*", long, long + "*" + long, long + "x", "-[-]-", "x*[", `x*\`}},
		{Name: "b"},
	}}}
	slices.Sort(want[0].Modules[0].Aliases)
	file := encoded(t, want)
	if diff := cmp.Diff(want, platformsOf(t, file)); diff != "" {
		t.Errorf("Platforms() mismatch (-want +got):\n%s", diff)
	}
	table, err := ReadTable(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{long, long + "x", long + "-" + long, "", "_-_", "x-["} {
		if claims := table.Lookup(key); len(claims) != 1 || claims[0].Name != "a" {
			t.Errorf("Lookup(%.20q…) = %v", key, claims)
		}
	}
}

// No byte of a file may change unnoticed, and no file may end early.
func TestReadTableDamaged(t *testing.T) {
	file := encoded(t, small())
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
		ErrVersion: "modscout.db/v2\n\x00............",
		ErrDamaged: tableMagic,
	} {
		if _, err := ReadTable([]byte(data)); !errors.Is(err, want) {
			t.Errorf("ReadTable(%q) = %v, want %v", data, err, want)
		}
	}
}

// FuzzTable opens bodies, without the checksum, which a fuzzer cannot guess:
// looking up in them and unfolding them must end, and what they unfold to must
// be the same after writing and reading.
func FuzzTable(f *testing.F) {
	keys := []string{"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", PCIKey("8086", "", "", "", ""), "", "x"}
	for _, key := range keys {
		f.Add(encoded(f, small())[tableHeader:], key)
	}
	f.Add(encoded(f, nil)[tableHeader:], "pci:")
	f.Add(encoded(f, []Platform{{ID: "p", Modules: []Module{{Name: "acpi", Aliases: acpiLike(40)}}}})[tableHeader:], "acpi:INT0007:INT0009:")
	f.Fuzz(func(t *testing.T, body []byte, key string) {
		table, err := decodeBody(body)
		if err != nil {
			return
		}
		for _, claim := range table.Lookup(key) {
			claim.Platforms()
		}
		platforms, err := table.Platforms()
		if err != nil {
			return
		}
		again := encoded(t, platforms)
		if !bytes.Equal(encoded(t, platformsOf(t, again)), again) {
			t.Errorf("written and read again, the table has another file")
		}
	})
}

func platformsOf(t testing.TB, file []byte) []Platform {
	t.Helper()
	table, err := ReadTable(file)
	if err != nil {
		t.Fatal(err)
	}
	platforms, err := table.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	return platforms
}

// acpiLike makes patterns that have one head and differ by their anchors.
func acpiLike(n int) []string {
	var patterns []string
	for i := range n {
		patterns = append(patterns, fmt.Sprintf("acpi*:INT%04X:*", i), fmt.Sprintf("acpi*:INT%02X*", i))
	}
	return patterns
}
