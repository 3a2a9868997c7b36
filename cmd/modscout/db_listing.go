package main

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/modalias/ko"
)

// fileList is all files of the sources with their stamps, in the form in which it
// is remembered: two builds of the same files have the same bytes. The zero
// fileList is ready.
type fileList struct {
	packed  []byte
	dir     string // prefix of the file that is added next
	count   int    // files
	guessed bool   // some stamp says nothing
}

// Each part of a listing begins with a letter: a source, a directory of it with
// its stamp, what the paths of the next files begin with where that is another, a
// file's name and stamp.
const (
	sourceMark    = 'S'
	directoryMark = 'D'
	prefixMark    = 'P'
	fileMark      = 'F'
)

// usualListing is about what a distribution's kernel takes, in bytes.
const usualListing = 384 << 10

// source begins the next source.
func (l *fileList) source() {
	if l.packed == nil {
		l.packed = make([]byte, 0, usualListing)
	}
	l.packed, l.dir = append(l.packed, sourceMark), ""
}

// directory begins a directory: it is what the paths of the next files begin with.
func (l *fileList) directory(path string, s stamp) {
	l.packed, l.dir = s.append(append(l.text(directoryMark, path), 0)), path
}

// enter says what the paths of the next files begin with.
func (l *fileList) enter(dir string) {
	if dir != l.dir {
		l.packed, l.dir = append(l.text(prefixMark, dir), 0), dir
	}
}

// add adds a file.
func (l *fileList) add(name string, s stamp) {
	l.packed = s.append(append(l.text(fileMark, name), 0))
	l.count++
	l.guessed = l.guessed || s == racy
}

func (l *fileList) text(mark byte, text string) []byte {
	return append(append(l.packed, mark), text...)
}

// eachListed calls visit for each part of a listing: its mark, path or name, stamp.
func eachListed(packed string, visit func(mark byte, text string, s stamp)) {
	for in := (factReader{rest: packed}); in.rest != "" && !in.bad; {
		mark, text, s := in.take(1)[0], "", stamp{}
		if mark != sourceMark {
			text, _, _ = strings.Cut(in.rest, "\x00")
			in.take(len(text) + 1)
		}
		if mark == directoryMark || mark == fileMark {
			s = in.stamp()
		}
		visit(mark, text, s)
	}
}

// unpackListing returns the files of each source.
func unpackListing(packed string) (sources [][]stamped) {
	prefix := ""
	eachListed(packed, func(mark byte, text string, s stamp) {
		switch mark {
		case sourceMark:
			sources, prefix = append(sources, nil), ""
		case fileMark:
			last := len(sources) - 1
			sources[last] = append(sources[last], stamped{prefix + text, s})
		default:
			prefix = text
		}
	})
	return sources
}

// listedDirectory is what a build found in a directory, in order.
type listedDirectory struct {
	stamp   stamp
	entries []entry
}

// unpackDirectories returns the directories of a listing by path.
func unpackDirectories(packed string) map[string]*listedDirectory {
	directories := map[string]*listedDirectory{}
	var in *listedDirectory // what the next files are in
	root := true
	eachListed(packed, func(mark byte, text string, s stamp) {
		switch mark {
		case sourceMark:
			in, root = nil, true
		case prefixMark:
			in = directories[text]
		case directoryMark:
			parent, name := filepath.Split(strings.TrimSuffix(text, "/"))
			if above := directories[parent]; above != nil && !root {
				above.entries = append(above.entries, entry{name, unix.DT_DIR})
			}
			in, root = &listedDirectory{stamp: s}, false
			directories[text] = in
		case fileMark:
			if in != nil && ko.IsModule(text) {
				in.entries = append(in.entries, entry{text, unix.DT_REG})
			}
		}
	})
	return directories
}
