package main

import "strings"

// fileList is all files of the sources with their stamps, in the form in which it
// is remembered: two builds of the same files have the same bytes. The zero
// fileList is ready.
type fileList struct {
	packed  []byte
	dir     string // prefix of the file that is added next
	count   int    // files
	guessed bool   // some stamp says nothing
}

// Each part of a listing begins with a letter: a source, what the paths of the
// next files begin with, a file's name and stamp.
const (
	sourceMark = 'S'
	prefixMark = 'P'
	fileMark   = 'F'
)

// usualListing is about what a distribution's kernel takes, in bytes.
const usualListing = 256 << 10

// source begins the next source.
func (l *fileList) source() {
	if l.packed == nil {
		l.packed = make([]byte, 0, usualListing)
	}
	l.packed, l.dir = append(l.packed, sourceMark), ""
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

// unpackListing returns the files of each source.
func unpackListing(packed string) (sources [][]stamped) {
	prefix := ""
	for in := (factReader{rest: packed}); in.rest != "" && !in.bad; {
		switch mark := in.take(1)[0]; mark {
		case sourceMark:
			sources, prefix = append(sources, nil), ""
		default:
			text, _, _ := strings.Cut(in.rest, "\x00")
			if in.take(len(text) + 1); mark == prefixMark {
				prefix = text
				continue
			}
			last := len(sources) - 1
			sources[last] = append(sources[last], stamped{prefix + text, in.stamp()})
		}
	}
	return sources
}
