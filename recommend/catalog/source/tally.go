package source

// Tally is how much was read of extension trees and packs.
type Tally struct {
	Indexes  int // without the entries of concatenated ones
	Entries  int // of concatenated indexes
	IDs      int // different ids of both
	Releases int // of indexes: pairs of platform and URL
	Recipes  int // recipe files that were read
	Archives int // archives of trees, and packs
	Modules  int // .ko files in them and beside them, each as often as it lies there
}

// tally counts what the reader has read.
func (r *reader) tally() Tally {
	t := Tally{Indexes: len(r.indexes), Entries: len(r.listed), Archives: len(r.packs)}
	ids := map[string]bool{}
	for _, x := range r.indexes {
		ids[x.ID] = true
		t.Releases += len(x.Releases)
	}
	for _, x := range r.listed {
		ids[x.ID] = true
	}
	t.IDs = len(ids)
	for _, rec := range r.recipes {
		if rec.recipe != nil {
			t.Recipes++
		}
	}
	for at, c := range r.files {
		if c.sha256 != "" && (r.packed[at] || isArchive(at.path)) {
			t.Archives++
		}
		for _, m := range c.modules {
			if isModule(m.file) { // else a program
				t.Modules++
			}
		}
	}
	t.Modules += r.inPacks
	return t
}
