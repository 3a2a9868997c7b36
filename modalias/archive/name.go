package archive

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// cleanName makes a name relative to the archive's root, or refuses it.
func cleanName(name string, longest int) (string, error) {
	if len(name) > longest {
		return "", fmt.Errorf("%w: name of %d bytes", ErrTooLarge, len(name))
	}
	clean := path.Clean(strings.TrimSuffix(name, "/"))
	if name == "" || strings.ContainsRune(name, 0) || !filepath.IsLocal(clean) {
		return "", fmt.Errorf("%w: %q", ErrUnsafePath, name)
	}
	return clean, nil
}
