package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
)

// memory is what a build leaves for the next one of the same sources, so that
// it reads only what has changed. It is two files in the user's cache directory
// and can be lost at any time: without it, or with one that is damaged or of
// another modscout, everything is read.
type memory struct {
	listing string   // all files of the sources with their stamps
	output  stamped  // the database that was written
	summary string   // what was printed
	bad     []string // what is wrong with modules that are left out

	factsFile, factsSum string // what the files say, in a file of its own
}

// facts is what one file of a source says.
type facts struct {
	stamp     stamp
	platforms []modalias.Platform
	bad       []string // what is wrong with modules that are left out
}

// memoryMagic begins the file. What follows is a checksum, the program that
// wrote it, and the fields of memory.
const memoryMagic = "modscout.memory/v1\n"

// memoryFile returns where the memory of some sources lies, by what they are
// called and where that leads, and "" where there is no place for it.
func memoryFile(platform string, sources []string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	names := append([]string{platform}, sources...)
	for _, source := range sources {
		path, err := filepath.Abs(source)
		if err != nil {
			return ""
		}
		names = append(names, path)
	}
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return filepath.Join(cache, "modscout", "db", hex.EncodeToString(sum[:16]))
}

// factsSuffix is added to a memory's name for the file of facts.
const factsSuffix = ".facts"

// loadMemory reads a memory, but for the facts.
func loadMemory(file string) memory {
	data, err := os.ReadFile(file)
	if err != nil {
		return memory{}
	}
	in := factReader{rest: string(data)}
	if in.take(len(memoryMagic)) != memoryMagic || in.take(4) != checksum(in.rest) || in.string() != program() {
		return memory{}
	}
	m := memory{
		listing: in.string(), output: stamped{in.string(), in.stamp()}, summary: in.string(), bad: in.strings(),
		factsFile: file + factsSuffix, factsSum: in.string(),
	}
	if in.bad {
		return memory{}
	}
	return m
}

// holds says whether neither the sources nor the database have changed.
func (m memory) holds(listing string, output stamped) bool {
	known := listing != "" && output.stamp != racy && output.stamp != absent
	return known && m.listing == listing && m.output == output
}

// facts returns what the files said, by path.
func (m memory) facts() map[string]facts {
	data, err := os.ReadFile(m.factsFile)
	if err != nil || checksum(string(data)) != m.factsSum {
		return nil
	}
	return unpackFacts(string(data))
}

// save writes a memory. That it cannot is no failure of the build.
func (m memory) save(file string, all map[string]facts) {
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	packed := packFacts(all)
	var out factWriter
	out.string(program())
	out.string(m.listing)
	out.string(m.output.path)
	out.stamp(m.output.stamp)
	out.string(m.summary)
	out.strings(m.bad)
	out.string(checksum(packed))
	if writeMemory(file+factsSuffix, packed) == nil {
		_ = writeMemory(file, memoryMagic+checksum(string(out))+string(out))
	}
}

// writeMemory replaces a file without waiting for the disk: what a crash leaves
// of it is found out by its checksum.
func writeMemory(file, content string) error {
	f, err := os.CreateTemp(filepath.Dir(file), "new-")
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func checksum(s string) string {
	return string(binary.LittleEndian.AppendUint32(nil, crc32.Checksum([]byte(s), crc32.MakeTable(crc32.Castagnoli))))
}

// program identifies the running executable: what another one extracted may
// differ.
func program() string {
	file, err := os.Executable()
	if err != nil {
		return tool
	}
	return fmt.Sprint(tool, stampFile(file, settled).stamp)
}

// factWriter and factReader write and read numbers and strings.
type factWriter []byte

func (p *factWriter) number(n int)    { *p = binary.AppendUvarint(*p, uint64(n)) }
func (p *factWriter) string(s string) { p.number(len(s)); *p = append(*p, s...) }

func (p *factWriter) strings(list []string) {
	p.number(len(list))
	for _, s := range list {
		p.string(s)
	}
}

func (p *factWriter) stamp(s stamp) {
	for _, n := range s {
		*p = binary.LittleEndian.AppendUint64(*p, uint64(n))
	}
}

type factReader struct {
	rest string
	bad  bool
}

func (u *factReader) take(n int) string {
	if n < 0 || n > len(u.rest) {
		u.bad, u.rest = true, ""
		return ""
	}
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func (u *factReader) stamp() (s stamp) {
	for i := range s {
		if b := u.take(8); b != "" {
			s[i] = int64(binary.LittleEndian.Uint64([]byte(b)))
		}
	}
	return s
}

func (u *factReader) number() int {
	n, shift := uint64(0), 0
	for {
		b := u.take(1)
		if b == "" || shift > 28 {
			u.bad = true
			return 0
		}
		n |= uint64(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			return int(n)
		}
		shift += 7
	}
}

// count is the number of things that follow, of at least a byte each.
func (u *factReader) count() int {
	n := u.number()
	if n > len(u.rest) {
		u.bad = true
		return 0
	}
	return n
}

func (u *factReader) string() string { return u.take(u.number()) }

func (u *factReader) strings() []string {
	n := u.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = u.string()
	}
	return list
}

// packFacts writes facts, ascending by path so that the file is the same each
// time.
func packFacts(all map[string]facts) string {
	p := &factWriter{}
	p.number(len(all))
	for _, path := range slices.Sorted(maps.Keys(all)) {
		f := all[path]
		p.string(path)
		p.stamp(f.stamp)
		p.strings(f.bad)
		p.number(len(f.platforms))
		for _, platform := range f.platforms {
			p.string(platform.ID)
			p.number(len(platform.Modules))
			for i := range platform.Modules {
				packModule(p, &platform.Modules[i])
			}
		}
	}
	return string(*p)
}

func packModule(p *factWriter, m *modalias.Module) {
	p.string(m.File)
	p.string(m.Name)
	builtin := 0
	if m.Builtin {
		builtin = 1
	}
	p.number(builtin)
	for _, list := range [][]string{m.Aliases, m.Depends, m.SoftPre, m.SoftPost, m.Firmware} {
		p.strings(list)
	}
}

func unpackModule(u *factReader) modalias.Module {
	return modalias.Module{
		File: u.string(), Name: u.string(), Builtin: u.number() == 1,
		Aliases: u.strings(), Depends: u.strings(), SoftPre: u.strings(), SoftPost: u.strings(), Firmware: u.strings(),
	}
}

func unpackFacts(packed string) map[string]facts {
	u := factReader{rest: packed}
	all := make(map[string]facts, min(u.number(), len(u.rest)/8))
	for u.rest != "" && !u.bad {
		path := u.string()
		f := facts{stamp: u.stamp(), bad: u.strings()}
		for range u.count() {
			platform := modalias.Platform{ID: u.string()}
			for range u.count() {
				platform.Modules = append(platform.Modules, unpackModule(&u))
			}
			f.platforms = append(f.platforms, platform)
		}
		all[path] = f
	}
	if u.bad {
		return nil
	}
	return all
}
