package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
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
	files  [][]stamped      // of each source; of a directory by their paths in it
	total  int              // files
	stamps map[string]stamp // of all files, by whole path
	known  map[string]facts // of the last build

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

// listing is all files with their stamps as one string. It is "" where a stamp
// says nothing, which equals no earlier one.
func (s *sources) listing() string {
	var b []byte
	for _, files := range s.files {
		for _, f := range files {
			if f.stamp == racy {
				return ""
			}
			b = append(append(b, f.path...), 0)
			for _, n := range f.stamp {
				b = binary.LittleEndian.AppendUint64(b, uint64(n))
			}
		}
	}
	return string(b)
}

// prepare is called before anything is read.
func (s *sources) prepare(args []string, known map[string]facts) {
	s.known, s.facts = known, make(map[string]facts, s.total)
	s.stamps = make(map[string]stamp, s.total)
	for i, source := range args {
		for _, f := range s.files[i] {
			if f.path != source {
				f.path = filepath.Join(source, f.path)
			}
			s.stamps[f.path] = f.stamp
		}
	}
}

// factsOf returns what is known of a file, or else what read finds in it.
func (s *sources) factsOf(path string, read func() (facts, error)) (facts, error) {
	stamp := s.stamps[path]
	found, ok := s.known[path]
	fresh := !ok || stamp == racy || found.stamp != stamp
	if fresh {
		var err error
		if found, err = read(); err != nil {
			return facts{}, err
		}
		found.stamp = stamp
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.facts[path] = found
	if fresh {
		s.read++
	}
	return found, nil
}

// tree reads the modules of a directory, of which files are those that stamp
// has found.
func (s *sources) tree(dir string, files []stamped) (*ko.Tree, error) {
	var modules []string
	for _, f := range files {
		if ko.IsModule(f.path) {
			modules = append(modules, f.path)
		}
	}
	return ko.ReadTreeOf(dir, modules, func(path string) (*ko.Module, error) {
		found := s.module(path)
		if len(found.bad) > 0 {
			return nil, errors.New(found.bad[0])
		}
		m := &found.platforms[0].Modules[0]
		return &ko.Module{Name: m.Name, Aliases: m.Aliases, Depends: m.Depends,
			SoftPre: m.SoftPre, SoftPost: m.SoftPost, Firmware: m.Firmware}, nil
	})
}

// module reads one module. That a file is none is remembered too.
func (s *sources) module(path string) facts {
	found, _ := s.factsOf(path, func() (facts, error) {
		m, err := ko.ReadFile(path)
		if err != nil {
			return facts{bad: []string{err.Error()}}, nil
		}
		m.File = filepath.Base(path)
		return facts{platforms: byRelease(m)}, nil
	})
	return found
}

// archive reads the modules of an archive; "-" is standard input.
func (s *sources) archive(cmd *cobra.Command, file string) (facts, error) {
	return s.factsOf(file, func() (found facts, _ error) {
		in, err := openSource(cmd, file)
		if err != nil {
			return found, err
		}
		defer in.Close()
		trees, err := ko.ReadArchiveTrees(in, archive.Default)
		for _, tree := range trees {
			for _, err := range tree.Bad {
				found.bad = append(found.bad, err.Error())
			}
			if tree.Release == "" {
				found.platforms = append(found.platforms, byRelease(tree.Modules...)...)
			} else {
				found.platforms = append(found.platforms, tree.Platform())
			}
		}
		return found, err
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
	for _, p := range platforms {
		list = append(list, *p)
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
