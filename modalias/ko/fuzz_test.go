package ko_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko"
)

func FuzzRead(f *testing.F) {
	f.Add(igc.bytes())
	stripped := igc
	stripped.stripped = true
	f.Add(stripped.bytes())
	f.Add(writeELF([]elfSection{{}, {name: ".modinfo", kind: 1, data: []byte("alias=*")}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ko.Read(data, "x.ko")
		if (m == nil) == (err == nil) {
			t.Errorf("Read() = %v, %v", m, err)
		}
		pieces, piecesErr := ko.ReadPieces(bytes.NewReader(data), int64(len(data)), "x.ko")
		if piecesErr == nil && err == nil && !cmp.Equal(m, pieces) {
			t.Errorf("from disk (-memory +disk):\n%s", cmp.Diff(m, pieces))
		}
		if err != nil && piecesErr == nil {
			t.Errorf("from disk %v, from memory %v", pieces, err)
		}
	})
}

// FuzzInspect holds what Inspect says to what Read says and to the file's size.
func FuzzInspect(f *testing.F) {
	f.Add(detailed("__mod_pci__cards_device_table", "__versions"))
	f.Add(detailed("__mod_device_table__kmod_x__usb__cards", "__version_ext_crcs"))
	f.Add(sign(detailed("__mod_of_device_table", ""), "signer", "key", 4))
	f.Add(append(igc.bytes(), pkcs7...))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ko.Inspect(data, "x.ko")
		if (d == nil) == (err == nil) {
			t.Fatalf("Inspect() = %v, %v", d, err)
		}
		if err != nil {
			return
		}
		if m, err := ko.Read(data, "x.ko"); !cmp.Equal(m, d.Module) {
			t.Errorf("Read() = %v, %v, differs from Inspect's (-Read +Inspect):\n%s", m, err, cmp.Diff(m, d.Module))
		}
		names := []string(nil)
		for _, x := range d.Exported {
			names = append(names, x.Symbol)
		}
		if diff := cmp.Diff(d.Module.Exports, names); diff != "" {
			t.Errorf("Exported (-Module.Exports +Exported):\n%s", diff)
		}
		for _, table := range d.Tables {
			if table.Size < 0 || table.Size > int64(len(data)) || table.Entries < -1 || int64(table.Entries) > table.Size {
				t.Errorf("table %+v in a file of %d bytes", table, len(data))
			}
		}
		if (d.Signature != nil) != d.Module.Signed || len(d.Versions) > len(data)/4 {
			t.Errorf("signed %v, signature %v, %d versions", d.Module.Signed, d.Signature, len(d.Versions))
		}
	})
}

// detailed is a module with one device table, checksums in the section of that
// name, and an export with a checksum and a namespace.
func detailed(table, versions string) []byte {
	cards := make([]byte, 80)
	binary.LittleEndian.PutUint32(cards, 0x8086)
	crcs := []byte{1, 2, 3, 4}
	sections := []elfSection{{},
		{name: ".modinfo", kind: 1, data: []byte("name=x\x00import_ns=X\x00")},
		{name: ".rodata", kind: 1, data: cards},
		{name: "__ksymtab_gpl", kind: 1, data: make([]byte, 12)},
		{name: "__ksymtab_strings", kind: 1, data: []byte("up\x00NS\x00")},
		{name: "__kcrctab_gpl", kind: 1, data: crcs},
		{name: "__version_ext_names", kind: 1, data: []byte("printk\x00\x00")},
	}
	if versions == "__versions" {
		crcs = append(append(crcs, 0, 0, 0, 0), append([]byte("printk"), make([]byte, 50)...)...)
	}
	if versions != "" {
		sections = append(sections, elfSection{name: versions, kind: 1, data: crcs})
	}
	names, symbols := []byte{0}, make([]byte, 24)
	for _, s := range []struct {
		name          string
		section       uint16
		value, length uint64
	}{{table, 2, 0, 80}, {"__ksymtab_up", 3, 0, 0}, {"__kstrtabns_up", 4, 3, 0}, {"__crc_up", 5, 0, 0}, {"printk", 0, 0, 0}} {
		symbols = binary.LittleEndian.AppendUint32(symbols, uint32(len(names)))
		symbols = binary.LittleEndian.AppendUint16(symbols, 0)
		symbols = binary.LittleEndian.AppendUint16(symbols, s.section)
		symbols = binary.LittleEndian.AppendUint64(symbols, s.value)
		symbols = binary.LittleEndian.AppendUint64(symbols, s.length)
		names = append(append(names, s.name...), 0)
	}
	sections = append(sections,
		elfSection{name: ".symtab", kind: 2, link: uint32(len(sections) + 1), data: symbols},
		elfSection{name: ".strtab", kind: 3, data: names})
	return writeELF(sections)
}

// pkcs7 is a signature in the form that sign-file appends, with an issuer "x",
// serial number 5, SHA-256 and no signature in it.
var pkcs7 = func() string {
	node := func(tag byte, parts ...string) string {
		content := strings.Join(parts, "")
		return string([]byte{tag, byte(len(content))}) + content
	}
	const sequence, set, explicit = 0x30, 0x31, 0xa0
	sha256 := node(sequence, "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01")
	issuer := node(sequence, node(set, node(sequence, "\x06\x03\x55\x04\x03", node(0x0c, "x"))))
	signer := node(sequence, "\x02\x01\x01", node(sequence, issuer, "\x02\x01\x05"), sha256)
	signed := node(sequence, "\x02\x01\x01", node(set, sha256), node(sequence, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), node(set, signer))
	message := node(sequence, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", node(explicit, signed))
	return message + "\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00" + string([]byte{byte(len(message))}) + "~Module signature appended~\n"
}()

func TestInspectPKCS7(t *testing.T) {
	got, err := ko.Inspect(append(detailed("__mod_of_device_table", ""), pkcs7...), "")
	if err != nil {
		t.Fatal(err)
	}
	want := &ko.Signature{Type: "PKCS#7", Signer: "x", Key: []byte{5}, Hash: "sha256"}
	if diff := cmp.Diff(want, got.Signature); diff != "" {
		t.Errorf("Signature mismatch (-want +got):\n%s", diff)
	}
}

// FuzzBuiltin holds the reader of modules.builtin.modinfo to one module a name.
func FuzzBuiltin(f *testing.F) {
	f.Add([]byte("ahci.license=GPL\x00ahci.alias=pci:v*\x00ahci.file=drivers/ata/ahci\x00sd-mod.softdep=pre: a post: b\x00"))
	f.Add([]byte("no name=x\x00.=\x00a.b\x00a.depends=,,b,\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		seen := map[string]bool{}
		for _, m := range ko.ReadBuiltin(data) {
			if seen[m.Name] || strings.Contains(m.Name, "-") {
				t.Errorf("module %q, which is there already or has a hyphen", m.Name)
			}
			seen[m.Name] = true
		}
	})
}
