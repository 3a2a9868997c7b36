package scan

import (
	"io/fs"
	"path"
	"strings"
)

// A recording keeps what a scan reads from a tree, so that a scan of what was
// kept reads the same and comes to the same report. Nothing that a scan does
// not read can get into it. The zero recording is a nil pointer, and keeps
// nothing.
type recording struct {
	nodes map[string]node // by real path, with no link in it
	order []string        // of nodes, oldest first
	plain map[string]bool // paths that are no links
}

// node is a file, a directory or a symbolic link.
type node struct {
	isDir  bool
	target string // of a link
	data   []byte // of a file
}

func newRecording() *recording {
	return &recording{nodes: map[string]node{}, plain: map[string]bool{}}
}

func (r *recording) file(t *tree, file string, data []byte) {
	if r != nil {
		r.add(r.real(t, file), node{data: data})
	}
}

func (r *recording) dir(t *tree, dir string) {
	if r != nil {
		r.add(r.real(t, dir), node{isDir: true})
	}
}

// link keeps a link without following it, and of one to an absolute path, which
// sysfs does not have, the last element.
func (r *recording) link(t *tree, link string) {
	if r == nil {
		return
	}
	at := path.Join(r.real(t, path.Dir(link)), path.Base(link))
	target, err := t.root.readlink(at)
	if err != nil {
		return
	}
	if path.IsAbs(target) {
		target = path.Base(target)
	}
	r.add(at, node{target: strings.ToValidUTF8(target, "\uFFFD")})
}

// followed keeps the link that led to a place, if it was one.
func (r *recording) followed(t *tree, link, place string) {
	if link != place {
		r.link(t, link)
	}
}

func (r *recording) add(name string, n node) {
	if _, known := r.nodes[name]; known || !fs.ValidPath(name) {
		return
	}
	r.nodes[name] = n
	r.order = append(r.order, name)
}

// maxLinks bounds the links on one way, as the kernel's MAXSYMLINKS does.
const maxLinks = 40

// real returns where a path leads, and keeps the links on the way. It returns
// "", which is no valid path, for one that leaves the tree.
func (r *recording) real(t *tree, file string) string {
	at, rest, links := "", strings.Split(file, "/"), 0
	for len(rest) > 0 {
		at, rest = path.Join(at, rest[0]), rest[1:]
		target := r.readLink(t, at)
		if target == "" {
			continue
		}
		to := path.Join(path.Dir(at), target)
		if links++; links > maxLinks || path.IsAbs(target) || !fs.ValidPath(to) {
			return ""
		}
		r.add(at, node{target: target})
		at, rest = "", append(strings.Split(to, "/"), rest...)
	}
	return at
}

// readLink returns the target of a link, "" where it is none.
func (r *recording) readLink(t *tree, at string) string {
	if r.plain[at] {
		return ""
	}
	if n, known := r.nodes[at]; known {
		return n.target
	}
	target, err := t.root.readlink(at)
	r.plain[at] = err != nil
	return target
}

// mark and forget drop what was read since about a device that is not reported:
// its name may tell what a capture must not (a 1-Wire device's is its serial
// number).
func (r *recording) mark() int {
	if r == nil {
		return 0
	}
	return len(r.order)
}

func (r *recording) forget(mark int) {
	if r == nil {
		return
	}
	for _, name := range r.order[mark:] {
		delete(r.nodes, name)
	}
	r.order = r.order[:mark]
}
