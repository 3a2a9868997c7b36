package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tree is a kernel's modules in a place where depmod may write beside them.
type tree struct {
	name    string // of the kernel, "6.1.0-56-amd64"
	base    string // depmod's --basedir
	modules string // base/lib/modules/name
	count   int    // of modules
}

// kernel copies an unpacked kernel package, with hard links and without what
// an earlier depmod left, and with only every n-th module. transform may change
// one module's file, or be nil.
func (b *bench) kernel(metapackage, copy string, every int, transform func(file string) error) (*tree, error) {
	found, _ := filepath.Glob(filepath.Join(b.cache, "kernels", metapackage, "lib", "modules", "*"))
	if len(found) != 1 {
		return nil, fmt.Errorf("no kernel %s in %s: run make kernels", metapackage, b.cache)
	}
	t := &tree{name: filepath.Base(found[0]), base: filepath.Join(b.dir, copy)}
	t.modules = filepath.Join(t.base, "lib", "modules", t.name)
	count := 0
	err := filepath.WalkDir(found[0], func(file string, d fs.DirEntry, err error) error {
		to := filepath.Join(t.modules, strings.TrimPrefix(file, found[0]))
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(to, 0o755)
		case !d.Type().IsRegular():
			return nil
		case strings.Contains(d.Name(), ".ko"):
			if count++; count%every != 0 {
				return nil
			}
			t.count++
		}
		if err := os.Link(file, to); err != nil || transform == nil || !strings.Contains(d.Name(), ".ko") {
			return err
		}
		return transform(to)
	})
	return t, err
}

// zstd replaces a module by its compressed form. Distributions use level 19;
// 10 takes a tenth of the time to make and as long to read.
func zstd(file string) error {
	return exec.Command("zstd", "-q", "-T1", "-10", "--rm", file).Run()
}
