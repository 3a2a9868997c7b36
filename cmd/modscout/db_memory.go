package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
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

// memoryMagic begins the file. What follows is a checksum, the program that
// wrote it, and the fields of memory.
const memoryMagic = "modscout.memory/v3\n"

// memoryFile returns where the memory of some sources lies, by what they are
// called and where that leads; "" where the user has no cache directory.
func memoryFile(platform string, sources []string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	names := append([]string{platform}, sources...)
	for _, source := range sources {
		path, _ := filepath.Abs(source) // fails only without a working directory
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
	magic, sum := in.take(len(memoryMagic)), in.take(4)
	if magic != memoryMagic || sum != checksum(data[len(magic)+len(sum):]) || in.string() != program() {
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

// wrote says whether a database is still the one that was written.
func (m memory) wrote(output stamped) bool {
	return output.stamp != racy && output.stamp != absent && m.output == output
}

// said is what a file said to a build, and its stamp then.
type said struct {
	stamp stamp
	facts string // packed
}

// said returns what the files said, by path.
func (m memory) said() map[string]said {
	data, err := os.ReadFile(m.factsFile)
	if err != nil || checksum(data) != m.factsSum {
		return nil
	}
	all, in := make(map[string]said, usualFiles), factReader{rest: string(data)}
	for _, files := range unpackListing(m.listing) {
		for _, f := range files {
			all[f.path] = said{f.stamp, in.string()}
		}
	}
	return all
}

// What a distribution's kernel has, about.
const (
	usualFiles   = 4500
	usualBuiltin = 400     // modules that are part of the kernel image
	usualFacts   = 2 << 20 // bytes that its modules say
)

// save writes a memory, but for the facts.
func (m memory) save(file string) {
	var out factWriter
	out.string(program())
	out.string(m.listing)
	out.string(m.output.path)
	out = m.output.stamp.append(out)
	out.string(m.summary)
	out.strings(m.bad)
	out.string(m.factsSum)
	writeMemory(file, []byte(memoryMagic+checksum(out)), out)
}

// saveFacts writes what the files say.
func (m *memory) saveFacts(file string, packed []byte) {
	m.factsSum = checksum(packed)
	if file != "" {
		writeMemory(file+factsSuffix, packed)
	}
}

// writeMemory replaces a file without waiting for the disk: what a crash leaves
// of it is found out by its checksum. That it cannot is no failure of a build.
func writeMemory(file string, content ...[]byte) {
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(file), "new-")
	if err != nil {
		return
	}
	for _, part := range content {
		_, failed := f.Write(part)
		err = errors.Join(err, failed)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
	}
}

func checksum(data []byte) string {
	return string(binary.LittleEndian.AppendUint32(nil, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))))
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
