package source

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/modscout/modscout/scan/report/jsondoc"
)

// checkIndexes finds what is wrong with indexes beside their recipes.
func (r *reader) checkIndexes() {
	for _, x := range r.indexes {
		r.checkInfo(x)
		for _, key := range sortedKeys(x.Releases) {
			r.checkForeign(x, key)
		}
	}
	r.checkShared()
	r.checkListed()
}

func (r *reader) checkInfo(x *index) {
	where := in(x, "")
	folder := path.Base(path.Dir(x.at.path))
	if _, name, found := strings.Cut(x.ID, "."); found && folder != "." && name != folder {
		r.found("index-id-differs-from-folder", where, "the folder is "+folder)
	}
	if !x.self(r.mirrors) {
		where := where
		where.Fix = r.ownURL(x)
		r.found("index-url-not-self", where, "its url is "+x.URL)
	}
	if strings.HasPrefix(x.Info.HelpURL, "<") {
		r.found("index-placeholder-help-url", where, "help_url is "+x.Info.HelpURL)
	}
	if saysNothing(x.Info.Description) {
		r.found("index-empty-description", where, fmt.Sprintf("its description is %q", x.Info.Description))
	}
}

// ownURL is the URL that an index should have, spelled as it spells another
// file of the same tree. A copy of another repository's index has none.
func (r *reader) ownURL(x *index) []string {
	at, err := locate(r.mirrors, x.URL)
	if err != nil || at.root != x.at.root {
		return nil
	}
	before, found := strings.CutSuffix(x.URL, at.path)
	return fixed(found, before+x.at.path)
}

// saysNothing is for descriptions without a word, and for the template of
// pocopico/rp-ext, "Adds … Support", that had nothing to fill in.
func saysNothing(description string) bool {
	words := strings.Fields(description)
	return len(words) == 0 || len(words) == 2 && words[0] == "Adds" && words[1] == "Support"
}

// checkForeign finds releases that lead out of the tree of their index.
func (r *reader) checkForeign(x *index, key string) {
	u, err := parseURL(x.Releases[key])
	if err != nil {
		return
	}
	repo, _, _, ok := github(u)
	for _, m := range r.mirrors {
		if m.root == x.at.root && m.repo != "" && ok && m.repo != repo {
			r.found("release-foreign-repo", in(x, key), "it leads to "+repo+", the index lies in "+m.repo)
			return
		}
	}
}

// checkShared finds indexes of one tree that have the same id.
func (r *reader) checkShared() {
	type tree struct{ source, id string }
	same := map[tree][]*index{}
	for _, x := range r.indexes {
		at := tree{x.at.tree(), x.ID}
		same[at] = append(same[at], x)
	}
	for _, list := range same {
		for i, x := range list {
			if len(list) > 1 {
				r.found("index-id-shared", in(x, ""), "the same id is in "+list[(i+1)%len(list)].at.path)
			}
		}
	}
}

// checkListed holds the concatenated index of a tree against its indexes.
func (r *reader) checkListed() {
	count := map[string]int{}
	last := map[string]*index{}
	for _, x := range r.listed {
		count[x.ID]++
		last[x.ID] = x
	}
	for _, id := range sortedKeys(last) {
		x := last[id]
		if count[id] > 1 {
			r.found("catalogue-duplicate-id", in(x, ""), fmt.Sprintf("it is listed %d times", count[id]))
		}
		switch own := r.indexesOf(id); {
		case len(own) == 0:
			r.found("catalogue-id-without-index", in(x, ""), "no index has this id")
		case !anySame(x, own):
			where := in(x, "")
			where.Fix = fixed(own[0].at.root == x.at.root, own[0].at.path)
			r.found("catalogue-stale-entry", where, "its entry differs from "+own[0].at.path)
		}
	}
	for _, x := range r.indexes {
		if last[x.ID] == nil && r.lists(x.at) {
			r.found("catalogue-index-not-listed", in(x, ""), "the concatenated index has no entry for it")
		}
	}
}

func (r *reader) indexesOf(id string) (list []*index) {
	for _, x := range r.indexes {
		if x.ID == id {
			list = append(list, x)
		}
	}
	return list
}

// lists says whether the tree of a file has a concatenated index.
func (r *reader) lists(at location) bool {
	for _, x := range r.listed {
		if x.at.root == at.root {
			return true
		}
	}
	return false
}

// anySame compares an entry with indexes, as canonical JSON (RFC 8785).
func anySame(entry *index, list []*index) bool {
	a, err := jsondoc.Canonical(entry.object)
	for _, x := range list {
		b, bad := jsondoc.Canonical(x.object)
		if err == nil && bad == nil && bytes.Equal(a, b) {
			return true
		}
	}
	return false
}
