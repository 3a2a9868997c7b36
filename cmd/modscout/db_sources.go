package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

// sources reads the sources of a database, of every file only what the last
// build has not read.
type sources struct {
	cmd    *cobra.Command
	files  [][]stamped       // of each source
	total  int               // files
	stamps map[string]stamp  // of all files
	then   map[string]stamp  // the same, when the last build read them
	known  map[string]string // packed facts of the last build

	lock  sync.Mutex
	facts map[string]facts // of this one
	read  int              // files
}

// stamp finds the files and takes their stamps, before any is read: what
// changes from now on will have another one.
func (s *sources) stamp(args []string) error {
	now := time.Now()
	for _, source := range args {
		var files []stamped
		var err error
		switch {
		case source == "-":
			files = []stamped{{source, racy}}
		case isDir(source):
			files, err = stampTree(source, now)
		default:
			files = []stamped{stampFile(source, now)}
		}
		if err != nil {
			return err
		}
		s.files = append(s.files, files)
		s.total += len(files)
	}
	return nil
}

// listing is all files with their stamps as one string, and whether each stamp
// says something.
func (s *sources) listing() (listing string, sure bool) {
	var b strings.Builder
	b.Grow(s.total * 128)
	sure = true
	for _, files := range s.files {
		for _, f := range files {
			sure = sure && f.stamp != racy
			b.WriteString(f.path)
			b.WriteByte(0)
			b.Write(f.stamp.bytes())
		}
	}
	return b.String(), sure
}

// prepare is called before anything is read.
func (s *sources) prepare(last memory) {
	s.known, s.then = last.facts(), unpackListing(last.listing)
	s.facts, s.stamps = make(map[string]facts, s.total), make(map[string]stamp, s.total)
	for _, files := range s.files {
		for _, f := range files {
			s.stamps[f.path] = f.stamp
		}
	}
}

// same says whether all files say what they said to the last build. Those that
// have another stamp now are read.
func (s *sources) same() bool {
	if len(s.stamps) != len(s.then) {
		return false
	}
	for path := range s.stamps {
		if s.isKnown(path) {
			continue
		}
		before, known := s.known[path]
		if !known {
			return false // new, or a list that is no module
		}
		if now, err := s.factsOf(path); err != nil || now.pack() != before {
			return false
		}
	}
	return true
}

// isKnown says whether a file is as it was.
func (s *sources) isKnown(path string) bool {
	stamp := s.stamps[path]
	return stamp != racy && stamp == s.then[path]
}

// factsOf returns what a file says, from memory where it is as it was.
func (s *sources) factsOf(path string) (facts, error) {
	s.lock.Lock()
	found, ok := s.facts[path]
	s.lock.Unlock()
	if packed, known := s.known[path]; !ok && known && s.isKnown(path) {
		found, ok = unpackFacts(packed)
	}
	var err error
	fresh := !ok
	if fresh {
		found, err = s.readFile(path)
	}
	if err != nil {
		return facts{}, err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.facts[path] = found
	if fresh {
		s.read++
	}
	return found, nil
}

// readFile reads a module or an archive of modules.
func (s *sources) readFile(path string) (facts, error) {
	if !ko.IsModule(path) {
		return s.readArchive(path)
	}
	m, err := ko.ReadInfo(path)
	if err != nil {
		return facts{bad: []string{err.Error()}}, nil // remembered too
	}
	m.File = filepath.Base(path)
	return facts{platforms: byRelease(m)}, nil
}

// readArchive reads the modules of an archive; "-" is standard input.
func (s *sources) readArchive(file string) (found facts, err error) {
	in, err := openSource(s.cmd, file)
	if err != nil {
		return facts{}, err
	}
	defer in.Close()
	trees, err := ko.ReadArchiveTrees(in, archive.Default)
	for _, tree := range trees {
		for _, err := range tree.Bad {
			found.bad = append(found.bad, err.Error())
		}
		if tree.Release == "" {
			found.platforms = append(found.platforms, byRelease(tree.Modules...)...)
		} else if p := tree.Platform(); len(p.Modules) > 0 {
			found.platforms = append(found.platforms, p)
		}
	}
	return found, err
}

// tree reads the modules of a directory, of which files are those that stamp
// has found.
func (s *sources) tree(dir string, files []stamped) (*ko.Tree, error) {
	var modules []string
	for _, f := range files {
		if ko.IsModule(f.path) {
			modules = append(modules, strings.TrimPrefix(f.path, pathPrefix(dir)))
		}
	}
	return ko.ReadTreeOf(dir, modules, func(path string) (*ko.Module, error) {
		found, err := s.factsOf(path)
		if err != nil {
			return nil, err
		}
		if len(found.bad) > 0 {
			return nil, errors.New(found.bad[0])
		}
		m := &found.platforms[0].Modules[0]
		return &ko.Module{Name: m.Name, Aliases: m.Aliases, Depends: m.Depends,
			SoftPre: m.SoftPre, SoftPost: m.SoftPost, Firmware: m.Firmware}, nil
	})
}

// byRelease puts modules into platforms by the kernel release that each says it
// was built for.
func byRelease(modules ...*ko.Module) []modalias.Platform {
	platforms := map[string]*modalias.Platform{}
	for _, m := range modules {
		release, _, _ := strings.Cut(m.Vermagic, " ")
		id := "linux:" + cmp.Or(release, "unknown")
		if platforms[id] == nil {
			platforms[id] = &modalias.Platform{ID: id}
		}
		platforms[id].Modules = append(platforms[id].Modules, m.Record())
	}
	var list []modalias.Platform
	for _, id := range slices.Sorted(maps.Keys(platforms)) {
		list = append(list, *platforms[id])
	}
	return list
}

func openSource(cmd *cobra.Command, file string) (io.ReadCloser, error) {
	if file != "-" {
		return os.Open(file)
	}
	data, err := readInput(cmd, file)
	return io.NopCloser(bytes.NewReader(data)), err
}
