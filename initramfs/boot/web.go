package boot

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Limits of the web server, which one phone asks for some files.
const (
	maxConnections = 16
	maxHeader      = 16 << 10
	webTime        = 30 * time.Second
)

// site is what the web server has: the page and what it offers to be saved,
// made once and kept in memory. There is no way to any other file.
type site map[string]webFile // path -> content

type webFile struct {
	kind string // for Content-Type
	data []byte
}

var errNotThere = errors.New("no such page")

// newSite makes the files of the answer so far.
func (s *session) newSite(ctx context.Context) (site, error) {
	made := site{}
	var names []string
	add := func(name, kind string, write func(io.Writer) error) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		made["/"+name] = webFile{kind, b.Bytes()}
		if name != "" {
			names = append(names, name)
		}
		return nil
	}
	document := func(v any) func(io.Writer) error { return func(w io.Writer) error { return jsondoc.Write(w, v) } }
	const asJSON = "application/json"
	err := add("report.json", asJSON, document(s.report))
	if s.plan != nil {
		err = errors.Join(err, add("plan.json", asJSON, document(s.plan)))
		if s.parts.Pack != nil {
			err = errors.Join(err, add("pack.zip", "application/zip", func(w io.Writer) error { return s.zipPack(ctx, w) }))
		}
	}
	return made, errors.Join(err, add("", "text/html; charset=utf-8", func(w io.Writer) error {
		return show.HTML(w, s.plan, s.report, names...)
	}))
}

// zipPack writes the packer's input as one archive.
func (s *session) zipPack(ctx context.Context, w io.Writer) error {
	dir, err := os.MkdirTemp("", "pack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := s.pack(ctx, dir); err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	if err := archive.AddFS(os.DirFS(dir)); err != nil {
		return err
	}
	return archive.Close()
}

// ServeHTTP answers GET and HEAD. A name instead of an address in Host is
// refused, but for that of an emulator's own machine: through one that its owner
// points here (DNS rebinding), any page in the user's browser could read this
// one.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", show.PagePolicy+"; frame-ancestors 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	file, found := s[r.URL.Path]
	switch {
	case !isAddress(r.Host):
		http.Error(w, "use the address that the screen shows", http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	case !found:
		http.Error(w, errNotThere.Error(), http.StatusNotFound)
	default:
		header.Set("Content-Type", file.kind)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.data))
	}
}

// isAddress says whether a Host header has an IP address or localhost, with or
// without a port.
func isAddress(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost"
}

// serve makes the page available, and anew where it is there already.
func (s *session) serve(ctx context.Context) {
	made, err := within(ctx, limitShow, s.newSite)
	if err != nil {
		s.tell("The page is not complete: %v.", err)
	}
	if s.site.Swap(&made) == nil {
		listener, err := s.system.Listen()
		if err != nil {
			s.site.Store(nil)
			s.tell("NO PAGE: %v.", err)
			return
		}
		go s.web().Serve(netutil.LimitListener(listener, maxConnections))
	}
	s.tell("Page: %s", strings.Join(s.urls(), " "))
}

// Listen opens the port of HTTP on every address.
func (*linux) Listen() (net.Listener, error) { return net.Listen("tcp", ":80") }

func (s *session) web() *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.site.Load().ServeHTTP(w, r) }),
		ReadHeaderTimeout: webTime,
		ReadTimeout:       webTime,
		WriteTimeout:      2 * webTime,
		IdleTimeout:       webTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // the screen is the answer's
	}
}

// urls are where the page is, "http://192.0.2.7/".
func (s *session) urls() (list []string) {
	if s.site.Load() == nil {
		return nil
	}
	for _, address := range s.addresses() {
		list = append(list, "http://"+address.String()+"/")
	}
	return list
}
