package source

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/recommend/catalog"
)

// recipe is what one release URL of an index leads to.
type recipe struct {
	Files   []catalog.File    `json:"files"`
	Kmods   kmodList          `json:"kmods"`
	Scripts map[string]string `json:"scripts"`
}

// kmodList is a recipe's "kmods": an object whose order is the load order.
type kmodList []kmodEntry

type kmodEntry struct{ file, args string }

// UnmarshalJSONFrom keeps the order of the members, which a map would lose.
func (l *kmodList) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch token, err := dec.ReadToken(); {
	case err != nil:
		return err
	case token.Kind() != '{':
		return fmt.Errorf("kmods is not an object")
	}
	*l = kmodList{} // present, though it may be empty
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		entry := kmodEntry{file: name.String()} // a token is valid until the next read
		if err := json.UnmarshalDecode(dec, &entry.args); err != nil {
			return err
		}
		*l = append(*l, entry)
	}
	_, err := dec.ReadToken()
	return err
}

// maxMembers bounds what a recipe names: a loader with all of its modules in
// one recipe would need 516.
const maxMembers = 10_000

func decodeRecipe(data []byte) (*recipe, error) {
	var r recipe
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, plain(err)
	}
	if n := max(len(r.Files), len(r.Kmods), len(r.Scripts)); n > maxMembers {
		return nil, fmt.Errorf("it names %d files or modules, more than %d", n, maxMembers)
	}
	return &r, nil
}

// broken says why ext-manager.sh and exec.sh cannot work with a recipe of this
// shape: absent scripts and empty lists of files or modules end the first with
// an error of its JSON reader. "" where nothing is wrong.
func (r *recipe) broken() string {
	switch {
	case r.Scripts == nil:
		return "it has no scripts, which ext-manager.sh needs"
	case len(r.Files) == 0:
		return "it has no files, which ext-manager.sh needs"
	case r.Kmods != nil && len(r.Kmods) == 0:
		return "its kmods are empty, which ext-manager.sh cannot dump"
	}
	return ""
}
