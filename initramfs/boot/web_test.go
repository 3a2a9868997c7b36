package boot

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// served starts a session whose page a test server has.
func served(t *testing.T) (*session, *fakeSystem, *httptest.Server) {
	t.Helper()
	system := &fakeSystem{stick: t.TempDir(), ports: []port{wired}, options: Options{Serve: true, Stick: "12345678"}}
	s := start(t, sampleParts(), system)
	server := httptest.NewServer(s.web().Handler)
	t.Cleanup(server.Close)
	return s, system, server
}

func fetch(t *testing.T, method, url, host string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func TestSite(t *testing.T) {
	_, system, server := served(t)
	tests := []struct {
		method, path, host string
		status             int
		kind               string
	}{
		{"GET", "/", "192.0.2.7", 200, "text/html; charset=utf-8"},
		{"HEAD", "/", "[2001:db8::1]:80", 200, "text/html; charset=utf-8"},
		{"GET", "/report.json", "192.0.2.7:80", 200, "application/json"},
		{"GET", "/plan.json", "192.0.2.7", 200, "application/json"},
		{"GET", "/pack.zip", "192.0.2.7", 200, "application/zip"},
		{"GET", "/", "localhost:8080", 200, "text/html; charset=utf-8"},
		{"GET", "/", "evil.example.org", 421, ""},
		{"GET", "/", "192.0.2.7.evil.example.org", 421, ""},
		{"POST", "/", "192.0.2.7", 405, ""},
		{"PUT", "/report.json", "192.0.2.7", 405, ""},
		{"DELETE", "/report.json", "192.0.2.7", 405, ""},
		{"GET", "/../etc/resolv.conf", "192.0.2.7", 404, ""},
		{"GET", "/%2e%2e/init", "192.0.2.7", 404, ""},
		{"GET", "//report.json", "192.0.2.7", 404, ""},
		{"GET", "/modscout/report.json", "192.0.2.7", 404, ""},
	}
	for _, tt := range tests {
		response, body := fetch(t, tt.method, server.URL+tt.path, tt.host)
		if response.StatusCode != tt.status || tt.kind != "" && response.Header.Get("Content-Type") != tt.kind {
			t.Errorf("%s %s at %s: status %d, type %q, want %d, %q", tt.method, tt.path, tt.host,
				response.StatusCode, response.Header.Get("Content-Type"), tt.status, tt.kind)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", tt.method, tt.path, name, got, want)
			}
		}
		if policy := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; ") {
			t.Errorf("%s %s: policy %q", tt.method, tt.path, policy)
		}
		if tt.status != 200 && bytes.Contains(body, []byte("modscout.report")) {
			t.Errorf("%s %s: status %d with the report", tt.method, tt.path, tt.status)
		}
	}
	_, got := fetch(t, "GET", server.URL+"/report.json", "127.0.0.1")
	want, err := os.ReadFile(filepath.Join(system.stick, StickDir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the report differs from the stick's (-stick +web):\n%s", diff)
	}
}

// TestSitePack finds the packer's input in the archive, and what the page
// offers on the site.
func TestSitePack(t *testing.T) {
	_, _, server := served(t)
	_, data := fetch(t, "GET", server.URL+"/pack.zip", "127.0.0.1")
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 1 || archive.File[0].Name != "user_config.json" {
		t.Errorf("pack.zip has %+v, want user_config.json", archive.File)
	}
	_, page := fetch(t, "GET", server.URL+"/", "127.0.0.1")
	for _, name := range []string{"report.json", "plan.json", "pack.zip"} {
		if !strings.Contains(string(page), `<a href="`+name+`" download="`+name+`">`) {
			t.Errorf("the page does not offer %s", name)
		}
	}
}

// TestSitePartly serves the report where the packer fails.
func TestSitePartly(t *testing.T) {
	parts := sampleParts()
	parts.Pack = nil
	parts.Recommend = nil
	system := &fakeSystem{ports: []port{wired}, options: Options{Serve: true}}
	s := start(t, parts, system)
	made := *s.site.Load()
	for path, want := range map[string]bool{"/": true, "/report.json": true, "/plan.json": false, "/pack.zip": false} {
		if _, found := made[path]; found != want {
			t.Errorf("%s on the site: %v, want %v", path, found, want)
		}
	}
}

// TestSiteInBrowser opens the site in a real browser: its headers let the page's
// style and script be, and what it offers is on the site.
func TestSiteInBrowser(t *testing.T) {
	kotest.Slow(t, "starts a browser")
	_, _, server := served(t)
	document := kotest.Browse(t, server.URL+"/", "--dump-dom")
	for _, want := range []string{`<p id="searching">`, `download="pack.zip"`} {
		if !strings.Contains(document, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(document, "blob:") {
		t.Error("the page offers its own data, and the site has the files")
	}
}
