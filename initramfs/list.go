package initramfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/cavaliergopher/cpio"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/modalias/archive"
)

// maxUnpacked bounds what List reads of one archive, in bytes.
const maxUnpacked = 512 << 20

// Entry is one file of an archive or a medium.
type Entry struct {
	Path   string
	Mode   fs.FileMode
	Size   int64  // bytes
	Link   string // where a link points
	SHA256 string // of a file's content; [List] and [Stick.Files] leave it out
}

// List reads an initramfs as [Initramfs.WriteTo] or WriteCPIO writes it and
// returns its entries and the problems that its own manifest finds. An error
// means that it could not be read to the end.
func List(r io.Reader) ([]Entry, []error, error) {
	unpacked, err := archive.Decompress(r, archive.Limits{Bytes: maxUnpacked, Window: archive.Default.Window})
	if err != nil {
		return nil, nil, err
	}
	l := listing{found: make(map[string]layout.File)}
	err = l.read(unpacked)
	if len(l.entries) == 0 {
		return nil, nil, fmt.Errorf("%w, nor an initramfs", ErrNotStick)
	}
	if err != nil {
		return l.entries, nil, err
	}
	want, err := layout.ParseManifest(l.manifest)
	if err != nil {
		return l.entries, []error{err}, nil
	}
	return l.entries, want.Compare(l.found), nil
}

// listing is what was read of an initramfs.
type listing struct {
	entries  []Entry
	found    map[string]layout.File
	manifest string
}

// read lists an archive.
func (l *listing) read(r io.Reader) error {
	members := cpio.NewReader(r)
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("after %d entries: %w", len(l.entries), err)
		}
		l.entries = append(l.entries, Entry{Path: header.Name, Mode: header.FileInfo().Mode(), Size: header.Size, Link: header.Linkname})
		if !header.Mode.IsRegular() {
			continue
		}
		data, err := io.ReadAll(members)
		if err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
		l.found[header.Name] = layout.FileOf(header.Name, data)
		if header.Name == layout.ManifestPath {
			l.manifest = string(data)
		}
	}
}
