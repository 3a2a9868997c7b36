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
	"strings"

	"github.com/modscout/modscout/modalias/archive"
)

// MaxBytes is the largest module that is read, in bytes, decompressed. The
// largest of Debian 6.12 has 32 MB.
const MaxBytes = 128 << 20

// maxWindow is enough for xz -9 and for zstd without --long, in bytes. With
// MaxBytes it keeps a bomb below 256 MiB.
const maxWindow = 64 << 20

// The ways in which a file can fail to be a module.
var (
	ErrFormat   = errors.New("not a 64-bit little-endian ELF object")
	ErrMachine  = errors.New("ELF object for another machine than x86-64")
	ErrNoModule = errors.New("ELF object without .modinfo, so not a kernel module")
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
	Versioned   bool     // carries symbol CRCs (__versions, MODVERSIONS)
	Imports     []string // symbols that it takes from the kernel or other modules
	Exports     []string // symbols that it offers
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
	f, err := archive.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Decode(f, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Decode is [Read] for a module that may be compressed with gzip, xz or zstd.
// It reads at most [MaxBytes] of content.
func Decode(r io.Reader, file string) (*Module, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, err
	}
	return Read(data, file)
}

// readAll decompresses r, at most MaxBytes of it.
func readAll(r io.Reader) ([]byte, error) {
	limits := archive.Default
	limits.Bytes, limits.Window = MaxBytes, maxWindow
	plain, err := archive.Decompress(r, limits)
	if err != nil {
		return nil, err
	}
	return gather(plain)
}

// gather reads r to its end in pieces and joins them at the end. One growing
// buffer would take several times the limit before a bomb is recognised. The
// pieces begin small, because an archive may hold endless empty modules.
func gather(r io.Reader) ([]byte, error) {
	var pieces [][]byte
	for size := 4 << 10; ; size = min(4*size, 8<<20) {
		piece := make([]byte, size)
		n, err := io.ReadFull(r, piece)
		pieces = append(pieces, piece[:n])
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return bytes.Join(pieces, nil), nil
		case err != nil:
			return nil, err
		}
	}
}

// Read reads a module from memory; file becomes Module.File and is not opened.
// Strings of the result are copies.
//
// Errors: [ErrFormat], [ErrMachine] and [ErrNoModule], or what is wrong in the file and
// where. No content makes it panic or use more than a few times its size.
func Read(data []byte, file string) (*Module, error) {
	e, err := parseELF(data)
	if err != nil {
		return nil, err
	}
	info, found := e.section(".modinfo")
	if !found {
		return nil, ErrNoModule
	}
	m := &Module{File: file, Size: int64(len(data))}
	m.Signed = bytes.HasSuffix(data, []byte(signature))
	m.readInfo(e.data(info))
	if err := m.readSymbols(e); err != nil {
		return nil, err
	}
	m.readStruct(e)
	_, m.Versioned = e.section("__versions")
	return m, nil
}

// signature ends a signed module; see the kernel's scripts/sign-file.c.
const signature = "~Module signature appended~\n"

// readInfo reads the strings of .modinfo: "tag=value", each closed by a zero.
func (m *Module) readInfo(section []byte) {
	for field := range bytes.SplitSeq(section, []byte{0}) {
		if tag, value, found := strings.Cut(string(field), "="); found {
			m.set(tag, value)
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

// readSoftdep reads "pre: a b post: c", as modprobe.d(5) has it.
func (m *Module) readSoftdep(value string) {
	list := &m.SoftPre
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
