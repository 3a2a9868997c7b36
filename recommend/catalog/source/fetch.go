package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
)

// Fetcher returns a function that opens what a URL names: from the mirrors
// where one holds it, else from the disk (file://) or the web. It is for
// archives that somebody pins by hash: nothing is checked here.
//
// The function may be called by several goroutines.
func Fetcher(fetch Fetch, mirrors []*Mirror) func(url string) (io.ReadCloser, error) {
	return func(rawURL string) (io.ReadCloser, error) {
		at, err := locate(mirrors, rawURL)
		if err == nil {
			data, err := at.read()
			return io.NopCloser(bytes.NewReader(data)), err
		}
		if !errors.Is(err, ErrNotMirrored) {
			return nil, err
		}
		u, err := parseURL(rawURL)
		if err != nil {
			return nil, err
		}
		return open(fetch, u)
	}
}

func open(fetch Fetch, u *url.URL) (io.ReadCloser, error) {
	switch u.Scheme {
	case "file":
		return os.Open(u.Path)
	case "http", "https":
		data, err := fetch(canonical(u), "", maxFile)
		return io.NopCloser(bytes.NewReader(data)), err
	}
	return nil, fmt.Errorf("%w that can be fetched: %s", ErrNotURL, u)
}
