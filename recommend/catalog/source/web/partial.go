package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/modscout/modscout/modalias/hint"
)

// partial is a download under way. It is a file with the bytes so far and one
// with the validator of the version that they are of, so that a later run can
// go on. One process has it at a time.
type partial struct {
	cache     cache
	url       string
	known     *entry // what the cache has for the URL, or nil
	file      *os.File
	size      int64
	validator string // "" where the server gives none: then nothing can go on
	done      bool   // it is in its place
}

// openPartial opens what an earlier run left, or an empty file. It waits for
// another process that downloads the same.
func (c cache) openPartial(ctx context.Context, url string) (*partial, error) {
	for _, kind := range []string{"content", "urls", "partial"} {
		if err := os.MkdirAll(c.path(kind, ""), 0o700); err != nil {
			return nil, hint.With(err, "set XDG_CACHE_HOME to a directory that can be written to")
		}
	}
	p := &partial{cache: c, url: url}
	if err := p.lock(ctx); err != nil {
		return nil, err
	}
	p.known, _ = c.lookup(url)
	validator, err := os.ReadFile(p.name() + ".validator")
	if info, statErr := p.file.Stat(); err == nil && statErr == nil && len(validator) > 0 {
		p.size, p.validator = info.Size(), string(validator)
		return p, nil
	}
	return p, p.restart(nil)
}

func (p *partial) name() string { return p.cache.path("partial", key(p.url)) }

// lock opens the file and takes it for this process. The one who had it before
// has moved it away when it was complete, so the file is opened anew each time.
func (p *partial) lock(ctx context.Context) error {
	for {
		f, err := os.OpenFile(p.name(), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && isAt(f, p.name()) {
			p.file = f
			return nil
		}
		f.Close()
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// isAt says whether an open file is still the one of that name.
func isAt(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(opened, there)
}

// restart throws the bytes away and notes the version that comes now.
func (p *partial) restart(header http.Header) error {
	p.size, p.validator = 0, header.Get("ETag")
	if p.validator == "" || strings.HasPrefix(p.validator, "W/") {
		p.validator = header.Get("Last-Modified")
	}
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	return renameio.WriteFile(p.name()+".validator", []byte(p.validator), 0o600)
}

// append adds one piece of the body.
func (p *partial) append(body io.Reader) (int64, error) {
	n, err := io.CopyN(p.file, body, 64<<10)
	p.size += n
	return n, err
}

// finish moves the complete file to its place by content and returns its hash.
func (p *partial) finish() (string, error) {
	digest := sha256.New()
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if _, err := io.Copy(digest, p.file); err != nil {
		return "", err
	}
	if err := p.file.Sync(); err != nil {
		return "", err
	}
	sum := hex.EncodeToString(digest.Sum(nil))
	// The name belongs to the next one as soon as the file is moved away.
	err := errors.Join(os.Remove(p.name()+".validator"), os.Rename(p.name(), p.cache.path("content", sum)))
	if err != nil {
		return "", err
	}
	p.done = true
	return sum, p.cache.record(entry{URL: p.url, SHA256: sum, Validator: p.validator})
}

// close gives the file free for others. What there is of it stays.
func (p *partial) close() error {
	if p.validator == "" && !p.done { // nothing can go on from here
		os.Remove(p.name() + ".validator")
		os.Remove(p.name())
	}
	return p.file.Close()
}
