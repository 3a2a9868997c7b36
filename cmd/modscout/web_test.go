package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modscout/modscout/recommend/catalog"
)

// shelf serves files, and can stop in the middle of one.
type shelf struct {
	*httptest.Server
	mu     sync.Mutex
	files  map[string][]byte
	halt   string        // the file that is served to its half, and no further
	halted chan struct{} // gets a value when it was
	ranges []string      // that were asked for
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{files: map[string][]byte{}, halted: make(chan struct{}, 8)}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	data, found := s.files[r.URL.Path]
	halt := s.halt == r.URL.Path
	if text := r.Header.Get("Range"); text != "" {
		s.ranges = append(s.ranges, text)
	}
	s.mu.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(data)))
	if !halt {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		return
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	w.Write(data[:len(data)/2])
	w.(http.Flusher).Flush()
	s.halted <- struct{}{}
	<-r.Context().Done()
}

func (s *shelf) put(path string, data []byte, halt bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path], s.halt = data, ""
	if halt {
		s.halt = path
	}
}

// process runs modscout as a process of its own, with its own data and cache.
func process(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{"modscout"}, args...)
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	return cmd
}

func output(t *testing.T, home string, args ...string) string {
	t.Helper()
	out, err := process(t, home, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("modscout %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// killed starts modscout, waits until the server has sent half of a file, and
// kills it.
func killed(t *testing.T, s *shelf, home string, args ...string) {
	t.Helper()
	cmd := process(t, home, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-s.halted:
		for !arrived(home) {
			time.Sleep(time.Millisecond)
		}
		cmd.Process.Kill()
		<-ended
	case err := <-ended:
		t.Fatalf("modscout %s ended before it was killed: %v\n%s", strings.Join(args, " "), err, &out)
	}
}

// arrived says whether part of a download is on the disk.
func arrived(home string) bool {
	files, _ := filepath.Glob(filepath.Join(home, ".cache/modscout/partial/*"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && filepath.Ext(file) == "" && info.Size() > 0 {
			return true
		}
	}
	return false
}

// dated is a catalogue file that is large enough to be cut.
func dated(t *testing.T, name string) []byte {
	t.Helper()
	var b catalog.Builder
	for i := range 500 {
		sum := sha256.Sum256(fmt.Append(nil, name, i)) // so that it does not compress
		b.AddPlatform(catalog.Platform{ID: fmt.Sprintf("%s_%d", name, i), Loader: "redpill", Evidence: hex.EncodeToString(sum[:])})
	}
	var file bytes.Buffer
	if err := b.Catalog(name, "", time.Now().UTC().Format(time.DateOnly)).Write(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func sumOf(data []byte) []byte {
	return fmt.Appendf(nil, "%x  catalog.json.zst\n", sha256.Sum256(data))
}

// TestInterruptedUpdate: whenever an update is killed, the catalogue in use
// stays, and the next update gets only what is missing.
func TestInterruptedUpdate(t *testing.T) {
	s, home := newShelf(t), t.TempDir()
	url := s.URL + "/catalog.json.zst"
	one, two := dated(t, "one"), dated(t, "two")
	s.put("/catalog.json.zst.sha256", sumOf(one), false)
	s.put("/catalog.json.zst", one, false)
	output(t, home, "catalog", "update", "--url", url)
	s.put("/catalog.json.zst.sha256", sumOf(two), false)
	s.put("/catalog.json.zst", two, true)
	killed(t, s, home, "catalog", "update")
	if info := output(t, home, "catalog", "info"); !strings.HasPrefix(info, "one, version ") {
		t.Fatalf("after an update that was killed:\n%s", info)
	}
	s.put("/catalog.json.zst", two, false)
	output(t, home, "catalog", "update")
	if info := output(t, home, "catalog", "info"); !strings.HasPrefix(info, "two, version ") {
		t.Errorf("after the next update:\n%s", info)
	}
	if want := fmt.Sprintf("bytes=%d-", len(two)/2); len(s.ranges) != 1 || s.ranges[0] != want {
		t.Errorf("the next update asked for %v, want %s", s.ranges, want)
	}
}

// TestInterruptedBuild: the old file stays until the new one is complete.
func TestInterruptedBuild(t *testing.T) {
	s, home := newShelf(t), t.TempDir()
	file := filepath.Join(home, "catalog.json.zst")
	if err := os.WriteFile(file, []byte("the old one"), 0o644); err != nil {
		t.Fatal(err)
	}
	data := dated(t, "new")
	s.put("/new.json.zst", data, true)
	killed(t, s, home, "catalog", "build", s.URL+"/new.json.zst", "-o", file)
	if got := readFile(t, file); string(got) != "the old one" {
		t.Errorf("a build that was killed left %d bytes", len(got))
	}
	s.put("/new.json.zst", data, false)
	output(t, home, "catalog", "build", s.URL+"/new.json.zst", "-o", file)
	if _, err := catalog.Read(bytes.NewReader(readFile(t, file))); err != nil {
		t.Errorf("the next build: %v", err)
	}
	if len(s.ranges) != 1 {
		t.Errorf("the next build asked for %v, want the missing half", s.ranges)
	}
	if left, _ := filepath.Glob(filepath.Join(home, ".catalog*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	s.Close()
	output(t, home, "catalog", "build", "--offline", s.URL+"/new.json.zst", "-o", file)
}
