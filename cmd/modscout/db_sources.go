package main

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
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
	cmd     *cobra.Command
	listing fileList
	files   [][]sourceFile // of each source, from prepare on
	changed bool           // the files do not say what they said to the last build
	read    int            // files, but for the lists of trees
}

// sourceFile is one file of a source: what it said to the last build, or what it
// says now.
type sourceFile struct {
	stamped
	packed string // "" where it had to be read
	facts  facts
	err    error
}

// stamp finds the files and takes their stamps, before any is read: what
// changes from now on will have another one.
func (s *sources) stamp(args []string, last memory) error {
	known, now := unpackDirectories(last.listing), time.Now()
	for _, arg := range args {
		s.listing.source()
		switch {
		case arg == "-":
			s.listing.add(arg, racy)
		case isDir(arg):
			if err := s.listing.stampTree(arg, known, now); err != nil {
				return err
			}
		default:
			s.listing.add(arg, stampFile(arg, now).stamp)
		}
	}
	return nil
}

// prepare reads all files that may say something else than they said to the
// last build, on all cores.
func (s *sources) prepare(last memory) {
	then, count := last.said(), 0
	var fresh []*sourceFile
	for _, files := range unpackListing(string(s.listing.packed)) {
		list := make([]sourceFile, len(files))
		for i, f := range files {
			before, known := then[f.path]
			list[i] = sourceFile{stamped: f, packed: before.facts}
			if !known || f.stamp == racy || f.stamp != before.stamp {
				fresh = append(fresh, &list[i])
			}
		}
		count += len(files)
		s.files = append(s.files, list)
	}
	s.changed = len(then) != count
	s.readAll(fresh)
}

// readAll reads files. Those that are as they were keep what was packed.
func (s *sources) readAll(files []*sourceFile) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for first := range cores {
		group.Go(func() {
			for i := first; i < len(files); i += cores {
				files[i].facts, files[i].err = s.readFile(files[i].path)
			}
		})
	}
	group.Wait()
	for _, f := range files {
		if !isList(f.path) {
			s.read++
		}
		if f.err != nil || f.packed == "" || string(f.facts.pack(nil)) != f.packed {
			f.packed, s.changed = "", true
		}
	}
}

// said returns what a file says.
func (f *sourceFile) said() (facts, error) {
	if known, ok := unpackFacts(f.packed); ok {
		return known, nil
	}
	return f.facts, f.err
}

// packed returns what all files say, as it is remembered: one after the other as
// they are listed.
func (s *sources) packed() []byte {
	out, fresh := make(factWriter, 0, usualFacts), factWriter(nil)
	for _, files := range s.files {
		for i := range files {
			f := &files[i]
			if f.packed != "" {
				out.string(f.packed)
				continue
			}
			fresh = f.facts.pack(fresh[:0])
			out.number(len(fresh))
			out = append(out, fresh...)
		}
	}
	return out
}

// isList says whether a file is one of a tree's lists.
func isList(path string) bool { return slices.Contains(ko.TreeFiles, filepath.Base(path)) }

// readFile reads a module, an archive of modules, or a list of a tree.
func (s *sources) readFile(path string) (facts, error) {
	switch {
	case isList(path):
		data, err := ko.ReadList(path)
		return facts{list: string(data)}, err
	case !ko.IsModule(path):
		return s.readArchive(path)
	}
	m, err := ko.ReadInfo(path)
	if err != nil {
		return facts{bad: []string{err.Error()}}, nil // remembered too
	}
	m.File = filepath.Base(path)
	return facts{platforms: []modalias.Platform{{ID: platformOf(m), Modules: []modalias.Module{m.Record()}}}}, nil
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

// byRelease puts modules into platforms by the kernel release that each says it
// was built for.
func byRelease(modules ...*ko.Module) []modalias.Platform {
	platforms := map[string]*modalias.Platform{}
	for _, m := range modules {
		id := platformOf(m)
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

// platformOf names a platform by the release that a module says it was built for.
func platformOf(m *ko.Module) string {
	release, _, _ := strings.Cut(m.Vermagic, " ")
	return "linux:" + cmp.Or(release, "unknown")
}

func openSource(cmd *cobra.Command, file string) (io.ReadCloser, error) {
	if file != "-" {
		return os.Open(file)
	}
	data, err := readInput(cmd, file)
	return io.NopCloser(bytes.NewReader(data)), err
}
