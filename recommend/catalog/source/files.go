package source

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

// content is what a file of a recipe turned out to hold.
type content struct {
	sha256  string
	err     error // it could not be read, or not to its end
	gzip    bool  // compressed as busybox tar -xz expects it
	nested  bool  // some regular entry lies in a directory
	links   bool  // it holds links or devices, which are passed over
	entries int   // regular files, AppleDouble ones left out
	modules []*archived
}

// archived is a .ko in an archive, or one that is a file of its own.
type archived struct {
	file   string // base name
	ko     *ko.Module
	sha256 string // of the content, hexadecimal
	err    error
}

// find returns the module of this file name, or nil. The last one counts, as
// it does when the archive is unpacked flat.
func (c *content) find(file string) *archived {
	for _, m := range slices.Backward(c.modules) {
		if m.file == file {
			return m
		}
	}
	return nil
}

// readFiles reads every file that a recipe names, once.
func (r *reader) readFiles() {
	list := slices.SortedFunc(maps.Keys(r.files), func(a, b location) int { return cmp.Compare(a.path, b.path) })
	var work errgroup.Group
	work.SetLimit(runtime.NumCPU())
	var mu sync.Mutex
	done := 0
	for _, at := range list {
		work.Go(func() error {
			c := readContent(at)
			mu.Lock()
			defer mu.Unlock()
			r.files[at] = c
			done++
			r.progress("files", done, len(list))
			return nil
		})
	}
	work.Wait()
}

// readContent hashes a file and reads the modules in it.
func readContent(at location) *content {
	data, err := at.read()
	if err != nil {
		return &content{err: err}
	}
	c := &content{gzip: bytes.HasPrefix(data, []byte{0x1f, 0x8b})}
	sum := sha256.Sum256(data)
	c.sha256 = hex.EncodeToString(sum[:])
	switch base := path.Base(at.path); {
	case isModule(base):
		c.add(base, data)
	case isArchive(base):
		c.err = c.unpack(data)
	}
	return c
}

// maxModule is the largest module that is read, in bytes: several times the
// largest of Debian's, amdgpu.
const maxModule = 128 << 20

// limits bound what an archive may make us read.
var limits = func() archive.Limits {
	l := archive.Default
	l.Bytes = 1 << 30
	return l
}()

// unpack reads the modules of an archive, flat, as packers unpack it.
func (c *content) unpack(data []byte) error {
	return archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) error {
		return c.entry(e, false)
	})
}

// entry takes one entry of an archive; update says that the file keeps that
// directory before its name.
func (c *content) entry(e archive.Entry, update bool) error {
	base := path.Base(e.Name)
	if !e.Regular || strings.HasPrefix(base, "._") { // AppleDouble: the resource fork of a Mac
		c.links = c.links || !e.Regular && !e.Dir
		return nil
	}
	c.entries++
	c.nested = c.nested || strings.Contains(e.Name, "/")
	if !isModule(base) {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(e.Body, maxModule+1))
	if err != nil {
		return err
	}
	if len(body) > maxModule {
		return fmt.Errorf("%s is larger than %d bytes", e.Name, maxModule)
	}
	if update {
		base = "update/" + base
	}
	c.add(base, body)
	return nil
}

func (c *content) add(file string, data []byte) {
	m, err := ko.Read(data, file)
	sum := sha256.Sum256(data)
	c.modules = append(c.modules, &archived{file, m, hex.EncodeToString(sum[:]), err})
}

func isModule(name string) bool { return strings.HasSuffix(name, ".ko") }

// isArchive goes by the name: what is in it is found by its first bytes.
func isArchive(name string) bool {
	return slices.ContainsFunc([]string{".tgz", ".gz", ".tar", ".txz", ".xz", ".zst", ".lzma"},
		func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}
