package source

import (
	"slices"
)

// fixes change a file so that the findings of one code are gone. A code that
// is not here needs a person's decision.
var fixes = map[string]func(data []byte, list []Finding) ([]byte, error){
	"catalogue-duplicate-id":   deleteEntries,
	"catalogue-stale-entry":    replaceEntries,
	"index-url-not-self":       correctURL,
	"recipe-kmod-missing":      renameKmods,
	"recipe-order":             reorderKmods,
	"recipe-sha256-mismatch":   correctSums,
	"release-bad-platform-key": renameReleases,
	"release-not-a-url":        deleteReleases,
	"release-recipe-missing":   deleteReleases,
}

// renameKmods gives modules that are there under another name that name.
func renameKmods(data []byte, list []Finding) ([]byte, error) {
	return rename(data, "kmods", list, func(f *Finding) string { return f.Module })
}

// renameReleases turns keys into ones that ext-manager.sh takes.
func renameReleases(data []byte, list []Finding) ([]byte, error) {
	return rename(data, "releases", list, func(f *Finding) string { return f.Platform })
}

// rename gives members of an object their right names, and deletes those whose
// right name is there already.
func rename(data []byte, object string, list []Finding, key func(*Finding) string) ([]byte, error) {
	top, err := parse(data)
	if err != nil {
		return nil, err
	}
	members := top.member(object)
	var edits []edit
	double := map[string]bool{}
	for i := range list {
		m := members.member(key(&list[i]))
		switch {
		case m == nil || len(list[i].Fix) == 0:
		case members.member(list[i].Fix[0]) != nil:
			double[m.name] = true
		default:
			edits = append(edits, edit{m.key, m.keyEnd, quote(list[i].Fix[0])})
		}
	}
	return apply(data, append(edits, members.without(func(n *node) bool { return double[n.name] })...)), nil
}

// reorderKmods puts the members of kmods into the order that they need. Each
// keeps its text; what is not among them, and the text between, stays.
func reorderKmods(data []byte, list []Finding) ([]byte, error) {
	top, err := parse(data)
	if err != nil {
		return nil, err
	}
	var edits []edit
	kmods := top.member("kmods")
	files := list[0].Fix
	for i := range kmods.children {
		to := &kmods.children[i]
		if !slices.Contains(list[0].Fix, to.name) {
			continue
		}
		from := kmods.member(files[0])
		if files = files[1:]; from == nil {
			return data, nil
		}
		edits = append(edits, edit{to.key, to.end, string(data[from.key:from.end])})
	}
	return apply(data, edits), nil
}

func correctSums(data []byte, list []Finding) ([]byte, error) {
	top, err := parse(data)
	if err != nil {
		return nil, err
	}
	var edits []edit
	for _, f := range list {
		for _, file := range top.member("files").children {
			name, sum := file.member("name"), file.member("sha256")
			if name != nil && sum != nil && len(f.Fix) > 0 && string(data[name.start:name.end]) == quote(f.Module) {
				edits = append(edits, edit{sum.start, sum.end, quote(f.Fix[0])})
			}
		}
	}
	return apply(data, edits), nil
}

func deleteReleases(data []byte, list []Finding) ([]byte, error) {
	top, err := parse(data)
	if err != nil {
		return nil, err
	}
	return apply(data, top.member("releases").without(func(n *node) bool {
		return slices.ContainsFunc(list, func(f Finding) bool { return f.Platform == n.name })
	})), nil
}

func correctURL(data []byte, list []Finding) ([]byte, error) {
	top, err := parse(data)
	if err != nil || len(list[0].Fix) == 0 {
		return data, err
	}
	url := top.member("url")
	return apply(data, []edit{{url.start, url.end, quote(list[0].Fix[0])}}), nil
}

// deleteEntries leaves the last of the entries of each id.
func deleteEntries(data []byte, list []Finding) ([]byte, error) {
	entries, err := parseAll(data)
	if err != nil {
		return nil, err
	}
	var edits []edit
	seen := map[string]bool{}
	for i, n := range slices.Backward(entries) {
		id := n.member("id")
		if id == nil {
			continue
		}
		name := string(data[id.start:id.end])
		if seen[name] && slices.ContainsFunc(list, func(f Finding) bool { return quote(f.Extension) == name }) {
			edits = append(edits, edit{n.start, entries[i+1].start, ""})
		}
		seen[name] = true
	}
	return apply(data, edits), nil
}

// replaceEntries puts the texts of indexes in the place of their last entries.
func replaceEntries(data []byte, list []Finding) ([]byte, error) {
	entries, err := parseAll(data)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, f := range list {
		if len(f.Fix) > 0 {
			texts[quote(f.Extension)] = f.Fix[0]
		}
	}
	var edits []edit
	for _, n := range slices.Backward(entries) {
		id := n.member("id")
		if id == nil {
			continue
		}
		name := string(data[id.start:id.end])
		if text, stale := texts[name]; stale {
			edits = append(edits, edit{n.start, n.end, text})
			delete(texts, name)
		}
	}
	return apply(data, edits), nil
}
