package source

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/recommend/catalog/source/web"
)

func TestFetcher(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/there" {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, "from the web")
	}))
	defer server.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("from the disk"), 0o644); err != nil {
		t.Fatal(err)
	}
	mirror, err := ParseMirror("https://example.org/ext=" + dir)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ url, want, fails string }{
		{url: "https://example.org/ext/file", want: "from the disk"},
		{url: "https://example.org/ext/other", fails: "no such file"},
		{url: "https://example.org/ext/../../etc/passwd", fails: "leaves its mirror"},
		{url: "file://" + file, want: "from the disk"},
		{url: server.URL + "/there", want: "from the web"},
		{url: server.URL + "/gone", fails: "404 Not Found"},
		{url: "ftp://example.org/file", fails: "not a URL that can be fetched"},
		{url: "endofurls", fails: "not a URL"},
	}
	fetch := Fetcher(online(t, t.Context()), []*Mirror{mirror})
	for _, test := range tests {
		got, err := readAll(fetch, test.url)
		if got != test.want || (err == nil) != (test.fails == "") || err != nil && !strings.Contains(err.Error(), test.fails) {
			t.Errorf("fetch(%s) = %q, %v, want %q or an error with %q", test.url, got, err, test.want, test.fails)
		}
	}
}

func TestFetcherEndsWithItsContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := readAll(Fetcher(online(t, ctx), nil), server.URL+"/x"); err == nil {
		t.Error("a fetch went on after its context ended")
	}
}

// online fetches from the web, into a cache of the test's.
func online(t testing.TB, ctx context.Context) Fetch {
	t.Helper()
	client, err := web.New(web.Options{Dir: t.TempDir(), Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return func(url, sha256 string, most int64) ([]byte, error) { return client.Get(ctx, url, sha256, most) }
}

func readAll(fetch func(string) (io.ReadCloser, error), url string) (string, error) {
	body, err := fetch(url)
	if err != nil {
		return "", err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	return string(data), err
}
