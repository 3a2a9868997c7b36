package source

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tiny is a kernel module with nothing but what catalogues read of one.
type tiny struct {
	name             string
	aliases          []string
	depends          string
	imports, exports []string
	stripped         bool // of its relocations, as strip(1) without options does
	signed           bool
	vermagic         string // default: tinyVermagic
	firmware         []string
	size             int // of struct module; 0: it has none
	crcs             map[string]uint32
}

const tinyVermagic = "4.4.180+ SMP mod_unload "

// ko returns the module as a relocatable ELF file for x86-64.
func (m tiny) ko() []byte {
	modinfo := "license=GPL\x00intree=Y\x00name=" + m.name + "\x00depends=" + m.depends + "\x00vermagic=" + cmp.Or(m.vermagic, tinyVermagic) + "\x00"
	for _, a := range m.aliases {
		modinfo += "alias=" + a + "\x00"
	}
	for _, file := range m.firmware {
		modinfo += "firmware=" + file + "\x00"
	}
	strtab, symtab := []byte{0}, make([]byte, 24)
	symbol := func(name string, section uint16) {
		entry := make([]byte, 24)
		binary.LittleEndian.PutUint32(entry, uint32(len(strtab)))
		entry[4] = 0x10 // global, no type
		binary.LittleEndian.PutUint16(entry[6:], section)
		symtab = append(symtab, entry...)
		strtab = append(append(strtab, name...), 0)
	}
	symbol("init_module", 1)
	for _, name := range m.imports {
		symbol(name, 0)
	}
	exports := ""
	for _, symbol := range m.exports {
		exports += symbol + "\x00"
	}
	relocations := section{".rela.text", 4, 3, 24, nil}
	if m.stripped {
		relocations.kind = 1
	}
	sections := []section{
		{".modinfo", 1, 0, 0, []byte(modinfo)},
		{"__ksymtab_strings", 1, 0, 0, []byte(exports)},
		{".symtab", 2, 4, 24, symtab},
		{".strtab", 3, 0, 0, strtab},
		relocations,
	}
	if m.size > 0 {
		init := make([]byte, 24) // at offset 296 of struct module, the first symbol
		binary.LittleEndian.PutUint64(init, 296)
		binary.LittleEndian.PutUint64(init[8:], 1<<32|1)
		sections = append(sections,
			section{".gnu.linkonce.this_module", 1, 0, 0, make([]byte, m.size)},
			section{".rela.gnu.linkonce.this_module", 4, 3, 24, init})
	}
	if m.crcs != nil {
		var versions []byte
		for name, crc := range m.crcs {
			entry := make([]byte, 64)
			binary.LittleEndian.PutUint64(entry, uint64(crc))
			copy(entry[8:], name)
			versions = append(versions, entry...)
		}
		sections = append(sections, section{"__versions", 1, 0, 0, versions})
	}
	data := elf64(sections)
	if m.signed {
		data = append(data, "~Module signature appended~\n"...)
	}
	return data
}

type section struct {
	name       string
	kind, link uint32
	size       uint64 // of an entry
	data       []byte
}

// elf64 lays sections out behind an ELF header, with their names and table at
// the end.
func elf64(sections []section) []byte {
	names := []byte{0}
	body := make([]byte, 64)
	var table bytes.Buffer
	table.Write(make([]byte, 64))
	add := func(s section) {
		header := make([]byte, 64)
		binary.LittleEndian.PutUint32(header, uint32(len(names)))
		binary.LittleEndian.PutUint32(header[4:], s.kind)
		names = append(append(names, s.name...), 0)
		if s.name == ".shstrtab" {
			s.data = names
		}
		binary.LittleEndian.PutUint64(header[24:], uint64(len(body)))
		binary.LittleEndian.PutUint64(header[32:], uint64(len(s.data)))
		binary.LittleEndian.PutUint32(header[40:], s.link)
		if s.kind == 2 {
			binary.LittleEndian.PutUint32(header[44:], 1) // first global symbol
		}
		binary.LittleEndian.PutUint64(header[48:], 8)
		binary.LittleEndian.PutUint64(header[56:], s.size)
		body = append(body, s.data...)
		for len(body)%8 != 0 {
			body = append(body, 0)
		}
		table.Write(header)
	}
	for _, s := range sections {
		add(s)
	}
	add(section{name: ".shstrtab", kind: 3})
	copy(body, "\x7fELF\x02\x01\x01")
	binary.LittleEndian.PutUint16(body[16:], 1)  // relocatable
	binary.LittleEndian.PutUint16(body[18:], 62) // x86-64
	binary.LittleEndian.PutUint32(body[20:], 1)
	binary.LittleEndian.PutUint64(body[40:], uint64(len(body)))
	binary.LittleEndian.PutUint16(body[52:], 64)
	binary.LittleEndian.PutUint16(body[58:], 64)
	binary.LittleEndian.PutUint16(body[60:], uint16(len(sections)+2))
	binary.LittleEndian.PutUint16(body[62:], uint16(len(sections)+1))
	return append(body, table.Bytes()...)
}

// tree is an extension tree under construction, served as example/ext.
type tree struct {
	t    testing.TB
	dir  string
	more []string // other sources beside it
}

const treeURL = "https://raw.githubusercontent.com/example/ext/main/"

func newTree(t testing.TB) *tree { return &tree{t: t, dir: t.TempDir()} }

func (x *tree) write(name string, data []byte) {
	x.t.Helper()
	file := filepath.Join(x.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		x.t.Fatal(err)
	}
}

func (x *tree) read(name string) string {
	x.t.Helper()
	data, err := os.ReadFile(filepath.Join(x.dir, name))
	if err != nil {
		x.t.Fatal(err)
	}
	return string(data)
}

// replace changes all occurrences of a text, which must be there, in a file.
func (x *tree) replace(name, old, new string) {
	x.t.Helper()
	text := x.read(name)
	if !strings.Contains(text, old) {
		x.t.Fatalf("%s does not hold %s:\n%s", name, old, text)
	}
	x.write(name, []byte(strings.ReplaceAll(text, old, new)))
}

func (x *tree) remove(name string, really bool) {
	if really {
		os.Remove(filepath.Join(x.dir, name))
	}
}

func (x *tree) index(id string, releases map[string]string) {
	x.t.Helper()
	_, folder, _ := strings.Cut(id, ".")
	data, err := json.Marshal(map[string]any{
		"id": id, "url": treeURL + folder + "/rpext-index.json",
		"info":     map[string]string{"name": folder, "description": "test", "help_url": "https://example.org"},
		"releases": releases,
	})
	if err != nil {
		x.t.Fatal(err)
	}
	x.write(folder+"/rpext-index.json", data)
}

// extension adds a complete extension of one recipe for the platform p_1.
func (x *tree) extension(folder string, archive []byte, kmods string) {
	x.t.Helper()
	x.index("x."+folder, map[string]string{"p_1": treeURL + folder + "/r.json"})
	x.write(folder+"/a.tgz", archive)
	x.write(folder+"/r.json", []byte(recipeJSON(folder, hexSum(archive), kmods)))
}

func recipeJSON(folder, sum, kmods string) string {
	return fmt.Sprintf(`{"files":[{"name":"a.tgz","url":"%s%s/a.tgz","sha256":"%s","packed":true}],"kmods":%s,"scripts":{}}`,
		treeURL, folder, sum, kmods)
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// entry is one file of a test archive; a name that ends in a slash is a
// directory, a link target makes it a symbolic link.
type entry struct {
	name, link string
	data       []byte
}

func plainTar(t testing.TB, entries ...entry) []byte {
	t.Helper()
	data, err := tarOf(entries)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func tarOf(entries []entry) ([]byte, error) {
	var file bytes.Buffer
	w := tar.NewWriter(&file)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.data)), Typeflag: tar.TypeReg}
		switch {
		case e.link != "":
			header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
		case strings.HasSuffix(e.name, "/"):
			header.Typeflag, header.Mode = tar.TypeDir, 0o755
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		w.Write(e.data)
	}
	err := w.Close()
	return file.Bytes(), err
}

func gzipped(data []byte) []byte {
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	w.Write(data)
	w.Close()
	return file.Bytes()
}

func tgz(t testing.TB, entries ...entry) []byte { return gzipped(plainTar(t, entries...)) }
