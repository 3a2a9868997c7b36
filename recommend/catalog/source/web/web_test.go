package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const most = 1 << 20

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// client returns one that loses no time, with the cache dir.
func client(t testing.TB, dir string, change ...func(*Options)) *Client {
	t.Helper()
	opts := Options{Dir: dir, Pause: time.Millisecond, Window: time.Minute}
	for _, c := range change {
		c(&opts)
	}
	c, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// server serves one file with a strong validator and counts the requests.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	data    []byte
	heads   []http.Header // of the requests
	cut     int           // of the next answers, those that end in the middle
	noETag  bool
	refused int // of the next requests, those that get busy
	busy    http.Header
}

func serve(t testing.TB, data []byte) *server {
	s := &server{data: data}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heads = append(s.heads, r.Header.Clone())
	if s.refused > 0 {
		s.refused--
		for name, values := range s.busy {
			w.Header()[name] = values
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if !s.noETag {
		w.Header().Set("ETag", `"`+hash(s.data)[:8]+`"`)
	}
	if s.cut > 0 {
		s.cut--
		w = &cutter{w, len(s.data) / 4}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.data))
}

// cutter breaks the connection after some bytes.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) > c.left {
		c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.heads)
}

var file = bytes.Repeat([]byte("a module of a kernel "), 20_000)

func get(t testing.TB, c *Client, url, sum string) []byte {
	t.Helper()
	data, err := c.Get(t.Context(), url, sum, most)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestGetKeepsWhatItGot(t *testing.T) {
	s, dir := serve(t, file), t.TempDir()
	c := client(t, dir)
	for range 3 {
		if got := get(t, c, s.URL, ""); !bytes.Equal(got, file) {
			t.Fatalf("Get() = %d bytes, want %d", len(got), len(file))
		}
	}
	if n := s.requests(); n != 1 {
		t.Errorf("one client made %d requests for one URL", n)
	}
	get(t, client(t, dir), s.URL, "")
	if last := s.heads[len(s.heads)-1]; last.Get("If-None-Match") == "" {
		t.Errorf("the next client did not ask whether the file changed: %v", last)
	}
	s.data = []byte("new")
	if got := get(t, client(t, dir), s.URL, ""); string(got) != "new" {
		t.Errorf("a file that changed is %q", got)
	}
	before := s.requests()
	if got := get(t, client(t, dir), s.URL+"/elsewhere", hash(file)); !bytes.Equal(got, file) || s.requests() != before {
		t.Errorf("a pinned file that is in the cache cost %d requests", s.requests()-before)
	}
}

func TestGetGoesOnWhereItWasCut(t *testing.T) {
	s := serve(t, file)
	s.cut = 3
	if got := get(t, client(t, t.TempDir()), s.URL, hash(file)); !bytes.Equal(got, file) {
		t.Fatal("the pieces are not the file")
	}
	quarter := len(file) / 4
	for i, h := range s.heads[1:] {
		if want := fmt.Sprintf("bytes=%d-", (i+1)*quarter); h.Get("Range") != want || h.Get("If-Range") == "" {
			t.Errorf("request %d: Range %q, want %q; If-Range %q", i+1, h.Get("Range"), want, h.Get("If-Range"))
		}
	}
}

// A server without validators may have another file by now: no part of the
// first is used.
func TestGetStartsAgainWithoutValidator(t *testing.T) {
	s := serve(t, file)
	s.cut, s.noETag = 1, true
	if got := get(t, client(t, t.TempDir()), s.URL, hash(file)); !bytes.Equal(got, file) {
		t.Fatal("the file is not what the server has")
	}
	if r := s.heads[1].Get("Range"); r != "" && s.heads[1].Get("If-Range") == "" {
		t.Errorf("asked for %q of a file that has no validator", r)
	}
}

func TestGetGoesOnInTheNextRun(t *testing.T) {
	s, dir := serve(t, file), t.TempDir()
	s.cut = 1
	ctx, cancel := context.WithCancel(t.Context())
	interrupt := func(o *Options) {
		o.Progress = func(string, int64, int64) { cancel() }
	}
	if _, err := client(t, dir, interrupt).Get(ctx, s.URL, "", most); !errors.Is(err, context.Canceled) {
		t.Fatalf("an interrupted download: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "content", "*")); len(left) > 0 {
		t.Errorf("an interrupted download left %v as content", left)
	}
	if got := get(t, client(t, dir), s.URL, ""); !bytes.Equal(got, file) {
		t.Fatal("the pieces of two runs are not the file")
	}
	if last := s.heads[len(s.heads)-1]; last.Get("Range") == "" {
		t.Errorf("the second run began anew: %v", last)
	}
}

func TestGetTakesNoPieceOfAnotherVersion(t *testing.T) {
	s, dir := serve(t, file), t.TempDir()
	s.cut = 1
	ctx, cancel := context.WithCancel(t.Context())
	client(t, dir, func(o *Options) { o.Progress = func(string, int64, int64) { cancel() } }).Get(ctx, s.URL, "", most)
	s.data = bytes.ToUpper(file)
	if got := get(t, client(t, dir), s.URL, ""); !bytes.Equal(got, s.data) {
		t.Error("the file is mixed of two versions")
	}
}

func TestGetRefusesAnotherHash(t *testing.T) {
	s, dir := serve(t, []byte("forged")), t.TempDir()
	data, err := client(t, dir).Get(t.Context(), s.URL, hash(file), most)
	var wrong *HashError
	if data != nil || !errors.As(err, &wrong) || wrong.Got != hash([]byte("forged")) {
		t.Fatalf("Get() = %q, %v", data, err)
	}
	s.data = file
	if got := get(t, client(t, dir), s.URL, hash(file)); !bytes.Equal(got, file) {
		t.Error("the next run does not get the right file")
	}
}

func TestGetMendsItsCache(t *testing.T) {
	s, dir := serve(t, file), t.TempDir()
	get(t, client(t, dir), s.URL, "")
	if err := os.WriteFile(filepath.Join(dir, "content", hash(file)), []byte("rot"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := get(t, client(t, dir), s.URL, hash(file)); !bytes.Equal(got, file) {
		t.Error("a damaged copy was not replaced")
	}
}

func TestGetRetries(t *testing.T) {
	s := serve(t, file)
	s.refused, s.busy = 2, http.Header{"Retry-After": {"0"}}
	get(t, client(t, t.TempDir()), s.URL, hash(file))
	if n := s.requests(); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	s.refused = 10
	var status *StatusError
	if _, err := client(t, t.TempDir()).Get(t.Context(), s.URL, "", most); !errors.As(err, &status) || status.Code != 503 {
		t.Errorf("a server that stays busy: %v", err)
	}
	if n := s.requests() - 3; n != retries+1 {
		t.Errorf("%d requests to a busy server, want %d", n, retries+1)
	}
	s.refused, s.busy = 1, http.Header{"Retry-After": {"86400"}}
	if _, err := client(t, t.TempDir()).Get(t.Context(), s.URL, "", most); err == nil || !strings.Contains(err.Error(), "asks to wait 24h") {
		t.Errorf("a server that asks for a day: %v", err)
	}
}

func TestGetFollowsNoRedirectOffTheWeb(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for to, ok := range map[string]bool{"file://" + secret: false, "ftp://example.org/x": false, "/again": false, "/file": true} {
		var requests atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			if r.URL.Path == "/file" {
				w.Write(file)
				return
			}
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}))
		data, err := client(t, t.TempDir()).Get(t.Context(), s.URL+"/x", "", most)
		if (err == nil) != ok || !ok && !errors.Is(err, ErrRedirect) || !ok && data != nil {
			t.Errorf("redirect to %s: %d bytes, %v", to, len(data), err)
		}
		if n := requests.Load(); n > redirects+1 {
			t.Errorf("redirect to %s: %d requests", to, n)
		}
		s.Close()
	}
}

func TestGetOverTLS(t *testing.T) {
	plain := serve(t, file)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain.URL, http.StatusFound)
			return
		}
		w.Write(file)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail on purpose
	s.StartTLS()
	defer s.Close()
	if data, err := client(t, t.TempDir()).Get(t.Context(), s.URL, "", most); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody vouches for: %d bytes, %v", len(data), err)
	}
	trusted := func(o *Options) { o.Transport = s.Client().Transport }
	if got := get(t, client(t, t.TempDir(), trusted), s.URL, hash(file)); !bytes.Equal(got, file) {
		t.Error("the file over TLS differs")
	}
	if _, err := client(t, t.TempDir(), trusted).Get(t.Context(), s.URL+"/down", "", most); !errors.Is(err, ErrRedirect) {
		t.Errorf("a redirect from https to http: %v", err)
	}
}

func TestGetGivesUpOnSlowServers(t *testing.T) {
	stop := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			select {
			case <-stop:
				return
			case <-r.Context().Done():
				return
			case <-time.After(10 * time.Millisecond):
				w.Write([]byte("x"))
				w.(http.Flusher).Flush()
			}
		}
	}))
	defer s.Close()
	defer close(stop)
	hasty := func(o *Options) { o.Window = 100 * time.Millisecond }
	if _, err := client(t, t.TempDir(), hasty).Get(t.Context(), s.URL, "", most); !errors.Is(err, ErrSlow) {
		t.Errorf("a server that sends a byte now and then: %v", err)
	}
}

func TestGetIsCapped(t *testing.T) {
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/says" {
			w.Header().Set("Content-Length", "1000000000000")
		}
		for r.Context().Err() == nil {
			if _, err := w.Write(file); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	dir := t.TempDir()
	for _, path := range []string{"/says", "/silent"} {
		if _, err := client(t, dir).Get(t.Context(), endless.URL+path, "", most); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v, want %v", path, err, ErrTooLarge)
		}
	}
	filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err == nil && info.Size() > most+64<<10 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
		return err
	})
}

func TestGetOffline(t *testing.T) {
	s, dir := serve(t, file), t.TempDir()
	offline := func(o *Options) { o.Offline = true }
	if _, err := client(t, dir, offline).Get(t.Context(), s.URL, "", most); !errors.Is(err, ErrOffline) {
		t.Errorf("offline, with an empty cache: %v", err)
	}
	get(t, client(t, dir), s.URL, "")
	n := s.requests()
	for _, sum := range []string{"", hash(file)} {
		if got := get(t, client(t, dir, offline), s.URL, sum); !bytes.Equal(got, file) {
			t.Error("offline, the cache has another file")
		}
	}
	if s.requests() != n {
		t.Error("offline, the server was asked")
	}
}

func TestGetIsPolite(t *testing.T) {
	var now, peak atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := peak.Load(); n > old && !peak.CompareAndSwap(old, n); old = peak.Load() {
		}
		time.Sleep(time.Millisecond)
		fmt.Fprint(w, r.URL.Path)
	}))
	defer s.Close()
	c := client(t, t.TempDir())
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			path := fmt.Sprintf("/%d", i%30)
			if got, err := c.Get(t.Context(), s.URL+path, "", most); err != nil || string(got) != path {
				t.Errorf("%s: %q, %v", path, got, err)
			}
		})
	}
	all.Wait()
	if peak.Load() > perHost {
		t.Errorf("%d requests at a time, want %d", peak.Load(), perHost)
	}
}

// Two programs that want the same file share the work, and neither sees half
// of it.
func TestGetBesideAnother(t *testing.T) {
	s, dir := serve(t, file), t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		c := client(t, dir)
		all.Go(func() {
			if got, err := c.Get(t.Context(), s.URL, "", most); err != nil || !bytes.Equal(got, file) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
	if left, _ := filepath.Glob(filepath.Join(dir, "partial", "*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// A host that cannot be reached is tried once, whatever is wanted from it.
func TestGetLeavesDeadHostsAlone(t *testing.T) {
	s := serve(t, file)
	s.Close()
	var dials atomic.Int32
	counting := transport()
	counting.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	c := client(t, t.TempDir(), func(o *Options) { o.Transport = counting })
	for i := range 5 {
		if _, err := c.Get(t.Context(), fmt.Sprintf("%s/%d", s.URL, i), "", most); err == nil {
			t.Fatal("a closed server answered")
		}
	}
	if n := dials.Load(); n != retries+1 {
		t.Errorf("a host that does not answer was called %d times, want %d", n, retries+1)
	}
}
