package boot

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Limits of an upload. Each try has 30 s; four pauses of 1 to 8 s lie between
// five tries.
const (
	tryTime    = 30 * time.Second
	retries    = 4
	firstPause = time.Second
	lastPause  = 8 * time.Second
	redirects  = 5
)

// caFile is where a person may put certificates, in PEM, of those who sign the
// certificate of their own server; they count besides Mozilla's list.
const caFile = "ca.pem"

var (
	errRedirect = errors.New("the server redirects to where the report would not arrive safely")
	errNoCA     = errors.New("no certificate in PEM")
)

// export sends the answer to where the command line wants it.
func (s *session) export(ctx context.Context) {
	_, err := within(ctx, limitExport, func(ctx context.Context) (struct{}, error) {
		roots, err := s.roots(ctx)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.send(ctx, newUploader(s.parts.Tool, roots))
	})
	if err != nil {
		s.tell("NOT SENT to %s: %v.", s.options.Export.Redacted(), err)
		return
	}
	s.tell("Sent to %s.", s.options.Export.Redacted())
}

// send puts the report, and the plan where the URL is a folder, whose path ends
// in a slash. Any other URL names one file, as a signed one does: the report.
func (s *session) send(ctx context.Context, up *uploader) error {
	to := s.options.Export
	if !strings.HasSuffix(to.Path, "/") {
		return up.put(ctx, to, s.report)
	}
	err := up.put(ctx, to.JoinPath("report.json"), s.report)
	if s.plan != nil && err == nil {
		err = up.put(ctx, to.JoinPath("plan.json"), s.plan)
	}
	return err
}

// mozillas is Mozilla's list of certificate authorities; the image has no other.
// The package above the bundle reads it whenever the program starts, for 8 ms.
func mozillas() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		certificate, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, err
		}
		if root.Constraint == nil {
			pool.AddCert(certificate)
		} else {
			pool.AddCertWithConstraint(certificate, root.Constraint)
		}
	}
	return pool, nil
}

// roots are whose certificates count: Mozilla's list, and those on the stick.
func (s *session) roots(ctx context.Context) (*x509.CertPool, error) {
	pool, err := mozillas()
	if err != nil || s.options.Stick == "" {
		return pool, err
	}
	var pem []byte
	err = s.system.Stick(ctx, s.options.Stick, func(dir string) error {
		pem, err = os.ReadFile(filepath.Join(dir, StickDir, caFile))
		return err
	})
	if err != nil {
		s.complain(caFile, ignore(err, fs.ErrNotExist))
		return pool, nil
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %w", caFile, errNoCA)
	}
	return pool, nil
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// uploader sends documents by PUT.
type uploader struct {
	client *retryablehttp.Client
	agent  string
}

func newUploader(agent string, roots *x509.CertPool) *uploader {
	client := retryablehttp.NewClient()
	client.Logger = nil
	client.RetryMax, client.RetryWaitMin, client.RetryWaitMax = retries, firstPause, lastPause
	client.CheckRetry = checkRetry
	client.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client.HTTPClient = &http.Client{
		Timeout:       tryTime,
		CheckRedirect: checkRedirect,
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true},
	}
	return &uploader{client, agent}
}

// checkRedirect refuses to go from https to http, and a redirect that turns PUT
// into GET (301, 302, 303): what it leads to would answer and have nothing.
func checkRedirect(next *http.Request, before []*http.Request) error {
	first := before[0]
	if next.Method != first.Method || first.URL.Scheme == "https" && next.URL.Scheme != "https" || len(before) > redirects {
		return errRedirect
	}
	return nil
}

// checkRetry is the library's rule, but for what will not get better.
func checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if errors.Is(err, errRedirect) {
		return false, err
	}
	return retryablehttp.DefaultRetryPolicy(ctx, response, err)
}

// put sends one document. Any status of 200 to 299 means that it arrived.
func (u *uploader) put(ctx context.Context, to *url.URL, document any) error {
	var body bytes.Buffer
	if err := jsondoc.Write(&body, document); err != nil {
		return err
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPut, to.String(), body.Bytes())
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", u.agent)
	response, err := u.client.Do(request)
	if err != nil {
		return clocked(unwrapURL(err))
	}
	defer response.Body.Close()
	io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("the server answers %s", response.Status)
	}
	return nil
}

// unwrapURL leaves out the URL, which may hold a password and is shown anyway.
func unwrapURL(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}

// clocked adds what this machine takes for now to an error about a certificate's
// dates: a PC whose battery is empty begins years ago.
func clocked(err error) error {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		return fmt.Errorf("%w; this machine's clock says %s", err, time.Now().UTC().Format(time.DateOnly))
	}
	return err
}
