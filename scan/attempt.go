package scan

import (
	"context"
	"fmt"
	"maps"
	"path"
	"sync"
	"time"
)

// readLimit is how long a driver may take to answer for one attribute.
const readLimit = time.Second

// attempts scans a tree, and again from the beginning where a driver does not
// answer: a broken device can hold its attributes for ever. Nothing can stop the
// goroutine that hangs on one, so it is left behind, and the next does not ask
// for what it hangs on.
func attempts(ctx context.Context, opts Options, capture bool) (*scanner, error) {
	stuck := map[string]bool{}
	for {
		s, hung, err := attempt(ctx, opts, capture, maps.Clone(stuck))
		if hung == "" {
			return s, err
		}
		stuck[hung] = true
	}
}

// attempt scans once. It returns the file that the scan hangs on, if there is
// one, and no scan then.
func attempt(ctx context.Context, opts Options, capture bool, stuck map[string]bool) (*scanner, string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what is left behind, should its driver ever answer
	t, err := openTree(ctx, opts.Root)
	if err != nil {
		return nil, "", fmt.Errorf("opening the tree: %w", err)
	}
	t.stuck, t.before = stuck, opts.before
	if capture {
		t.rec = newRecording()
	}
	s := newScanner(t, opts)
	done := make(chan error, 1)
	go func() {
		defer t.close()
		done <- s.scan()
	}()
	if hung, err := t.reading.watch(ctx, done); hung != "" || err != nil {
		return nil, hung, err
	}
	return s, "", nil
}

// reading is the file that is being read, for others to see.
type reading struct {
	sync.Mutex
	file  string // "": none
	count int    // of files so far
}

func (r *reading) begin(file string) {
	r.Lock()
	r.file, r.count = file, r.count+1
	r.Unlock()
}

func (r *reading) end() {
	r.Lock()
	r.file = ""
	r.Unlock()
}

func (r *reading) now() (file string, count int) {
	r.Lock()
	defer r.Unlock()
	return r.file, r.count
}

// watch waits for the end of what reads. It returns the file that is being read
// for too long instead, if that comes first. It looks several times: a machine
// that stood still itself, as a virtual one may, has read nothing either.
func (r *reading) watch(ctx context.Context, done <-chan error) (hung string, err error) {
	const looks = 4
	ticker := time.NewTicker(readLimit / looks)
	defer ticker.Stop()
	last, same := 0, 0
	for {
		select {
		case err := <-done:
			return "", err
		case <-ctx.Done():
			return "", ctx.Err()
		case <-ticker.C:
		}
		file, count := r.now()
		if file == "" || count != last {
			last, same = count, 0
			continue
		}
		if same++; same == looks {
			return file, nil
		}
	}
}

// isStuck says whether a file did not answer in an attempt before, or stands in
// the directory of one and is asked for after it.
func (t *tree) isStuck(file string) bool {
	if len(t.stuck) == 0 {
		return false
	}
	dir := path.Dir(file)
	t.stuck[dir] = t.stuck[dir] || t.stuck[file]
	return t.stuck[dir]
}
