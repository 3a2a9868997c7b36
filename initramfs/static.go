package initramfs

import (
	"debug/elf"
	"errors"
	"fmt"

	"github.com/modscout/modscout/modalias/hint"
)

// ErrNotStatic says that an executable needs a dynamic loader, which an
// initramfs does not have.
var ErrNotStatic = errors.New("not a static executable")

// CheckStatic reports whether the file is an ELF executable for x86-64 that
// runs without an interpreter.
func CheckStatic(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return hint.With(fmt.Errorf("%s: %w: %w", path, ErrNotStatic, err), buildHint)
	}
	defer f.Close()
	if f.Machine != elf.EM_X86_64 {
		return hint.With(fmt.Errorf("%s: built for %v, the image is for x86-64", path, f.Machine), buildHint)
	}
	for _, segment := range f.Progs {
		if segment.Type == elf.PT_INTERP {
			return hint.With(fmt.Errorf("%s: %w", path, ErrNotStatic), buildHint)
		}
	}
	return nil
}

const buildHint = "build it with CGO_ENABLED=0 (make build), or name a static one with --init"
