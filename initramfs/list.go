package initramfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/cavaliergopher/cpio"

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
	entries, found, manifest, err := readArchive(unpacked)
	if len(entries) == 0 {
		return nil, nil, fmt.Errorf("%w, nor an initramfs", ErrNotStick)
	}
	if err != nil {
		return entries, nil, err
	}
	want, err := ParseManifest(manifest)
	if err != nil {
		return entries, []error{err}, nil
	}
	return entries, want.compare(found), nil
}

func readArchive(r io.Reader) (entries []Entry, found map[string]File, manifest string, err error) {
	found = make(map[string]File)
	members := cpio.NewReader(r)
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return entries, found, manifest, nil
		}
		if err != nil {
			return entries, found, manifest, fmt.Errorf("after %d entries: %w", len(entries), err)
		}
		entries = append(entries, Entry{Path: header.Name, Mode: header.FileInfo().Mode(), Size: header.Size})
		if !header.Mode.IsRegular() {
			continue
		}
		data, err := io.ReadAll(members)
		if err != nil {
			return entries, found, manifest, fmt.Errorf("%s: %w", header.Name, err)
		}
		found[header.Name] = fileOf(header.Name, data)
		if header.Name == ManifestPath {
			manifest = string(data)
		}
	}
}

// compare is [Manifest.Check] for files that were read already.
func (m Manifest) compare(found map[string]File) []error {
	var bad []error
	for _, f := range m {
		switch got, ok := found[f.Path]; {
		case !ok:
			bad = append(bad, &DamageError{f.Path, fs.ErrNotExist})
		case got != f:
			bad = append(bad, &DamageError{f.Path, errContent})
		}
	}
	return bad
}
