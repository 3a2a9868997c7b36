package source

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/modscout/modscout/modalias/archive"
)

// Fix writes a patch for what has one right answer, as patch -p1 and git apply
// read it, and changes no file. name turns the place of a file into the name
// that it has in the patch.
func Fix(w io.Writer, findings []Finding, name func(source, file string) string) error {
	var files []*repair
	for _, f := range findings {
		if fixes[f.Code] == nil || f.Source == "" {
			continue
		}
		i := slices.IndexFunc(files, func(r *repair) bool { return r.source == f.Source && r.file == f.File })
		if i < 0 {
			i = len(files)
			files = append(files, &repair{source: f.Source, file: f.File})
		}
		files[i].findings = append(files[i].findings, f)
	}
	// The concatenated index repeats the others, and comes after them.
	slices.SortFunc(files, func(a, b *repair) int {
		return cmp.Or(cmp.Compare(a.source, b.source), a.rank()-b.rank(), cmp.Compare(a.file, b.file))
	})
	for i, r := range files {
		if r.rank() > 0 {
			if err := r.repeat(files[:i]); err != nil {
				return err
			}
		}
		if err := r.fix(); err != nil {
			return &Error{r.file, err}
		}
		if _, err := w.Write(diff.Diff("a/"+name(r.source, r.file), r.old, "b/"+name(r.source, r.file), r.new)); err != nil {
			return err
		}
	}
	return nil
}

// repair is one file before and after it is fixed.
type repair struct {
	source, file string
	findings     []Finding
	old, new     []byte
}

// rank is 1 for a concatenated index.
func (r *repair) rank() int {
	return rank(!slices.ContainsFunc(r.findings, func(f Finding) bool { return strings.HasPrefix(f.Code, "catalogue-") }))
}

// fix applies one fix after the other: each reads what the last one wrote.
func (r *repair) fix() error {
	old, err := readBelow(r.source, r.file)
	if err != nil {
		return err
	}
	r.old, r.new = old, old
	byCode := map[string][]Finding{}
	for _, f := range r.findings {
		byCode[f.Code] = append(byCode[f.Code], f)
	}
	for _, code := range sortedKeys(byCode) {
		if r.new, err = fixes[code](r.new, byCode[code]); err != nil {
			return err
		}
	}
	return nil
}

// repeat makes the entries of a concatenated index those of its indexes as
// they will be.
func (r *repair) repeat(done []*repair) error {
	const code = "catalogue-stale-entry"
	texts := map[string][]byte{} // file -> text
	for _, other := range done {
		if other.source == r.source && strings.HasSuffix(other.file, "/"+IndexFile) {
			texts[other.file] = other.new
			if list, err := decodeIndexes(other.new); err == nil && len(list) == 1 {
				r.findings = append(r.findings, Finding{Code: code, Extension: list[0].ID, Fix: []string{other.file}})
			}
		}
	}
	for i := range r.findings {
		f := &r.findings[i]
		if f.Code != code || len(f.Fix) == 0 {
			continue
		}
		text, fixed := texts[f.Fix[0]]
		if !fixed {
			var err error
			if text, err = readBelow(r.source, f.Fix[0]); err != nil {
				return err
			}
		}
		f.Fix = []string{string(bytes.TrimSpace(text))}
	}
	return nil
}

func readBelow(dir, file string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := archive.Regular(root.OpenFile(file, os.O_RDONLY|archive.NonBlocking, 0))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxDocument))
}
