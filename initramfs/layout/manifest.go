package layout

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Manifest lists the files of an initramfs, so that /init can tell whether all
// of it arrived. A boot loader that overwrites the end of an initrd does not
// stop the kernel: /init still runs, with modules missing.
//
// Its text has one line a file, "SHA256 SIZE PATH", and ends with "end COUNT".
type Manifest []File

// File is one file of a manifest.
type File struct {
	Path   string // relative, with slashes
	Size   int64  // bytes
	SHA256 string // of the content, lower-case hex
}

// ErrDamaged is in the chain of every error about an initramfs that is not
// what was built.
var ErrDamaged = errors.New("damaged initramfs")

var errContent = errors.New("content differs")

// FileOf returns the line of a manifest for a file.
func FileOf(name string, data []byte) File {
	sum := sha256.Sum256(data)
	return File{Path: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
}

// String returns the text that [ParseManifest] reads.
func (m Manifest) String() string {
	var b strings.Builder
	for _, f := range m {
		fmt.Fprintf(&b, "%s %d %s\n", f.SHA256, f.Size, f.Path)
	}
	fmt.Fprintf(&b, "end %d\n", len(m))
	return b.String()
}

// ParseManifest reads a manifest's text. Errors: [ErrDamaged], with the line.
func ParseManifest(text string) (Manifest, error) {
	var m Manifest
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines[:len(lines)-1] {
		f, err := parseFile(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d of its manifest: %w", ErrDamaged, i+1, err)
		}
		m = append(m, f)
	}
	if want := fmt.Sprintf("end %d", len(m)); lines[len(lines)-1] != want {
		return nil, fmt.Errorf("%w: its manifest does not end with %q", ErrDamaged, want)
	}
	return m, nil
}

func parseFile(line string) (File, error) {
	fields := strings.SplitN(line, " ", 3)
	if len(fields) != 3 || !filepath.IsLocal(fields[2]) {
		return File{}, errors.New("want SHA256 SIZE PATH")
	}
	if sum, err := hex.DecodeString(fields[0]); err != nil || len(sum) != sha256.Size {
		return File{}, fmt.Errorf("%q is no SHA-256", fields[0])
	}
	size, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || size < 0 {
		return File{}, fmt.Errorf("%q is no size", fields[1])
	}
	return File{Path: fields[2], Size: size, SHA256: fields[0]}, nil
}

// DamageError says what is wrong with one file; [ErrDamaged] is in its chain.
type DamageError struct {
	Path string // as in the manifest
	Err  error
}

// Error says which file is damaged and how.
func (e *DamageError) Error() string { return fmt.Sprintf("%v: %s: %v", ErrDamaged, e.Path, e.Err) }

// Unwrap returns [ErrDamaged] and the cause.
func (e *DamageError) Unwrap() []error { return []error{ErrDamaged, e.Err} }

// Read returns the content of a file below root, if it is what was built.
// Errors: a [*DamageError].
func (m Manifest) Read(root, path string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(root, path))
	switch {
	case err != nil:
		return nil, &DamageError{path, errors.Unwrap(err)} // which names the path too
	case !slices.Contains(m, FileOf(path, data)):
		return nil, &DamageError{path, errContent}
	}
	return data, nil
}

// Check compares the files below root with the manifest and returns one error
// for each that differs. Modules it leaves out: each is compared when it is
// loaded, and then removed.
func (m Manifest) Check(root string) []*DamageError {
	var bad []*DamageError
	for _, f := range m {
		if strings.HasPrefix(f.Path, moduleDir) {
			continue
		}
		if err := f.check(filepath.Join(root, f.Path)); err != nil {
			bad = append(bad, &DamageError{f.Path, err})
		}
	}
	return bad
}

func (f File) check(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return errors.Unwrap(err) // the caller names the path
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	switch {
	case err != nil:
		return err
	case size != f.Size:
		return fmt.Errorf("%d bytes, want %d", size, f.Size)
	case hex.EncodeToString(hash.Sum(nil)) != f.SHA256:
		return errContent
	}
	return nil
}

// Compare returns one error for each file of the manifest that is not among
// those that were found, by path, or is another.
func (m Manifest) Compare(found map[string]File) []error {
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
