package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

// cuts is how often a transfer may break off without having brought anything.
const cuts = 3

// transfer brings a file into the cache, as often interrupted as it may be, and
// returns its hash.
func (c *Client) transfer(ctx context.Context, u *url.URL, most int64) (string, error) {
	p, err := c.cache.openPartial(ctx, u.String())
	if err != nil {
		return "", err
	}
	defer p.close()
	for idle := 0; ; {
		before := p.size
		unchanged, err := c.attempt(ctx, u, p, most)
		switch {
		case unchanged != "":
			return unchanged, nil
		case err == nil:
			return p.finish()
		case !wasCut(ctx, err):
			return "", err
		}
		if p.size > before {
			idle = 0
		} else if idle++; idle >= cuts {
			return "", err
		}
	}
}

// wasCut says whether an attempt failed in the middle, so that the rest may be
// asked for.
func wasCut(ctx context.Context, err error) bool {
	var cut *cutError
	return ctx.Err() == nil && errors.As(err, &cut)
}

// cutError is a transfer that ended before the file did.
type cutError struct{ error }

// Unwrap returns what cut the transfer off.
func (e *cutError) Unwrap() error { return e.error }

// attempt asks for a file, or for what of it is missing, and appends that to
// the partial file. It returns the hash of the cached content where the server
// says that this is still right.
func (c *Client) attempt(ctx context.Context, u *url.URL, p *partial, most int64) (unchanged string, err error) {
	ctx, watch := watchSpeed(ctx, c.opts.Window)
	defer watch.stop()
	request, err := c.request(ctx, u, p)
	if err != nil {
		return "", err
	}
	response, err := c.http.Do(request)
	if err != nil {
		if response != nil {
			response.Body.Close()
		}
		var request *url.Error
		if errors.As(err, &request) {
			err = request.Err // [Error] names the URL
		}
		return "", err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && p.known != nil:
		return p.known.SHA256, nil
	case response.StatusCode == http.StatusPartialContent && continues(response, p.size):
	case response.StatusCode == http.StatusOK:
		if err := p.restart(response.Header); err != nil {
			return "", err
		}
	case response.StatusCode == http.StatusRequestedRangeNotSatisfiable || response.StatusCode == http.StatusPartialContent:
		return "", errors.Join(&cutError{&StatusError{response.StatusCode, response.Status}}, p.restart(nil))
	default:
		return "", &StatusError{response.StatusCode, response.Status}
	}
	watch.start()
	return "", c.receive(response, p, watch, most)
}

// request asks for the missing part of a file, if the server has the same one
// still; or for the whole of it, unless that is in the cache.
func (c *Client) request(ctx context.Context, u *url.URL, p *partial) (*retryablehttp.Request, error) {
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "modscout")
	request.Header.Set("Accept-Encoding", "identity") // ranges and hashes are of the file itself
	switch {
	case p.size > 0 && p.validator != "":
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
		request.Header.Set("If-Range", p.validator)
	case p.known != nil && strings.Contains(p.known.Validator, `"`):
		request.Header.Set("If-None-Match", p.known.Validator)
	case p.known != nil && p.known.Validator != "":
		request.Header.Set("If-Modified-Since", p.known.Validator)
	}
	return request, nil
}

// continues says whether a partial answer begins where the file ends.
func continues(response *http.Response, size int64) bool {
	var from int64
	_, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-", &from)
	return err == nil && from == size
}

// receive appends the body to the partial file.
func (c *Client) receive(response *http.Response, p *partial, watch *watch, most int64) error {
	total := int64(-1)
	if response.ContentLength >= 0 {
		total = p.size + response.ContentLength
	}
	if total > most {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, total)
	}
	address := response.Request.URL.String()
	body := io.TeeReader(io.LimitReader(response.Body, most-p.size+1), watch)
	for {
		n, err := p.append(body)
		if p.size > most {
			return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)
		}
		if c.opts.Progress != nil && n > 0 {
			c.opts.Progress(address, p.size, total)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return watch.explain(err)
		}
	}
}
