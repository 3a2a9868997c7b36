package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// IndexFile is the name of an extension's index, in the form that
// RedPill-TTG/redpill-load ext-manager.sh reads.
const IndexFile = "rpext-index.json"

// index is one rpext-index.json.
type index struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	Info struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		HelpURL     string `json:"help_url"`
	} `json:"info"`
	Releases map[string]string `json:"releases"`

	at     location
	object jsontext.Value // as it was read
}

// ext-manager.sh's own patterns for ids and platform keys.
var (
	validID       = regexp.MustCompile(`^[A-Za-z]+[A-Za-z0-9._\-]+$`)
	validPlatform = regexp.MustCompile(`^[a-z0-9_]+$`)
)

// maxObjects bounds a concatenated index: pocopico/rp-ext's has 384 objects.
const maxObjects = 100_000

// maxReleases bounds an index: the largest of pocopico/rp-ext has 214.
const maxReleases = 10_000

// decodeIndexes reads a file that holds one index or, as the root of a
// catalogue does, several after each other. An object that is no index is
// passed over; the error says so.
func decodeIndexes(data []byte) (list []*index, err error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	for n := 1; n <= maxObjects; n++ {
		object, readErr := dec.ReadValue()
		if readErr == io.EOF && n > 1 {
			return list, err
		}
		if readErr != nil {
			return list, errors.Join(err, readErr)
		}
		x := new(index)
		if bad := json.Unmarshal(object, x); bad != nil {
			err = errors.Join(err, fmt.Errorf("object %d: %w", n, plain(bad)))
		} else if len(x.Releases) > maxReleases {
			err = errors.Join(err, fmt.Errorf("object %d has %d releases, more than %d", n, len(x.Releases), maxReleases))
		} else if !validID.MatchString(x.ID) {
			err = errors.Join(err, fmt.Errorf("object %d has no valid id: %q", n, x.ID))
		} else {
			x.object = object.Clone()
			list = append(list, x)
		}
	}
	return list, fmt.Errorf("more than %d objects", maxObjects)
}

// isIndex tells an index, or several after each other, from other JSON. It
// reads no further than to the names that an index has.
func isIndex(data []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return false
	}
	missing := map[string]bool{"id": true, "releases": true}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return false
		}
		if delete(missing, name.String()); len(missing) == 0 {
			return true
		}
		if dec.SkipValue() != nil {
			return false
		}
	}
	return false
}

// plain words what package json says about a value of the wrong kind, which it
// takes care to word differently in each program that is built.
func plain(err error) error {
	var wrong *json.SemanticError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Err != nil:
		return fmt.Errorf("%s: %w", wrong.JSONPointer, plain(wrong.Err))
	}
	return fmt.Errorf("%s has a value of the wrong kind", wrong.JSONPointer)
}

// self reports whether the index says that its URL is the file it was read from.
func (x *index) self(mirrors []*Mirror) bool {
	at, err := locate(mirrors, x.URL)
	return err == nil && at == x.at
}

// origin guesses what repository or URL prefix a tree is a copy of: the one
// that most of its indexes name as their own place. "" where none does.
func origin(indexes []*index) string {
	votes := map[string]int{}
	best := ""
	for _, x := range indexes {
		name := originOf(x)
		if name == "" {
			continue
		}
		votes[name]++
		if votes[name] > votes[best] || votes[name] == votes[best] && name < best {
			best = name
		}
	}
	return best
}

func originOf(x *index) string {
	u, err := parseURL(x.URL)
	if err != nil {
		return ""
	}
	if repo, _, rest, ok := github(u); ok {
		if rest == x.at.path {
			return repo
		}
		return ""
	}
	prefix, found := strings.CutSuffix(u.Scheme+"://"+u.Host+u.Path, "/"+x.at.path)
	if !found {
		return ""
	}
	return prefix
}
