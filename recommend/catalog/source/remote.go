package source

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source/web"
)

// Fetch returns what a http or https URL holds, at most that many bytes. Where
// a sha256 is given (hexadecimal), it returns nothing that has another one.
// [web.Client.Get] is one, for one context.
type Fetch func(url, sha256 string, most int64) ([]byte, error)

// remote is the web. It is asked only for what a source that is a URL leads
// to, and only where no mirror has it.
type remote struct{ fetch Fetch }

// onTheWeb is the location of a URL that no directory stands for.
func onTheWeb(mirrors []*Mirror, u *url.URL) (location, error) {
	if u.Scheme == "http" || u.Scheme == "https" {
		for _, m := range mirrors {
			if m.web != nil {
				return location{web: m.web, path: canonical(u)}, nil
			}
		}
	}
	return location{}, fmt.Errorf("%w: %s", ErrNotMirrored, u)
}

// canonical spells a URL so that one file of a GitHub repository has one: the
// one that serves its bytes, where /blob/ serves a page.
func canonical(u *url.URL) string {
	if _, ref, rest, ok := github(u); ok && !strings.Contains(u.Path, "/releases/download/") {
		part := strings.Split(strings.Trim(u.Path, "/"), "/")
		u = &url.URL{Scheme: "https", Host: "raw.githubusercontent.com", Path: path.Join("/", part[0], part[1], ref, rest)}
	}
	plain := *u
	plain.Fragment = ""
	return plain.String()
}

// isURL tells a source that is a URL from one that is a path.
func isURL(source string) bool {
	u, err := url.Parse(source)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "file")
}

// addURL reads a source from the web, and opens the web for what it leads to.
func (r *reader) addURL(source string) error {
	u, err := parseURL(source)
	if err != nil {
		return err
	}
	if u.Scheme == "file" {
		return r.add(filepath.FromSlash(u.Path))
	}
	if r.opts.Fetch == nil {
		return fmt.Errorf("%w: it is on the web", ErrNotMirrored)
	}
	if r.web == nil {
		r.web = &remote{r.opts.Fetch}
		r.mirrors = append(r.mirrors, &Mirror{web: r.web})
	}
	at, err := locate(r.mirrors, source)
	if err != nil {
		return err
	}
	data, err := at.read()
	if err != nil {
		var failed *web.Error
		if errors.As(err, &failed) && failed.URL == source {
			return failed.Err // [Error] names the source
		}
		return err
	}
	return r.addData(source, at, data)
}

// addListed reads the indexes that a concatenated one on the web lists, each
// from its own place. The last entry of an id counts.
func (r *reader) addListed(list []*index) {
	last := map[string]*index{}
	for _, x := range list {
		last[x.ID] = x
	}
	var wanted []download
	for _, id := range sortedKeys(last) {
		if at, err := locate(r.mirrors, last[id].URL); err == nil {
			wanted = append(wanted, download{at, ""})
		}
	}
	r.prefetch("indexes", wanted)
	for _, d := range wanted {
		r.indexes = append(r.indexes, r.readIndex(d.at)...)
	}
}

// download is a file that may be on the web, and the hash that it must have.
type download struct {
	at     location
	sha256 string
}

// atOnce is how many downloads run at a time; of one host there are fewer.
const atOnce = 8

// prefetch lets the cache get files from the web, several at a time. What
// fails, fails again when the file is read.
func (r *reader) prefetch(what string, list []download) {
	var work errgroup.Group
	work.SetLimit(atOnce)
	var mu sync.Mutex
	done := 0
	for _, d := range list {
		if d.at.web == nil {
			continue
		}
		work.Go(func() error {
			d.at.web.fetch(d.at.path, d.sha256, maxFile)
			mu.Lock()
			defer mu.Unlock()
			done++
			r.progress(what, done, len(list))
			return nil
		})
	}
	work.Wait()
}

// prefetchRecipes gets the recipes of all indexes.
func (r *reader) prefetchRecipes() {
	var list []download
	for _, x := range r.indexes {
		for _, key := range sortedKeys(x.Releases) {
			if at, err := locate(r.mirrors, x.Releases[key]); err == nil {
				list = append(list, download{at, ""})
			}
		}
	}
	r.prefetch("recipes", list)
}

// prefetchFiles gets the files of all recipes, by the hashes that these pin.
func (r *reader) prefetchFiles() {
	var list []download
	for at, sums := range r.pinned {
		for _, sum := range sums {
			list = append(list, download{at, sum})
		}
	}
	r.prefetch("downloads", list)
}

// pin notes which hash a recipe wants of a file on the web.
func (r *reader) pin(at location, f catalog.File) {
	if at.web != nil {
		r.pinned[at] = append(r.pinned[at], f.SHA256)
	}
}

// gotInstead returns the hash of a download that is not what was pinned, or "".
func gotInstead(err error) string {
	var wrong *web.HashError
	if errors.As(err, &wrong) {
		return wrong.Got
	}
	return ""
}

// readPinned returns a file. From the web it is only one that a recipe pins:
// anything else is an error, and nothing looks into it.
func (l location) readPinned(sums []string) (data []byte, err error) {
	if l.web == nil {
		return l.read()
	}
	for _, sum := range sums {
		if data, err = l.web.fetch(l.path, sum, maxFile); err == nil {
			return data, nil
		}
	}
	return nil, err
}
