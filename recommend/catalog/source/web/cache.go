package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/google/renameio/v2"
)

// cache keeps downloads below one directory:
//
//	content/SHA256   files by what they hold
//	urls/KEY         what a URL held when it was last asked for
//	partial/KEY      downloads that were interrupted
//
// KEY is the sha256 of the URL. All of it may be deleted at any time.
type cache struct{ dir string }

// entry is what the cache knows about a URL.
type entry struct {
	URL       string `json:"url"`
	SHA256    string `json:"sha256"`
	Validator string `json:"validator,omitempty"` // strong ETag or Last-Modified, RFC 9110 section 8.8
}

func key(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:])
}

func (c cache) path(kind, name string) string { return filepath.Join(c.dir, kind, name) }

// content returns a file by its hash, which is checked again: a disk may fail.
func (c cache) content(sum string, most int64) ([]byte, error) {
	if !filepath.IsLocal(sum) || filepath.Base(sum) != sum {
		return nil, fmt.Errorf("%q is no sha256", sum)
	}
	f, err := os.Open(c.path("content", sum))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, ErrTooLarge
	}
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != sum {
		return nil, errors.Join(fmt.Errorf("the cached copy %s is damaged", f.Name()), os.Remove(f.Name()))
	}
	return data, nil
}

// lookup returns what is known about a URL whose content is there.
func (c cache) lookup(url string) (*entry, error) {
	data, err := os.ReadFile(c.path("urls", key(url)))
	if err != nil {
		return nil, err
	}
	var e entry
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	if e.URL != url {
		return nil, fs.ErrNotExist
	}
	if _, err := os.Stat(c.path("content", e.SHA256)); err != nil {
		return nil, err
	}
	return &e, nil
}

// record notes what a URL holds.
func (c cache) record(e entry) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return renameio.WriteFile(c.path("urls", key(e.URL)), data, 0o600)
}
