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
	err     error    // it could not be read, or not to its end
	gzip    bool     // compressed as busybox tar -xz expects it
	nested  bool     // some regular entry lies in a directory
	links   bool     // it holds links or devices, which are passed over
	entries int      // regular files, AppleDouble ones left out
	names   []string // their base names
	modules []*archived
	texts   map[string]string // what may be scripts, by base name; "" for the file itself
}

// archived is a .ko in an archive, or one that is a file of its own.
type archived struct {
	file   string // base name
	ko     *ko.Module
	sha256 string // of the content, hexadecimal
	crcs   map[string]uint32
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
	r.prefetchFiles()
	for _, at := range list {
		work.Go(func() error {
			c := readContent(at, r.pinned[at], r.packed[at])
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

// readContent hashes a file and reads the modules in it. What a recipe has
// unpacked is an archive whatever its name is.
func readContent(at location, pinned []string, packed bool) *content {
	data, err := at.readPinned(pinned)
	if err != nil {
		return &content{sha256: gotInstead(err), err: err}
	}
	c := &content{gzip: bytes.HasPrefix(data, []byte{0x1f, 0x8b})}
	sum := sha256.Sum256(data)
	c.sha256 = hex.EncodeToString(sum[:])
	switch base := path.Base(at.path); {
	case packed || isArchive(base):
		c.err = c.unpack(data)
	case bytes.HasPrefix(data, []byte("\x7fELF")) || isModule(base):
		c.add(base, data)
	default:
		c.keepText("", data)
	}
	return c
}

// keepText keeps what may be a script.
func (c *content) keepText(name string, data []byte) {
	if len(data) > maxScript {
		data = nil
	}
	if c.texts == nil {
		c.texts = map[string]string{}
	}
	c.texts[name] = string(data)
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
	c.names = append(c.names, base)
	if !isModule(base) {
		if e.Size > maxScript {
			return nil
		}
		body, err := io.ReadAll(io.LimitReader(e.Body, maxScript))
		c.keepText(base, body)
		return err
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
	a := &archived{file: file, ko: m, sha256: hex.EncodeToString(sum[:]), err: err}
	if err == nil && m.Versioned {
		a.crcs, a.err = checksums(data, file)
	}
	c.modules = append(c.modules, a)
}

// checksums reads the CRCs that a module wants of the symbols it imports.
func checksums(data []byte, file string) (map[string]uint32, error) {
	details, err := ko.Inspect(data, file)
	if err != nil {
		return nil, err
	}
	crcs := map[string]uint32{}
	for _, v := range details.Versions {
		crcs[v.Symbol] = v.CRC
	}
	return crcs, nil
}

func isModule(name string) bool { return strings.HasSuffix(name, ".ko") }

// isArchive goes by the name: what is in it is found by its first bytes.
func isArchive(name string) bool {
	return slices.ContainsFunc([]string{".tgz", ".gz", ".tar", ".txz", ".xz", ".zst", ".lzma"},
		func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}
