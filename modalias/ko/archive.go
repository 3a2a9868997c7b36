package ko

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
)

// ReadArchive reads the modules of an archive of any kind that package archive
// knows: a module pack, an initrd, a kernel's Debian package. Module.File is
// the member's name. Members that are no sound module are left out and
// returned in bad; AppleDouble files ("._igc.ko") and all else is passed over.
//
// It fails where the archive itself is bad, with an error of package archive;
// then what was read so far is returned too.
func ReadArchive(r io.Reader, limits archive.Limits) (modules []*Module, bad []error, err error) {
	err = archive.Walk(r, limits, func(e archive.Entry) error {
		if !e.Regular || !IsModule(e.Name) || strings.HasPrefix(path.Base(e.Name), "._") {
			return nil
		}
		m, err := Decode(e.Body, e.Name)
		switch {
		case errors.Is(err, archive.ErrTruncated):
			return fmt.Errorf("%s: %w", e.Name, err)
		case err != nil:
			bad = append(bad, fmt.Errorf("%s: %w", e.Name, err))
		default:
			modules = append(modules, m)
		}
		return nil
	})
	return modules, bad, err
}
