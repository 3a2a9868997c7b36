package boot

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inbox is a server that takes what is sent to it, after a number of failures.
type inbox struct {
	mu       sync.Mutex
	failures int
	answer   func(w http.ResponseWriter, r *http.Request) bool // true: it answered itself
	got      map[string]string
	requests []string
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests = append(i.requests, r.Method+" "+r.URL.Path)
	if i.answer != nil && i.answer(w, r) {
		return
	}
	if i.failures > 0 {
		i.failures--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, _ := io.ReadAll(r.Body)
	if i.got == nil {
		i.got = map[string]string{}
	}
	i.got[r.URL.Path] = string(body)
	w.WriteHeader(http.StatusCreated)
}

// exported runs a session that sends its answer to a URL, and returns what the
// screen shows.
func exported(t *testing.T, to, ca string) string {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	system := &fakeSystem{stick: t.TempDir(), ports: []port{wired}, options: Options{Export: target, Stick: "12345678", PowerOff: true}}
	if ca != "" {
		write(t, filepath.Join(system.stick, StickDir, caFile), []byte(ca))
	}
	start(t, sampleParts(), system)
	for _, name := range []string{"report.json", "plan.json"} {
		if _, err := os.Stat(filepath.Join(system.stick, StickDir, name)); err != nil {
			t.Error(err)
		}
	}
	return system.screen.String()
}

func certificate(server *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

func TestExport(t *testing.T) {
	other := httptest.NewTLSServer(http.NotFoundHandler())
	defer other.Close()
	leave := func(to string, status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/there/report.json" {
				return false
			}
			http.Redirect(w, r, to, status)
			return true
		}
	}
	tests := []struct {
		name, path string
		ca         func(*httptest.Server) string
		inbox      *inbox
		want       string // on the screen
		arrives    []string
	}{
		{"folder", "/up/", certificate, &inbox{}, "Sent to https://", []string{"/up/plan.json", "/up/report.json"}},
		{"one file", "/up/x?signature=1", certificate, &inbox{}, "Sent to https://", []string{"/up/x"}},
		{"again", "/up/x", certificate, &inbox{failures: 1}, "Sent to https://", []string{"/up/x"}},
		{"no certificate", "/up/", nil, &inbox{}, "certificate signed by unknown authority", nil},
		{"no certificate in the file", "/up/", func(*httptest.Server) string { return "none" }, &inbox{}, "ca.pem: no certificate in PEM", nil},
		{"refused", "/up/", certificate, &inbox{answer: func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusForbidden)
			return true
		}}, "the server answers 403 Forbidden", nil},
		{"redirect that keeps PUT", "/up/x", certificate, &inbox{answer: leave("/there/report.json", http.StatusTemporaryRedirect)}, "Sent to https://", []string{"/there/report.json"}},
		{"redirect to a page", "/up/x", certificate, &inbox{answer: leave("/there/report.json", http.StatusFound)}, "the server redirects", nil},
		{"redirect to http", "/up/x", certificate, &inbox{answer: leave("http://127.0.0.1:1/", http.StatusTemporaryRedirect)}, "the server redirects", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(tt.inbox)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			defer server.Close()
			ca := ""
			if tt.ca != nil {
				ca = tt.ca(server)
			}
			screen := exported(t, strings.Replace(server.URL, "https://", "https://user:secret@", 1)+tt.path, ca)
			if !strings.Contains(screen, tt.want) || strings.Contains(screen, "secret") {
				t.Errorf("the screen lacks %q or has the password:\n%s", tt.want, screen)
			}
			var arrived []string
			for path, body := range tt.inbox.got {
				if !strings.Contains(body, `"schema": "modscout.`) {
					t.Errorf("%s got %q", path, body)
				}
				arrived = append(arrived, path)
			}
			slices.Sort(arrived)
			if diff := cmp.Diff(tt.arrives, arrived); diff != "" {
				t.Errorf("what arrived mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExportPlain sends without encryption where http:// was written.
func TestExportPlain(t *testing.T) {
	var in inbox
	server := httptest.NewServer(&in)
	defer server.Close()
	if screen := exported(t, server.URL+"/up/", ""); !strings.Contains(screen, "Sent to http://") || len(in.got) != 2 {
		t.Errorf("%d files arrived, screen:\n%s", len(in.got), screen)
	}
}

// TestMozillas has the authorities that sign most servers' certificates.
func TestMozillas(t *testing.T) {
	pool, err := mozillas()
	if err != nil {
		t.Fatal(err)
	}
	var names strings.Builder
	for _, subject := range pool.Subjects() {
		names.Write(subject)
	}
	for _, name := range []string{"ISRG Root X1", "DigiCert Global Root G2"} {
		if !strings.Contains(names.String(), name) {
			t.Errorf("the list lacks %s", name)
		}
	}
}
