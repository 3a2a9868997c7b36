package initramfs

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/modscout/modscout/modalias/archive"
)

// Contents lists a scan image, an archive of any kind that package archive
// knows, or a folder, with the hash of each file. Of a scan image the files of
// its initramfs are entries too, below the path of the initramfs.
func Contents(name string) ([]Entry, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		root := os.DirFS(name)
		files, err := folderFiles(root)
		if err != nil {
			return nil, err
		}
		return hashed(root, files)
	}
	stick, err := OpenStick(name)
	if err == nil {
		defer stick.Close()
		files, err := stick.Files()
		if err != nil {
			return nil, err
		}
		return hashed(stick, files)
	}
	if !errors.Is(err, ErrNotStick) {
		return nil, err
	}
	file, err := archive.OpenFile(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	entries, err := Members(file)
	if errors.Is(err, archive.ErrFormat) {
		return nil, fmt.Errorf("%w, nor an archive", ErrNotStick)
	}
	return entries, err
}

// Members lists an archive with the hash of each file, such as a layer that a
// packer made. It fails as [archive.Walk] does.
func Members(r io.Reader) (entries []Entry, err error) {
	limits := archive.Default
	limits.Bytes, limits.Depth = maxUnpacked, 1
	err = archive.Walk(r, limits, func(e archive.Entry) error {
		entry := Entry{Path: e.Name, Mode: e.Mode, Size: e.Size, Link: e.Link}
		switch {
		case e.Dir:
			entry.Mode |= fs.ModeDir
		case e.Regular:
			entry.SHA256, err = hashOf(e.Body)
		case e.Link != "":
			entry.Mode |= fs.ModeSymlink
		default:
			entry.Mode |= fs.ModeIrregular
		}
		entries = append(entries, entry)
		return err
	})
	return entries, err
}

// folderFiles lists the files below a folder.
func folderFiles(root fs.FS) (entries []Entry, err error) {
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		entry := Entry{Path: name, Mode: info.Mode(), Size: info.Size()}
		if info.Mode()&fs.ModeSymlink != 0 {
			entry.Link, err = fs.ReadLink(root, name)
		}
		entries = append(entries, entry)
		return err
	})
	return entries, err
}

// hashed adds what is in the files: their hashes, and behind an initramfs its
// own files.
func hashed(root fs.FS, files []Entry) (entries []Entry, err error) {
	for _, e := range files {
		if !e.Mode.IsRegular() {
			e.Size = 0 // a folder's size is its file system's
			entries = append(entries, e)
			continue
		}
		data, err := readCapped(root, e.Path)
		if err != nil {
			return nil, err
		}
		if e.SHA256, err = hashOf(bytes.NewReader(data)); err != nil {
			return nil, err
		}
		entries = append(entries, e)
		if path.Base(e.Path) != InitrdName {
			continue
		}
		inside, err := Members(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path, err)
		}
		for _, member := range inside {
			member.Path = e.Path + "/" + member.Path
			entries = append(entries, member)
		}
	}
	return entries, nil
}

// readCapped reads a file of at most maxUnpacked bytes.
func readCapped(root fs.FS, name string) ([]byte, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxUnpacked+1))
	if len(data) > maxUnpacked {
		return nil, fmt.Errorf("%s: %w", name, archive.ErrTooLarge)
	}
	return data, err
}

func hashOf(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}

// The ways in which an entry can differ.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Change is one entry that differs between two lists. Where a list has a path
// several times the last one counts, as it does for who unpacks them.
type Change struct {
	Kind string // Added, Removed or Changed
	Path string
	Old  *Entry // nil where added
	New  *Entry // nil where removed
}

// Diff returns what differs between two lists, ordered by path.
func Diff(old, fresh []Entry) []Change {
	before, after := byPath(old), byPath(fresh)
	var changes []Change
	for name, a := range before {
		if b, found := after[name]; !found {
			changes = append(changes, Change{Removed, name, a, nil})
		} else if *a != *b {
			changes = append(changes, Change{Changed, name, a, b})
		}
	}
	for name, b := range after {
		if _, found := before[name]; !found {
			changes = append(changes, Change{Added, name, nil, b})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes
}

func byPath(entries []Entry) map[string]*Entry {
	m := make(map[string]*Entry, len(entries))
	for i := range entries {
		m[entries[i].Path] = &entries[i]
	}
	return m
}
