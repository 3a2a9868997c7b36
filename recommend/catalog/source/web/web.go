// Package web downloads what catalogues are made of, and catalogues: politely
// (few connections to a host, retries with growing pauses, Retry-After
// honoured), going on where a connection was cut, and into a cache by content,
// so that nothing is downloaded twice. What a caller pins by its sha256 is
// handed out only if it has that hash.
//
// Servers are strangers. Redirects stay on the web, certificates are checked,
// sizes are capped, and a server that sends nothing, or next to nothing, is
// given up.
package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/sync/singleflight"

	"github.com/modscout/modscout/modalias/hint"
)

// perHost is how many downloads from one host run at a time.
const perHost = 4

// Options change how a [Client] works. The zero value is ready for use.
type Options struct {
	Dir       string                              // of the cache; "" for [CacheDir]
	Offline   bool                                // use only what the cache holds
	Progress  func(url string, done, total int64) // bytes, from several goroutines; total is -1 where the server does not say
	Transport http.RoundTripper                   // nil for one that gives up on dead servers
	Pause     time.Duration                       // before the first retry, doubled for each further one; 0 for a second
	Window    time.Duration                       // in which a transfer must bring 1 kB a second; 0 for half a minute
}

// Client downloads files. Its methods may be called by several goroutines.
type Client struct {
	opts  Options
	cache cache
	http  *retryablehttp.Client
	calls singleflight.Group

	mu    sync.Mutex
	hosts map[string]*host
	fresh map[string]string // URLs that this client asked for already -> sha256
}

// CacheDir is where downloads are kept: modscout in the user's cache directory,
// $XDG_CACHE_HOME or ~/.cache.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", hint.With(fmt.Errorf("no place for downloads: %w", err), "set XDG_CACHE_HOME or HOME")
	}
	return filepath.Join(dir, "modscout"), nil
}

// New returns a client. Nothing is made or opened before the first download.
func New(opts Options) (*Client, error) {
	if opts.Dir == "" {
		dir, err := CacheDir()
		if err != nil {
			return nil, err
		}
		opts.Dir = dir
	}
	if opts.Pause == 0 {
		opts.Pause = time.Second
	}
	if opts.Window == 0 {
		opts.Window = 30 * time.Second
	}
	return &Client{
		opts:  opts,
		cache: cache{opts.Dir},
		http:  newHTTP(opts),
		hosts: map[string]*host{},
		fresh: map[string]string{},
	}, nil
}

// Get returns what a http or https URL holds, at most that many bytes. With a
// sha256 (hexadecimal) it comes from the cache where that has it, and is
// returned only if the hash is right; without one the server is asked whether
// it changed, once in the life of the client.
//
// Errors: [ErrOffline], [ErrTooLarge], [ErrRedirect], [ErrSlow], [*StatusError],
// [*HashError], or those of net/http.
func (c *Client) Get(ctx context.Context, rawURL, sha256 string, most int64) ([]byte, error) {
	if sha256 != "" {
		if data, err := c.cache.content(sha256, most); err == nil {
			return data, nil
		}
	}
	u, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	data, err := c.get(ctx, u, sha256, most)
	if err != nil {
		return nil, &Error{u.Redacted(), err}
	}
	return data, nil
}

func (c *Client) get(ctx context.Context, u *url.URL, sha256 string, most int64) ([]byte, error) {
	got, err := c.ensure(ctx, u, most)
	if err != nil {
		return nil, err
	}
	if sha256 != "" && got != sha256 {
		c.forget(u.String())
		return nil, &HashError{Want: sha256, Got: got}
	}
	data, err := c.cache.content(got, most)
	if err != nil {
		c.forget(u.String())
	}
	return data, err
}

// forget lets the next one who asks for a URL download it anew.
func (c *Client) forget(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.fresh, address)
	os.Remove(c.cache.path("urls", key(address)))
}

func parse(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &Error{rawURL, errors.New("neither http nor https")}
	}
	u.Fragment = ""
	return u, nil
}

// ensure makes sure that the cache holds what a URL has now, and returns its
// hash.
func (c *Client) ensure(ctx context.Context, u *url.URL, most int64) (string, error) {
	address := u.String()
	if c.opts.Offline {
		known, err := c.cache.lookup(address)
		if err != nil {
			return "", ErrOffline
		}
		return known.SHA256, nil
	}
	got, err, _ := c.calls.Do(address, func() (any, error) {
		c.mu.Lock()
		sum := c.fresh[address]
		c.mu.Unlock()
		if sum != "" {
			return sum, nil
		}
		sum, err := c.download(ctx, u, most)
		if err == nil {
			c.mu.Lock()
			c.fresh[address] = sum
			c.mu.Unlock()
		}
		return sum, err
	})
	if err != nil {
		return "", err
	}
	return got.(string), nil
}

// download lets few downloads of one host run at a time, and none from a host
// that was found dead.
func (c *Client) download(ctx context.Context, u *url.URL, most int64) (string, error) {
	c.mu.Lock()
	h := c.hosts[u.Host]
	if h == nil {
		h = &host{slots: make(chan struct{}, perHost)}
		c.hosts[u.Host] = h
	}
	c.mu.Unlock()
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	sum, err := c.transfer(ctx, u, most)
	h.leave(err)
	return sum, err
}

// host is what is known about a server.
type host struct {
	slots chan struct{}
	mu    sync.Mutex
	dead  error // why it could not be reached
}

func (h *host) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead != nil {
		<-h.slots
	}
	return h.dead
}

func (h *host) leave(err error) {
	if unreachable(err) {
		h.mu.Lock()
		h.dead = err
		h.mu.Unlock()
	}
	<-h.slots
}
