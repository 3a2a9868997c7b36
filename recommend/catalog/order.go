package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// order holds the modules of a recipe against what they require.
func (k *checker) order(s *site, r *Recipe, where Finding) {
	list := r.Loaded()
	position := map[string]int{}
	for i, kmod := range list {
		m := &k.c.Modules[kmod.Module]
		where.Module = m.File
		if first, twice := position[m.Name]; twice {
			k.found("recipe-module-twice", where, fmt.Sprintf("%s and %s are the module %s", k.c.Modules[list[first].Module].File, m.File, m.Name))
			continue
		}
		position[m.Name] = i
		if strings.ContainsAny(kmod.Args, shellCharacters) {
			k.found("recipe-argument-unquoted", where, fmt.Sprintf("%s has the arguments %q", m.File, kmod.Args))
		}
	}
	for i := range list {
		where.Module = k.c.Modules[list[i].Module].File
		k.needs(s, r, &list[i], i, position, where)
	}
}

// inOrder returns the files of a recipe's modules so that each comes after
// those it needs, and else as their author had them. Of a circle the first
// comes first.
func (k *checker) inOrder(list []Kmod) []string {
	waiting := slices.Clone(list)
	var files []string
	for len(waiting) > 0 {
		i := max(0, slices.IndexFunc(waiting, func(kmod Kmod) bool {
			needs := k.c.Requires(&kmod)
			return !slices.ContainsFunc(waiting, func(other Kmod) bool {
				return other.Module != kmod.Module && slices.Contains(needs, k.c.Modules[other.Module].Name)
			})
		}))
		files = append(files, k.c.Modules[waiting[i].Module].File)
		waiting = slices.Delete(waiting, i, i+1)
	}
	return files
}

// shellCharacters end a word or are expanded in it (POSIX, Shell Command
// Language, 2.2 and 2.6). A blank parts two arguments, as it should.
const shellCharacters = "\"'\\$`;&|<>()*?\n"

// needs finds what is wrong with the dependencies of the module at a position
// of its recipe. A dependency that nobody ships may be built in: where that is
// not known it is no defect.
func (k *checker) needs(s *site, r *Recipe, kmod *Kmod, i int, position map[string]int, where Finding) {
	what := map[string][]string{} // code -> sentences
	required, ambiguous := k.c.Needs(s.platform, kmod)
	for _, need := range required {
		at, here := position[need]
		by := s.loads.extensions(need)
		switch {
		case here && at > i:
			what["recipe-order"] = append(what["recipe-order"], need+", which is loaded after it")
		case here || s.has(k.c, need):
		case k.ships(r, need):
			what["recipe-dependency-not-loaded"] = append(what["recipe-dependency-not-loaded"], need+", which its archive has and kmods does not name")
		case len(by) > 0:
			what["recipe-dependency-not-loaded"] = append(what["recipe-dependency-not-loaded"], fmt.Sprintf("%s, which only %v load", need, by))
		case len(s.platform.Builtin) > 0:
			what["recipe-dependency-missing"] = append(what["recipe-dependency-missing"], need+", which nobody ships for "+s.platform.ID+" and its kernel has not")
		}
	}
	for _, need := range ambiguous {
		if by := s.loads.extensions(need); len(by) > 0 && !slices.Contains(required, need) {
			what["recipe-dependency-ambiguous"] = append(what["recipe-dependency-ambiguous"],
				fmt.Sprintf("%s, which only %v load, unless the kernel has %s", need, by, firstFew(kmod.Via[need])))
		}
	}
	for _, code := range sortedKeys(what) {
		where.Fix = nil
		if code == "recipe-order" {
			where.Fix = k.inOrder(r.Loaded())
		}
		k.found(code, where, where.Module+" needs "+strings.Join(what[code], "; "))
	}
}

// ships says whether a recipe has a module in its files, loaded or not.
func (k *checker) ships(r *Recipe, module string) bool {
	return slices.ContainsFunc(r.Kmods, func(kmod Kmod) bool { return k.c.Modules[kmod.Module].Name == module })
}
