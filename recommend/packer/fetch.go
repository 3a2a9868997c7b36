package packer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/recommend/plan"
)

// The largest archive that is fetched, and the most that one may hold, in
// bytes. The largest of rp-ext has 3 MB.
const (
	maxDownload = 256 << 20
	maxUnpacked = 512 << 20
)

// unpacked is one file of an archive, or one loose file.
type unpacked struct {
	url, name string // of the archive; base name
	data      []byte
}

// fetchAll returns what an extension's downloads hold, folders dropped as
// ext-manager.sh drops them, without modules that the plan does not use.
func fetchAll(in Input, extension plan.Extension) ([]unpacked, error) {
	unused := func(name string) bool {
		return strings.HasSuffix(name, ".ko") &&
			!slices.ContainsFunc(in.Plan.Modules, func(m plan.Module) bool { return m.File == name })
	}
	limits := archive.Default
	limits.Bytes = maxUnpacked
	var all []unpacked
	for _, file := range extension.Files {
		data, err := fetch(in, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.URL, err)
		}
		if !file.Packed {
			name := file.Name
			if name == "" {
				name = path.Base(file.URL)
			}
			all = append(all, unpacked{file.URL, name, data})
			continue
		}
		err = archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) error {
			name := path.Base(e.Name)
			if !e.Regular || unused(name) {
				return nil
			}
			body, err := io.ReadAll(e.Body)
			all = append(all, unpacked{file.URL, name, body})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.URL, err)
		}
	}
	return all, nil
}

// fetch returns one download after its hash was found right.
func fetch(in Input, file plan.File) ([]byte, error) {
	if file.SHA256 == "" {
		return nil, hint.With(
			fmt.Errorf("the plan names no sha256 for it"),
			"rebuild the catalogue from recipes that name one, and make the plan again")
	}
	body, err := in.Fetch(file.URL)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxDownload+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDownload {
		return nil, fmt.Errorf("larger than %d bytes", maxDownload)
	}
	return data, verify(data, file.SHA256)
}

// find returns the bytes of a module, from the archives of its extension, or
// from the pile where the extension names none.
func (in Input) find(module plan.Module, files []unpacked) ([]byte, error) {
	if len(files) > 0 || in.From == nil {
		return find(module, files)
	}
	_, data, err := in.From.find(module)
	return data, err
}

// find returns the bytes of a module. Where an archive holds several files of
// that name, the plan's hash decides, else the last one, as with tar -x.
func find(module plan.Module, files []unpacked) ([]byte, error) {
	var found []byte
	var failure error = hint.With(
		fmt.Errorf("no archive of the extension holds it"),
		"where the plan names no archives, say --from and the pack or folder that holds the modules; where it does, they changed since the catalogue was made")
	for _, file := range files {
		if file.name != module.File || module.Archive != "" && file.url != module.Archive {
			continue
		}
		if module.SHA256 != "" {
			if err := verify(file.data, module.SHA256); err != nil {
				failure = err
				continue
			}
		}
		found = file.data
	}
	if found == nil {
		return nil, failure
	}
	return found, nil
}

// HashError says that bytes are not those that the plan pins.
type HashError struct{ Want, Got string }

// Error gives both hashes.
func (e *HashError) Error() string {
	return fmt.Sprintf("sha256 is %s, the plan says %s", e.Got, e.Want)
}

// Hint says what usually happened.
func (e *HashError) Hint() string {
	return "the file changed since the catalogue was made, or the download is damaged: nothing was packed"
}

// verify returns a [*HashError] where data does not have the hash want, with or
// without "sha256:" before it.
func verify(data []byte, want string) error {
	want = strings.ToLower(strings.TrimPrefix(want, "sha256:"))
	if got := sum(data); got != want {
		return &HashError{Want: want, Got: got}
	}
	return nil
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}
