// Package ko reads Linux kernel modules: what a .ko file says about the
// devices it drives, what it needs, and which kernel it was built for.
//
// It reads the ELF file itself and asks no tool, so that it works on modules
// of other kernels, in archives, and in an initramfs. Facts about the format
// are from the kernel's include/linux/module.h, scripts/mod/modpost.c and
// Documentation/kbuild/modules.rst.
package ko

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/modscout/modscout/modalias/archive"
)

// MaxBytes is the largest module that is read, in bytes, decompressed. The
// largest of Debian 6.12 has 32 MB.
const MaxBytes = 96 << 20

// maxWindow is enough for xz -9 and for zstd without --long, in bytes. With
// MaxBytes and maxSection it keeps a bomb below 256 MiB.
const maxWindow = 64 << 20

// The ways in which a file can fail to be a module.
var (
	ErrFormat    = errors.New("not a 64-bit little-endian ELF object")
	ErrMachine   = errors.New("ELF object for another machine than x86-64")
	ErrNoModule  = errors.New("ELF object without .modinfo, so not a kernel module")
	ErrMalformed = errors.New("malformed module")
)

// Module is what one .ko file says.
type Module struct {
	File        string   // as it was given: a name, or a path below the tree
	Name        string   // internal, with underscores; may differ from File
	Description string   // for people
	License     string   // "GPL", "Dual BSD/GPL", …
	Aliases     []string // modalias patterns and other names, in the file's order
	Depends     []string // modules, as the builder of this one knew them
	SoftPre     []string // softdep: load before this one where they exist
	SoftPost    []string // softdep: load after it
	Firmware    []string // files that it may ask for
	Params      []string // "name:description" of its parameters
	Vermagic    string   // with its trailing space, which is part of it
	Srcversion  string   // checksum of the sources
	InTree      bool     // built with the kernel, not beside it
	Signed      bool     // a signature is appended to the file
	Stripped    bool     // without symbol table or relocations: no kernel can load it
	Versioned   bool     // carries symbol CRCs (MODVERSIONS)
	Imports     []string // symbols that it takes from the kernel or other modules, in the symbol table's order
	Exports     []string // symbols that it offers, sorted
	Layout      Layout   // of struct module
	Size        int64    // bytes, decompressed
}

// Layout is the shape of struct module that the file was compiled with. The
// kernel checks none of it; a module of another configuration with the same
// vermagic crashes it.
type Layout struct {
	Size int64 // of the section .gnu.linkonce.this_module, bytes
	Init int64 // offset of the pointer to init_module
	Exit int64 // offset of the pointer to cleanup_module, 0 where there is none
}

// ReadFile reads a module, plain or compressed with gzip, xz or zstd.
func ReadFile(path string) (*Module, error) {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	return r.readFile(path)
}

// ReadInfo is [ReadFile] for a caller who needs no more than .modinfo and the
// name: of a plain module nothing else is read, and what the symbols and other
// sections would tell is left out.
func ReadInfo(path string) (*Module, error) {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	r.brief = true
	defer func() { r.brief = false }()
	return r.readFile(path)
}

// reader is what reading one module leaves for the next.
type reader struct {
	brief  bool // only .modinfo
	file   archive.Plain
	disk   onDisk
	object object
	head   [headerSize]byte
	buffer []byte
	small  archive.Small
	names  words
}

var readers = sync.Pool{New: func() any { return &reader{names: words{}} }}

func (r *reader) readFile(path string) (*Module, error) {
	var err error
	if r.file, err = archive.OpenPlain(path); err != nil {
		return nil, err
	}
	defer r.file.Close()
	m, err := r.readOpen(&r.file, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// readOpen reads a plain module piece by piece, and any other as a whole.
func (r *reader) readOpen(f *archive.Plain, path string) (*Module, error) {
	n, _ := f.ReadAt(r.head[:], 0)
	if !bytes.HasPrefix(r.head[:n], []byte(elfMagic)) {
		return r.readWhole(io.NewSectionReader(f, 0, f.Size()), f.Size(), path)
	}
	if f.Size() > MaxBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", archive.ErrTooLarge, int64(MaxBytes))
	}
	r.disk = onDisk{r: f, size: uint64(f.Size()), head: r.head[:n], buffer: r.buffer[:0]}
	m, err := r.read(&r.disk, path)
	if r.buffer = r.disk.buffer; cap(r.buffer) > maxBuffer {
		r.buffer = nil
	}
	return m, err
}

// readWhole reads a module of that many bytes in the reader's own memory, where
// that is large enough.
func (r *reader) readWhole(in io.Reader, size int64, file string) (*Module, error) {
	if size > maxBuffer {
		return r.decode(in, file)
	}
	r.buffer = slices.Grow(r.buffer[:0], int(size))[:size]
	if _, err := io.ReadFull(in, r.buffer); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(r.buffer, []byte(elfMagic)) {
		return r.read(memory(r.buffer), file)
	}
	if plain, ok := r.small.Decompress(r.buffer); ok {
		return r.read(memory(plain), file)
	}
	return r.decode(bytes.NewReader(r.buffer), file)
}

// maxBuffer is the most that a reader keeps of its buffer, in bytes.
const maxBuffer = 8 << 20

// Decode is [Read] for a module that may be compressed with gzip, xz or zstd.
// It reads at most [MaxBytes] of content.
func Decode(r io.Reader, file string) (*Module, error) {
	return (&reader{names: words{}}).decode(r, file)
}

func (r *reader) decode(in io.Reader, file string) (*Module, error) {
	limits := archive.Default
	limits.Bytes, limits.Window = MaxBytes, maxWindow
	plain, err := archive.Decompress(in, limits)
	if err != nil {
		return nil, err
	}
	from, err := gather(plain)
	if err != nil {
		return nil, err
	}
	return r.read(from, file)
}

// Read reads a module from memory; file becomes Module.File and is not opened.
// Strings of the result are copies.
//
// Errors: [ErrFormat], [ErrMachine] and [ErrNoModule], or what is wrong in the
// file and where. No content makes it panic or use more than some megabytes
// beside the file.
func Read(data []byte, file string) (*Module, error) {
	return (&reader{names: words{}}).read(memory(data), file)
}

func (r *reader) read(from content, file string) (*Module, error) {
	e := &r.object
	defer e.forget()
	if err := e.parse(from); err != nil {
		return nil, err
	}
	info, found := e.section(modinfo)
	if !found {
		return nil, ErrNoModule
	}
	m := &Module{File: file, Size: int64(e.length())}
	text := string(e.data(info))
	m.Aliases = slices.Grow(m.Aliases, strings.Count(text, "alias="))
	for tag, value := range fields(text) {
		m.set(tag, value)
	}
	if err := m.readRest(e, r); err != nil {
		return nil, err
	}
	return m, e.err
}

// readRest reads what is not in .modinfo.
func (m *Module) readRest(e *object, r *reader) error {
	if !r.brief || m.Name == "" {
		m.readStruct(e)
	}
	m.Name = underscores(m.Name)
	if r.brief {
		return nil
	}
	m.Signed = isSigned(e)
	_, basic := e.section(basicVersions)
	_, extended := e.section(extendedCRCs)
	m.Versioned = basic || extended
	return m.readSymbols(e, r.names)
}

func isSigned(e *object) bool {
	end, err := e.slice(e.length()-uint64(len(signature)), uint64(len(signature)))
	return err == nil && string(end) == signature
}

// modinfo is the section of what a module says of itself.
const modinfo = ".modinfo"

// fields yields its strings: "tag=value", each closed by a zero.
func fields(section string) iter.Seq2[string, string] {
	return func(yield func(tag, value string) bool) {
		for field := range strings.SplitSeq(section, "\x00") {
			if tag, value, found := strings.Cut(field, "="); found && !yield(tag, value) {
				return
			}
		}
	}
}

// set takes one field of .modinfo; tags that are not known here are ignored.
func (m *Module) set(tag, value string) {
	switch tag {
	case "name":
		m.Name = value
	case "description":
		m.Description = cmp.Or(m.Description, value) // a module of several files has several
	case "license":
		m.License = cmp.Or(m.License, value)
	case "alias":
		m.Aliases = append(m.Aliases, value)
	case "depends":
		m.Depends = append(m.Depends, strings.FieldsFunc(value, func(c rune) bool { return c == ',' })...)
	case "softdep":
		m.readSoftdep(value)
	case "firmware":
		m.Firmware = append(m.Firmware, value)
	case "parm":
		m.Params = append(m.Params, value)
	case "vermagic":
		m.Vermagic = value
	case "srcversion":
		m.Srcversion = value
	case "intree":
		m.InTree = value == "Y"
	}
}

// readSoftdep reads "pre: a b post: c", as modprobe.d(5) has it. Names before
// the first of the two words count for nothing, as with kmod.
func (m *Module) readSoftdep(value string) {
	list := &[]string{}
	for word := range strings.FieldsSeq(value) {
		switch word {
		case "pre:":
			list = &m.SoftPre
		case "post:":
			list = &m.SoftPost
		default:
			*list = append(*list, word)
		}
	}
}
