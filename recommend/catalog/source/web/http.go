package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	retries   = 3
	redirects = 5
	// patience is the longest pause, and the longest that a server may ask for.
	patience = time.Minute
)

// newHTTP returns a client that retries what may be better the next time.
func newHTTP(opts Options) *retryablehttp.Client {
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.RetryMax, c.RetryWaitMin, c.RetryWaitMax = retries, opts.Pause, patience
	c.CheckRetry = retry
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	c.HTTPClient = &http.Client{Transport: opts.Transport, CheckRedirect: redirect}
	if opts.Transport == nil {
		c.HTTPClient.Transport = transport()
	}
	return c
}

// transport is the default one, proxies of the environment included, that
// gives up on servers which do not answer.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 15 * time.Second}).DialContext
	t.ResponseHeaderTimeout = 30 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	t.MaxConnsPerHost = perHost
	return t
}

// redirect follows few redirects, on the web, and never from https to http.
func redirect(request *http.Request, via []*http.Request) error {
	to := request.URL
	switch from := via[len(via)-1].URL; {
	case to.Scheme != "http" && to.Scheme != "https":
		return fmt.Errorf("%w: to %s", ErrRedirect, to.Redacted())
	case from.Scheme == "https" && to.Scheme == "http":
		return fmt.Errorf("%w: from https to %s", ErrRedirect, to.Redacted())
	case len(via) > redirects:
		return fmt.Errorf("%w: more than %d", ErrRedirect, redirects)
	}
	return nil
}

// retry is the library's rule, but for what will not get better: a redirect
// that is refused, a name that does not exist, a pause that nobody waits for.
func retry(ctx context.Context, response *http.Response, err error) (bool, error) {
	var dns *net.DNSError
	if errors.Is(err, ErrRedirect) || errors.As(err, &dns) && dns.IsNotFound {
		return false, err
	}
	if pause := retryAfter(response); pause > patience {
		return false, fmt.Errorf("the server answers %s and asks to wait %s", response.Status, pause)
	}
	return retryablehttp.DefaultRetryPolicy(ctx, response, err)
}

// retryAfter returns the pause that a busy server asks for, RFC 9110 section
// 10.2.3: seconds or a date.
func retryAfter(response *http.Response) time.Duration {
	if response == nil {
		return 0
	}
	text := response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Duration(min(seconds, int64(24*time.Hour/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return time.Until(date).Round(time.Second)
	}
	return 0
}
