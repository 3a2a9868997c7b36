package scan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/modscout/modscout/modalias/archive"
)

// Limits of a capture of a stranger. A server with 512 threads and 4,096 blocks
// of memory makes one of 13,000 members and 3 MB.
var captureLimits = archive.Limits{Bytes: 256 << 20, Entries: 500_000, Depth: 2, Name: 1024, Window: 8 << 20}

// treeDir returns the directory that holds sys and proc for what Options.Root
// names, and what removes it when it was only unpacked for the scan. A capture
// goes through a temporary directory, because ghw reads directories only, and
// because a captured tree is then read as the live one is.
func treeDir(root string) (dir string, remove func(), err error) {
	nothing := func() {}
	if root == "" {
		return "/", nothing, nil
	}
	if info, err := os.Stat(root); err != nil || info.IsDir() {
		return root, nothing, err
	}
	f, err := archive.OpenFile(root)
	if err != nil {
		return "", nothing, err
	}
	defer f.Close()
	dir, err = os.MkdirTemp("", "modscout-")
	if err != nil {
		return "", nothing, err
	}
	remove = func() { os.RemoveAll(dir) }
	inner, err := unpack(dir, f)
	if err != nil {
		remove()
		return "", nothing, fmt.Errorf("unpacking %s: %w", root, err)
	}
	return path.Join(dir, inner), remove, nil
}

// unpack writes the files, directories and links of an archive below dir and
// returns where in it the tree is: at the top, or in the one directory that
// there is.
func unpack(dir string, r io.Reader) (inner string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	err = archive.Walk(r, captureLimits, func(e archive.Entry) error { return unpackEntry(root, e) })
	if err != nil {
		return "", err
	}
	if _, err := root.Stat("sys"); err == nil {
		return ".", nil
	}
	if found, _ := fs.Glob(root.FS(), "*/sys"); len(found) == 1 {
		return path.Dir(found[0]), nil
	}
	return ".", nil
}

// unpackEntry writes one member. What root refuses, such as a file behind a link
// that leads elsewhere, ends the unpacking; a name that is there already keeps
// what it has. Devices and pipes are left out.
func unpackEntry(root *os.Root, e archive.Entry) error {
	if e.Dir {
		return root.MkdirAll(e.Name, 0o755)
	}
	if err := root.MkdirAll(path.Dir(e.Name), 0o755); err != nil {
		return err
	}
	var err error
	switch {
	case e.Regular && e.Size > maxAttribute:
		return nil // nothing of a capture, and the scan would not read it
	case e.Regular:
		err = unpackFile(root, e)
	case e.Link != "":
		err = root.Symlink(e.Link, e.Name)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

func unpackFile(root *os.Root, e archive.Entry) error {
	f, err := root.OpenFile(e.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, e.Body); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
