package initramfs

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// needs returns what must be loaded before a module.
func (t *tree) needs(name string) ([]string, error) {
	file := t.files[name]
	if file == "" {
		return nil, fmt.Errorf("%w: %s in %s", ErrNoModule, name, t.dir)
	}
	data, err := os.ReadFile(filepath.Join(t.dir, file))
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	info, err := f.Section(".modinfo").Data()
	for _, s := range strings.Split(string(info), "\x00") {
		if d, ok := strings.CutPrefix(s, "depends="); ok && d != "" {
			return strings.Split(strings.ReplaceAll(d, "-", "_"), ","), nil
		}
	}
	return nil, err
}
