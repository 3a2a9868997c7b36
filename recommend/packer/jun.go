package packer

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
)

// rcList is a list in Jun's etc/rc.modules, such as
//
//	EXTRA_MODULES="mii mdio libphy igb"
//	DISK_MODULES="mptbase mpt3sas"
//
// The loader's linuxrc loads each name in the order of its list. Names may end
// in ".ko". The file is a shell script that people edit by hand, so the list
// may stand in single quotes or, of one name, in none.
var rcList = regexp.MustCompile(`(?m)^([ \t]*(?:export[ \t]+)?[A-Z0-9_]*MODULES=)("[^"]*"|'[^']*'|[\w.-]+)`)

// cutRC takes the names in gone out of the lists, puts the plan's own into the
// plan's order, and adds those that no list has. Names that the archive never
// held are the system's: they stay, in front. The lists are taken to be loaded
// in the order of the file, so what a module needs moves to that one's list.
func cutRC(text string, gone map[string]bool, p *plan.Plan) (cut string, unlisted []string) {
	lists := rcList.FindAllStringSubmatch(text, -1)
	if len(lists) == 0 {
		return text, nil
	}
	for i := range lists {
		lists[i][2] = strings.Trim(lists[i][2], `"'`)
	}
	listed, suffix := rcNames(lists)
	words := make([][]string, len(lists))
	for i, list := range lists {
		for _, word := range strings.Fields(list[2]) {
			if name := modalias.NameOf(word); !gone[name] && !inPlan(p, name) {
				words[i] = append(words[i], word)
			}
		}
	}
	at := rcPlaces(p, listed)
	for i, m := range p.Modules {
		name := strings.TrimSuffix(path.Base(m.File), ".ko")
		if _, found := listed[modalias.NameOf(name)]; !found {
			unlisted = append(unlisted, name+suffix)
		}
		words[at[i]] = append(words[at[i]], name+suffix)
	}
	next := -1
	return rcList.ReplaceAllStringFunc(text, func(string) string {
		next++
		return lists[next][1] + `"` + strings.Join(words[next], " ") + `"`
	}), unlisted
}

// rcNames returns the list of each name, and what the names end in.
func rcNames(lists [][]string) (listed map[string]int, suffix string) {
	listed = map[string]int{}
	for i, list := range lists {
		for _, word := range strings.Fields(list[2]) {
			name := modalias.NameOf(word)
			if _, found := listed[name]; !found {
				listed[name] = i
			}
			if strings.HasSuffix(word, ".ko") {
				suffix = ".ko"
			}
		}
	}
	return listed, suffix
}

func inPlan(p *plan.Plan, name string) bool {
	return slices.ContainsFunc(p.Modules, func(m plan.Module) bool { return modalias.NameOf(path.Base(m.File)) == name })
}

// rcPlaces returns the list of each of the plan's modules: its own or the
// first, and none behind that of a module which needs it.
func rcPlaces(p *plan.Plan, listed map[string]int) []int {
	at := make([]int, len(p.Modules))
	for i := len(p.Modules) - 1; i >= 0; i-- {
		m := p.Modules[i]
		at[i] = listed[modalias.NameOf(path.Base(m.File))]
		for j := i + 1; j < len(p.Modules); j++ {
			if slices.Contains(m.RequiredBy, p.Modules[j].Name) {
				at[i] = min(at[i], at[j])
			}
		}
	}
	return at
}
