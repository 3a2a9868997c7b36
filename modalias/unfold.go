package modalias

import "slices"

// Platforms decodes all of the table: platforms by ID, modules by file and
// name. It fails with [ErrDamaged] where the file refers to what is not there,
// or to more than a million modules.
func (t *Table) Platforms() ([]Platform, error) {
	d := unfolder{table: t, words: t.strings.all(), lists: map[int][]string{}}
	modules := d.modules()
	platforms := d.platforms(modules)
	if d.err != nil {
		return nil, d.err
	}
	return platforms, nil
}

// Platform decodes one platform; it is nil where the table has none of this
// ID. It fails as [Table.Platforms] does.
func (t *Table) Platform(id string) (*Platform, error) {
	platforms, err := t.Platforms()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(platforms, func(p Platform) bool { return p.ID == id })
	if i < 0 {
		return nil, nil
	}
	return &platforms[i], nil
}

// unfolder decodes all of a table.
type unfolder struct {
	reader
	table *Table
	words []string
	lists map[int][]string // by what refers to them
}

// platforms hands out the modules.
func (u *unfolder) platforms(modules []Module) []Platform {
	platforms := make([]Platform, u.table.platforms.count)
	for i := range platforms {
		platforms[i].ID = u.word(u.table.platforms.at(i))
	}
	total := 0
	for n := range modules {
		on := u.list(u.table.records.platforms.at(n), len(platforms))
		if total += on.size; total > maxModules {
			u.fail("more than %d modules", maxModules)
			return nil
		}
		for i := range on.size {
			if p := on.at(i); u.has(p, len(platforms), "platform") {
				platforms[p].Modules = append(platforms[p].Modules, modules[n])
			}
		}
	}
	return platforms
}

func (u *unfolder) modules() []Module {
	modules, columns := make([]Module, u.table.records.file.count), &u.table.records
	for i := range modules {
		m := &modules[i]
		*m = *u.table.module(i)
		m.Depends, m.SoftPre = u.strings(columns.depends.at(i)), u.strings(columns.softPre.at(i))
		m.SoftPost, m.Firmware = u.strings(columns.softPost.at(i)), u.strings(columns.firmware.at(i))
	}
	u.addAliases(modules)
	return modules
}

// addAliases gives every module its patterns.
func (u *unfolder) addAliases(modules []Module) {
	x := &u.table.index
	claims, text := 0, 0
	for i, head := range x.heads.all() {
		owners := u.list(u.table.owners.at(i), len(modules))
		pattern := head + x.tailOf(i)
		claims, text = claims+owners.size, text+len(pattern)
		if claims > maxClaims || text > maxText {
			u.fail("more patterns than any table has")
			return
		}
		for j := range owners.size {
			if m := owners.at(j); u.has(m, len(modules), "module") {
				modules[m].Aliases = append(modules[m].Aliases, pattern)
			}
		}
	}
	for i := range modules {
		slices.Sort(modules[i].Aliases)
	}
}

// has says whether there is a thing of this number.
func (u *unfolder) has(n, count int, what string) bool {
	if n >= count {
		u.fail("no %s %d", what, n)
	}
	return n < count
}

// list returns the list that ref refers to, of things of which there are n.
func (u *unfolder) list(ref, n int) list {
	if !u.has(ref, n+1+len(u.table.lists.ends), "list") {
		return list{}
	}
	return u.table.lists.get(ref, n)
}

func (u *unfolder) word(n int) string {
	if !u.has(n, len(u.words), "string") {
		return ""
	}
	return u.words[n]
}

// strings returns a list of words, which modules that have the same share.
func (u *unfolder) strings(ref int) []string {
	if words, found := u.lists[ref]; found || ref == 0 {
		return words
	}
	of := u.list(ref, len(u.words))
	words := make([]string, of.size)
	for i := range words {
		words[i] = u.word(of.at(i))
	}
	u.lists[ref] = words
	return words
}
