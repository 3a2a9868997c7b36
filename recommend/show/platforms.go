package show

import (
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// Platforms words a list of platforms by model, as people know them: "all of
// ds918p, ds920p; ds3615xs (25556 42951), ds3617xs_42951" where rest, which the
// list does not hold, has nothing of the first two models and some of the others.
func Platforms(list, rest []string) string {
	left := map[string]bool{}
	for _, id := range rest {
		left[plan.ModelOf(id)] = true
	}
	var models []string
	builds := map[string][]string{}
	for _, id := range list {
		m := plan.ModelOf(id)
		if builds[m] == nil {
			models = append(models, m)
		}
		builds[m] = append(builds[m], id)
	}
	var whole, part []string
	for _, m := range models {
		switch ids := builds[m]; {
		case len(ids) == 1:
			part = append(part, ids[0])
		case left[m]:
			part = append(part, m+" ("+strings.Join(buildsOf(m, ids), " ")+")")
		default:
			whole = append(whole, m)
		}
	}
	if len(whole) == 0 {
		return strings.Join(part, ", ")
	}
	text := "all of " + strings.Join(whole, ", ")
	if len(part) > 0 {
		text += "; " + strings.Join(part, ", ")
	}
	return text
}

// buildsOf returns what platforms of one model have in their ids beside it.
func buildsOf(model string, ids []string) []string {
	var list []string
	for _, id := range ids {
		list = append(list, strings.TrimLeft(strings.TrimPrefix(id, model), "_-"))
	}
	return list
}
