package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Fetcher returns a function that opens what a URL names: from the mirrors
// where one holds it, else from the disk (file://) or the web. It is for
// archives that somebody pins by hash: nothing is checked here.
//
// The function may be called by several goroutines; a web server has a minute
// to answer, and the body ends when ctx does.
func Fetcher(ctx context.Context, mirrors []*Mirror) func(url string) (io.ReadCloser, error) {
	client := &http.Client{Transport: patient()}
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
		return open(ctx, client, u)
	}
}

// patient is the default transport, proxies of the environment included, that
// gives up on a server which does not answer.
func patient() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = time.Minute
	return transport
}

func open(ctx context.Context, client *http.Client, u *url.URL) (io.ReadCloser, error) {
	switch u.Scheme {
	case "file":
		return os.Open(u.Path)
	case "http", "https":
		return get(ctx, client, u.String())
	}
	return nil, fmt.Errorf("%w that can be fetched: %s", ErrNotURL, u)
}

func get(ctx context.Context, client *http.Client, address string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "modscout")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("the server answers %s", response.Status)
	}
	return response.Body, nil
}
