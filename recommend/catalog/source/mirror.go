package source

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
)

// maxFile is the largest file that is read from a tree, in bytes. The largest
// archive of the public trees is a hundredth of it.
const maxFile = 256 << 20

// maxDocument is the largest index or recipe that is read, in bytes. The
// concatenated index of pocopico/rp-ext, the largest known, has 2 MB.
const maxDocument = 32 << 20

// Errors of finding the file behind a URL.
var (
	ErrNotURL      = errors.New("not a URL")
	ErrNotMirrored = errors.New("no mirror holds this URL")
)

// Mirror is a directory that stands for part of the web.
type Mirror struct {
	repo   string // "owner/repo" in lower case, GitHub's; or
	prefix string // what a URL begins with, without a slash at its end
	ref    string // branch, tag or commit that it holds; "" = whatever is asked for
	root   *os.Root
	web    *remote // instead of root: whatever no other mirror holds
}

// ParseMirror reads OWNER/REPO[@REF]=DIR or URLPREFIX=DIR and opens DIR.
// Nothing outside DIR can be reached through the mirror, by links either.
func ParseMirror(s string) (*Mirror, error) {
	name, dir, found := strings.Cut(s, "=")
	if !found || name == "" || dir == "" {
		return nil, fmt.Errorf("mirror %q is not OWNER/REPO=DIR or URLPREFIX=DIR", s)
	}
	m, err := mirrorOf(name)
	if err != nil {
		return nil, err
	}
	m.root, err = os.OpenRoot(dir)
	return m, err
}

// mirrorOf is a mirror of what name says, without its directory.
func mirrorOf(name string) (*Mirror, error) {
	if u, err := url.Parse(name); err == nil && u.Scheme != "" && (u.Host != "" || u.Scheme == "file") {
		return &Mirror{prefix: strings.TrimRight(name, "/")}, nil
	}
	repo, ref, _ := strings.Cut(name, "@")
	owner, project, found := strings.Cut(repo, "/")
	if !found || owner == "" || project == "" || strings.Contains(project, "/") {
		return nil, fmt.Errorf("mirror of %q: neither OWNER/REPO nor a URL", name)
	}
	return &Mirror{repo: strings.ToLower(repo), ref: ref}, nil
}

// location is a file below a directory, or on the web. Two locations are equal
// when they are the same file, however the URLs were spelled.
type location struct {
	root *os.Root
	path string // slash-separated, relative, clean; on the web the URL
	web  *remote
}

// tree names the directory that a file lies below; "" for the web.
func (l location) tree() string {
	if l.root == nil {
		return ""
	}
	return l.root.Name()
}

// open opens a regular file.
func (l location) open() (*os.File, error) {
	return archive.Regular(l.root.OpenFile(filepath.FromSlash(l.path), os.O_RDONLY|archive.NonBlocking, 0))
}

// read returns the contents of a regular file.
func (l location) read() ([]byte, error) { return l.readUpTo(maxFile) }

// readUpTo is read for a file that should be smaller.
func (l location) readUpTo(most int64) ([]byte, error) {
	if l.web != nil {
		return l.web.fetch(l.path, "", most)
	}
	f, err := l.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch info, err := f.Stat(); {
	case err != nil:
		return nil, err
	case info.Size() > most:
		return nil, fmt.Errorf("%s is larger than %d bytes", l.path, most)
	}
	return io.ReadAll(io.LimitReader(f, most))
}

// parseURL parses an absolute URL that names a file.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Path == "" || u.Host == "" && u.Scheme != "file" {
		return nil, fmt.Errorf("%w: %q", ErrNotURL, s)
	}
	return u, nil
}

// locate returns the file that a URL names in the first mirror of the longest
// prefix, or of the GitHub repository, of this branch before any. A file of the same name in another
// repository is never taken for it.
func locate(mirrors []*Mirror, rawURL string) (location, error) {
	u, err := parseURL(rawURL)
	if err != nil {
		return location{}, err
	}
	if m, rest := longestPrefix(mirrors, u); m != nil {
		return within(m, rest)
	}
	if repo, ref, rest, ok := github(u); ok {
		for _, held := range []string{ref, ""} {
			for _, m := range mirrors {
				if m.repo == repo && m.ref == held {
					return within(m, rest)
				}
			}
		}
	}
	return onTheWeb(mirrors, u)
}

func within(m *Mirror, rest string) (location, error) {
	clean := path.Clean(rest)
	if !filepath.IsLocal(clean) || clean == "." || strings.ContainsRune(clean, 0) {
		return location{}, fmt.Errorf("%w: %q leaves its mirror", ErrNotURL, rest)
	}
	return location{root: m.root, path: clean}, nil
}

func longestPrefix(mirrors []*Mirror, u *url.URL) (best *Mirror, rest string) {
	plain := u.Scheme + "://" + u.Host + u.Path
	spellings := []string{plain}
	if raw, err := url.Parse(canonical(u)); err == nil && raw.Host != u.Host {
		spellings = append(spellings, raw.Scheme+"://"+raw.Host+raw.Path)
	}
	for _, m := range mirrors {
		for _, spelling := range spellings {
			after, found := strings.CutPrefix(spelling, m.prefix)
			if m.prefix != "" && found && strings.HasPrefix(after, "/") && (best == nil || len(m.prefix) > len(best.prefix)) {
				best, rest = m, strings.TrimLeft(after, "/")
			}
		}
	}
	return best, rest
}

// github takes the spellings apart under which GitHub serves one file of a
// repository: raw.githubusercontent.com/O/R/REF/PATH, github.com/O/R/raw/REF/PATH
// and /blob/REF/PATH, each also with refs/heads/ or refs/tags/ before REF, and
// github.com/O/R/releases/download/TAG/FILE, whose path keeps its first three
// parts. A branch whose name holds a slash cannot be told from a directory.
func github(u *url.URL) (repo, ref, rest string, ok bool) {
	part := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(part) < 4 {
		return "", "", "", false
	}
	repo = strings.ToLower(part[0] + "/" + part[1])
	part = part[2:]
	switch host := strings.ToLower(u.Host); {
	case host == "raw.githubusercontent.com":
	case host != "github.com" && host != "www.github.com":
		return "", "", "", false
	case part[0] == "raw" || part[0] == "blob":
		part = part[1:]
	case len(part) == 4 && part[0] == "releases" && part[1] == "download":
		return repo, part[2], strings.Join(part, "/"), true
	default:
		return "", "", "", false
	}
	if len(part) > 3 && part[0] == "refs" && (part[1] == "heads" || part[1] == "tags") {
		part = part[2:]
	}
	if len(part) < 2 {
		return "", "", "", false
	}
	return repo, part[0], strings.Join(part[1:], "/"), true
}
