package modprobe

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dirs are the directories that modprobe reads, the one that wins first
// (modprobe.d(5); the order is that of libkmod/libkmod.c).
var Dirs = []string{"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/lib/modprobe.d"}

// maxFiles is the most files that a configuration may have.
const maxFiles = 10_000

// ReadDirs reads the configuration that lies in some directories, or single
// files. Of files of one name only that of the first directory counts, then all
// are read in the order of their names. A directory that does not exist is
// passed over, so is what is not called .conf, and what is no regular file: a
// link to /dev/null hides the files of that name.
func ReadDirs(paths ...string) (*Config, error) {
	files := map[string]string{} // by base name
	for _, path := range paths {
		if err := listFiles(files, path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if len(files) > maxFiles {
		return nil, fmt.Errorf("%s: more than %d files of configuration", strings.Join(paths, ", "), maxFiles)
	}
	c := &Config{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := c.readFile(files[name]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// listFiles adds the files of a directory, or the file itself.
func listFiles(files map[string]string, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		files[filepath.Base(path)] = cmp.Or(files[filepath.Base(path)], path)
		return nil
	}
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if name := e.Name(); len(name) > len(".conf") && name[0] != '.' && strings.HasSuffix(name, ".conf") && !e.IsDir() {
			files[name] = cmp.Or(files[name], filepath.Join(path, name))
		}
	}
	return err
}

// readFile reads a regular file. Others are not opened: a pipe would never end.
func (c *Config) readFile(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil // a link to nowhere or to /dev/null
	}
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.Read(f, path)
}
